from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.activitystreams import jsonld, read
from fediverse_node.activitystreams.vocabulary import AS2
from fediverse_node.kernel.errors import NotValid, TooLarge

PREFIXED: dict[str, Any] = {
    "@context": {"as": f"{AS2}#"},
    "@id": "https://a.example/act/1",
    "@type": "as:Like",
    "as:actor": {"@id": "https://a.example/users/bob"},
    "as:object": {"@id": "https://b.example/1"},
    "as:to": [{"@id": f"{AS2}#Public"}],
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """LD-01 and S10: whatever a context asks for, nothing opens a socket."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a context was fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_a_prefixed_document_is_rewritten_into_plain_terms() -> None:
    assert jsonld.needs_normalising(PREFIXED)
    plain = jsonld.normalise(PREFIXED)
    found = read.read_activity(plain)
    assert (found.type, found.id, found.actor) == (
        "Like",
        "https://a.example/act/1",
        "https://a.example/users/bob",
    )
    assert found.object_id == "https://b.example/1"
    assert read.visibility_of(found.to, found.cc, None) == "public"
    assert not jsonld.needs_normalising(plain)


def test_terms_in_full_mean_the_same() -> None:
    in_full = {
        name.replace("as:", f"{AS2}#"): value for name, value in PREFIXED.items() if name != "@context"
    } | {"@type": f"{AS2}#Like"}
    assert jsonld.needs_normalising(in_full)
    assert jsonld.normalise(in_full) == jsonld.normalise(PREFIXED)


def test_the_same_input_gives_the_same_output() -> None:
    assert json.dumps(jsonld.normalise(PREFIXED)) == json.dumps(jsonld.normalise(PREFIXED))


def test_ordinary_documents_do_not_need_it() -> None:
    like = {"@context": AS2, "type": "Like", "actor": "x", "object": {"type": "Note", "id": "y"}, "as:x": 1}
    assert not jsonld.needs_normalising(like)
    assert jsonld.needs_normalising({**like, "object": {"as:type": "Note", "id": "y"}})
    assert not jsonld.needs_normalising({"subject": "acct:x"})


def test_a_document_that_needs_an_unknown_context_is_refused() -> None:
    with pytest.raises(NotValid):
        jsonld.normalise({**PREFIXED, "@context": [AS2, "https://unknown.example/ns"]})
    assert jsonld.normalise({**PREFIXED, "@context": [AS2, "https://gotosocial.org/ns"]})["type"] == "Like"


def test_terms_without_a_meaning_are_dropped() -> None:
    assert "odd" not in jsonld.normalise({**PREFIXED, "odd": "value"})


def test_what_the_shape_check_refuses_never_reaches_the_processor() -> None:
    with pytest.raises(NotValid):
        jsonld.normalise({**PREFIXED, "@graph": []})
    with pytest.raises(NotValid):
        jsonld.normalise({**PREFIXED, "@context": {"as": f"{AS2}#", "kind": "@type"}})


def test_what_is_no_json_ld_is_refused() -> None:
    with pytest.raises(NotValid):
        jsonld.normalise(
            {**PREFIXED, "@context": {"x": "not an address", "y": {"@type": "x"}}, "y": 1, "@id": {}}
        )
    with pytest.raises(NotValid):
        jsonld.expand({"@context": "https://unknown.example/ns", "x": 1})


def test_a_large_document_is_refused_before_any_work() -> None:
    with pytest.raises(TooLarge):
        jsonld.normalise({**PREFIXED, "as:content": "x" * 262_144})


@pytest.mark.parametrize("name", sorted(jsonld._OUR_CONTEXTS))
def test_every_context_we_carry_can_be_used(name: str) -> None:
    node = {"@context": [AS2, name], "id": "https://a.example/1", "type": "Note", "content": "x"}
    (expanded,) = jsonld.expand(node)
    assert expanded["@type"] == [f"{AS2}#Note"]


def test_no_other_context_file_lies_around() -> None:
    folder = Path(jsonld.__file__).parent / "contexts"
    assert {path.name for path in folder.iterdir()} == set(jsonld._OUR_CONTEXTS.values())


def test_reading_does_not_load_the_processor() -> None:
    import subprocess  # noqa: PLC0415 - only this test starts a process

    code = "import sys, fediverse_node.activitystreams.jsonld; sys.exit('pyld' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
