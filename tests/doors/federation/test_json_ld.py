"""Documents that mean one thing as JSON and another as JSON-LD, and JSON that is none.

Numbers (LD-…) are those of the attack catalogue. All are signed rightly: only their form is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import CONTEXT

JsonDict = dict[str, Any]
AS = "https://www.w3.org/ns/activitystreams"


async def refused(street: Street, body: JsonDict | bytes) -> None:
    """*body*, signed by bob, is a 400 that leaves nothing, and its twin is taken."""
    before = await street.rows()
    assert await street.bob.send(street.inbox, body) == 400
    assert await street.rows() == before
    assert street.there.fetches() == []
    assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 202


def follow(street: Street, **changes: Any) -> JsonDict:
    return {**street.bob.follow(street.alice.actor.uri), **changes}


def with_terms(street: Street, **terms: Any) -> JsonDict:
    return follow(street, **{"@context": [*CONTEXT, terms]})


async def test_an_unknown_context_is_neither_fetched_nor_believed(street: Street) -> None:  # LD-01
    context = [*CONTEXT, f"{street.there.origin}/contexts/evil"]
    document = follow(street, **{"@context": context, "evilTerm": {"actor": street.carol.uri}})
    assert await street.bob.send(street.inbox, document) == 202
    assert street.there.asked_for("/contexts/evil") == []
    assert await street.follower(street.bob) is not None
    assert await street.actor(street.carol) is None


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "terms",
    [
        {"attributedTo": f"{AS}#actor"},
        {"actor": {"@id": f"{AS}#object", "@type": "@id"}},
        {"id": "https://evil.example/id"},
        {"type": {"@id": "https://evil.example/type"}},
        {"bto": None},
        {"proof": "https://evil.example/proof"},
    ],
)
async def test_a_term_that_decides_may_not_get_another_meaning(
    street: Street, terms: JsonDict
) -> None:  # LD-02
    await refused(street, with_terms(street, **terms))


async def test_the_same_meaning_may_be_repeated(street: Street) -> None:  # LD-02
    terms = {
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    }
    assert await street.bob.send(street.inbox, with_terms(street, **terms)) == 202


@pytest.mark.one_engine
@pytest.mark.parametrize("keyword", ["@graph", "@id", "@type", "@included", "@reverse"])
async def test_a_keyword_may_not_go_by_another_name(street: Street, keyword: str) -> None:  # LD-03
    await refused(street, with_terms(street, g=keyword))


WRAPPERS: list[Callable[[JsonDict], JsonDict]] = [
    lambda activity: {"@context": CONTEXT, "@graph": [activity]},  # LD-04
    lambda activity: {**activity, "@graph": [{**activity, "type": "Delete"}]},
    lambda activity: {**activity, "@context": [*CONTEXT, {"h": "g", "g": "@graph"}], "h": [activity]},
    lambda activity: {**activity, "@included": [activity]},  # LD-05
    lambda activity: {**activity, "@reverse": {"object": activity["id"]}},  # LD-06
    lambda activity: {**activity, "@nest": {"actor": activity["actor"]}},
    lambda activity: {**activity, "object": {"@context": None, "id": activity["object"]}},
    lambda activity: {**activity, "@context": [*CONTEXT, {"@import": "https://evil.example/"}]},
    lambda activity: {**activity, "@context": [*CONTEXT, {"@propagate": False}]},
    lambda activity: {**activity, "@context": [*CONTEXT, {"x": {"@id": "as:x", "@container": "@graph"}}]},
    lambda activity: {**activity, "@context": [*CONTEXT, {"x": {"@id": "as:x", "@container": "@type"}}]},
    lambda activity: {**activity, "@context": [*CONTEXT, {"x": {"@id": "as:x", "@context": {}}}]},
]


@pytest.mark.one_engine
@pytest.mark.parametrize("wrap", WRAPPERS)
async def test_what_json_ld_would_read_as_another_document_is_refused(
    street: Street, wrap: Callable[[JsonDict], JsonDict]
) -> None:  # LD-04, LD-05, LD-06
    await refused(street, wrap(follow(street)))


async def test_plain_lists_sets_and_languages_are_fine(street: Street) -> None:  # LD-06
    document = with_terms(
        street,
        focalPoint={"@container": "@list", "@id": "http://joinmastodon.org/ns#focalPoint"},
        names={"@container": "@set", "@id": "as:names"},
        words={"@container": "@language", "@id": "as:words"},
    )
    assert await street.bob.send(street.inbox, document) == 202


async def test_a_json_literal_is_inert(street: Street) -> None:  # LD-08
    literal = {"@value": {"@graph": [{"actor": street.carol.uri}], "id": "x"}, "@type": "@json"}
    assert await street.bob.send(street.inbox, follow(street, note=literal)) == 202
    assert await street.actor(street.carol) is None


def nested(depth: int) -> bytes:
    return b'{"x":' * depth + b"1" + b"}" * depth


BODIES: list[Callable[[bytes], bytes]] = [
    lambda plain: plain[:-1] + b',"actor":"https://evil.example/"}',  # LD-10
    lambda plain: plain[:-1] + b',"x":{"a":1,"\\u0061":2}}',
    lambda plain: plain[:-1] + b',"x":' + nested(33) + b"}",  # LD-11
    lambda plain: plain[:-1] + b',"x":' + nested(1_000) + b"}",
    lambda plain: plain[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    lambda plain: plain[:-1] + b',"x":NaN}',  # LD-12
    lambda plain: plain[:-1] + b',"x":-Infinity}',
    lambda plain: plain[:-1] + b',"x":1e999}',
    lambda plain: plain[:-1] + b',"x":' + b"9" * 5_000 + b"}",
    lambda plain: plain.decode().encode("utf-16"),  # LD-13
    lambda plain: plain.decode().encode("utf-32"),
    lambda plain: b"\xef\xbb\xbf" + plain,
    lambda plain: plain[:-1] + b',"x":"\xff"}',
    lambda plain: plain[:-1] + b',"x":"\\ud800"}',
    lambda plain: plain[:-1] + b',"x":"a\\u0000b"}',
    lambda plain: plain + b"{}",
    lambda plain: b"[" + plain + b"]",
]


@pytest.mark.one_engine
@pytest.mark.parametrize("make", BODIES)
async def test_json_that_has_more_than_one_reading_is_refused(
    street: Street, make: Callable[[bytes], bytes]
) -> None:  # LD-10, LD-11, LD-12, LD-13
    await refused(street, make(json.dumps(follow(street)).encode()))


WRONG: list[Any] = [None, 7, True, [], {}, [[]], [{}], {"id": {"id": 1}}, "", "x" * 5_000]


@pytest.mark.parametrize("name", ["id", "type", "actor", "object", "to", "tag"])
async def test_a_wrong_type_is_refused_or_means_nothing(street: Street, name: str) -> None:  # LD-15
    note = street.bob.note()
    for value in WRONG:
        for document in (follow(street, **{name: value}), street.bob.create({**note, name: value})):
            assert await street.bob.send(street.inbox, document) in {202, 400, 403}


async def test_a_name_that_could_pass_for_another_is_nobodys(street: Street) -> None:  # LD-14
    for number, disguised in enumerate(("bo\u200bb", "bob\u202e", "b\u00a0b", "b/b", "b@b")):
        disguiser = street.there.add_actor(f"d{number}", preferredUsername=disguised)
        assert await disguiser.send(street.inbox, disguiser.follow(street.alice.actor.uri)) == 401
        assert await street.actor(disguiser) is None
    plain = street.there.add_actor("d9", preferredUsername="bób")
    assert await plain.send(street.inbox, plain.follow(street.alice.actor.uri)) == 202


async def test_what_refers_to_itself_comes_to_an_end(street: Street) -> None:  # LD-16
    await street.befriend(street.bob)
    first, second = street.bob.note(), street.bob.note()
    first["inReplyTo"], second["inReplyTo"] = second["id"], first["id"]
    selfish = street.bob.note()
    selfish["inReplyTo"] = selfish["id"]
    selfish["replies"] = {"id": f"{selfish['id']}/replies", "type": "Collection", "first": selfish["id"]}
    asked = len(street.there.asked)
    for note in (first, second, selfish):
        assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
        await street.work()
    assert len(street.there.asked) - asked <= 30
    looped = street.bob.create(first)
    looped["object"] = looped["id"]
    assert await street.bob.send(street.inbox, looped) in {202, 400}
    await street.work()


@pytest.mark.parametrize("many", ["tags", "terms", "blank nodes"])
async def test_a_document_made_to_be_slow_does_not_hold_others_up(street: Street, many: str) -> None:  # LD-17
    await street.befriend(street.bob)
    document = street.bob.create()
    if many == "tags":
        document["object"]["tag"] = [{"type": "Hashtag", "name": f"#{n}"} for n in range(6_000)]
    elif many == "terms":
        document["@context"] = [*CONTEXT, {f"t{n}": "as:x" for n in range(9_000)}]
    else:
        names = [f"_:b{n}" for n in range(8)]
        document["x"] = [{"id": name, "y": [{"id": other} for other in names]} for name in names]
    assert await street.bob.send(street.inbox, document) in {202, 400, 413}
    assert await street.bob.send(street.inbox, street.bob.create()) == 202
