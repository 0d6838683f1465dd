from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.activitystreams.read import read_activity, read_object
from fediverse_node.activitystreams.read_interaction import (
    MAX_NAMED,
    PermissionDoc,
    read_authorization,
    read_policy,
)
from fediverse_node.activitystreams.vocabulary import PUBLIC

CORPUS = Path(__file__).parents[3] / ".." / "shared" / "corpus"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def quote_permission(value: Any) -> PermissionDoc | None:
    found = read_policy({"interactionPolicy": {"canQuote": value}})
    assert found is not None
    return found.can_quote


@pytest.mark.parametrize(
    ("value", "automatic", "manual"),
    [
        ({"automaticApproval": "as:Public"}, (PUBLIC,), ()),
        (
            {"automaticApproval": ["https://a.example"], "manualApproval": "Public"},
            ("https://a.example",),
            (PUBLIC,),
        ),
        ({"always": [PUBLIC], "approvalRequired": []}, (PUBLIC,), ()),
        ({"automaticApproval": [], "always": [PUBLIC]}, (), ()),
        ({}, (), ()),
        ([{"automaticApproval": [PUBLIC, 5, None, PUBLIC]}], (PUBLIC,), ()),
    ],
)  # fmt: skip
def test_both_dialects_and_both_forms_are_read(
    value: Any, automatic: tuple[str, ...], manual: tuple[str, ...]
) -> None:
    assert quote_permission(value) == PermissionDoc(automatic, manual)


def test_what_is_not_said_is_not_made_up() -> None:
    assert read_policy({}) is None
    assert read_policy({"interactionPolicy": "everybody"}) is None
    assert quote_permission("everybody") is None
    found = read_policy({"interactionPolicy": {}})
    assert found is not None
    assert (found.can_reply, found.can_announce, found.can_like) == (None, None, None)


def test_a_policy_names_a_bounded_number() -> None:
    found = quote_permission({"automaticApproval": [f"https://a.example/{n}" for n in range(500)]})
    assert found is not None
    assert len(found.automatic) == MAX_NAMED


@given(JSON)
def test_whatever_is_sent_is_read_without_an_error(value: Any) -> None:
    read_policy({"interactionPolicy": value})
    read_policy({"interactionPolicy": {"canQuote": value, "canReply": {"always": value}}})
    read_authorization({"type": value, "id": value, "attributedTo": value, "interactingObject": value})


def test_only_a_yes_is_a_yes() -> None:
    assert read_authorization({"type": "Note", "id": "https://a.example/1"}) is None


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")
def test_the_documents_of_the_proposal_are_read() -> None:
    folder = CORPUS / "fep-044f"
    found = read_authorization(json.loads((folder / "quote-authorization.json").read_text()))
    assert found is not None
    assert found.interacting_object == "https://example.org/users/bob/statuses/1"
    assert found.interaction_target == "https://example.com/users/alice/statuses/1"
    accept = read_activity(json.loads((folder / "accept-quote-request.json").read_text()))
    assert accept.result == found.id
    note = read_activity(json.loads((folder / "quote-request.json").read_text())).instrument
    assert note is not None
    assert read_object(note).quote == accept.object["object"] if accept.object else False
