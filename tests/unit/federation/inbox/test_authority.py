from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.read import read_activity
from fediverse_node.federation.inbox.authority import check_claims, is_forwarded, own_object
from fediverse_node.kernel.errors import NodeError, NotAllowed, NotValid
from fediverse_node.kernel.urls import same_origin

OURS = "https://ours.example"
BOB = "https://bob.example/users/bob"
NOTE = "https://bob.example/notes/1"


def activity(type_: str = "Create", **parts: Any) -> Activity:
    document = {"id": "https://bob.example/a/1", "type": type_, "actor": BOB, "object": NOTE, **parts}
    return read_activity({name: value for name, value in document.items() if value is not None})


@pytest.mark.parametrize("type_", ["Create", "Update", "Delete"])
def test_a_thing_of_the_actors_own_server_passes(type_: str) -> None:
    check_claims(activity(type_), own_origin=OURS)
    check_claims(activity(type_, id=None), own_origin=OURS)


@pytest.mark.parametrize("type_", ["Create", "Update", "Delete"])
@pytest.mark.parametrize(
    "uri",
    [
        "https://else.example/notes/1",
        "https://ours.example/users/alice/posts/1",
        "http://bob.example/notes/1",
        "https://bob.example:8443/notes/1",
        "https://bob.example.else.example/notes/1",
        "https://user@bob.example/notes/1",
        "https://BOB.example/notes/1",
        "https://bob.example./notes/1",
        "https://bob.example:443/notes/1",
        "urn:x",
    ],
)
def test_a_thing_of_another_server_is_refused(type_: str, uri: str) -> None:
    with pytest.raises(NodeError):
        check_claims(activity(type_, object=uri), own_origin=OURS)


def test_an_id_of_another_server_is_refused() -> None:
    with pytest.raises(NotAllowed):
        check_claims(activity("Like", id="https://else.example/a/1"), own_origin=OURS)


def test_an_actor_of_ours_is_refused() -> None:
    with pytest.raises(NotAllowed):
        check_claims(activity(actor=f"{OURS}/users/alice", id=f"{OURS}/a/1"), own_origin=OURS)


@pytest.mark.parametrize("object_", [None, [], [NOTE, "https://bob.example/notes/2"], {"type": "Note"}])
def test_not_exactly_one_thing_is_refused(object_: Any) -> None:
    with pytest.raises(NotValid):
        check_claims(activity(object=object_), own_origin=OURS)


def test_verbs_about_things_of_others_pass() -> None:
    for type_ in ("Like", "Announce", "Follow", "Undo", "Flag"):
        check_claims(activity(type_, object=f"{OURS}/users/alice"), own_origin=OURS)


FORWARDER = "https://group.example/actor"


@pytest.mark.parametrize(
    "parts",
    [
        {"signature": {}},
        {"proof": {}},
        {"cc": ["https://group.example/followers"]},
        {"object": {"id": NOTE, "inReplyTo": "https://group.example/posts/1"}},
    ],
)
def test_what_has_to_do_with_the_forwarder_is_passed_on(parts: dict[str, Any]) -> None:
    assert is_forwarded(activity(**parts), FORWARDER)
    assert not is_forwarded(activity("Like", **parts), FORWARDER)
    assert not is_forwarded(activity(**parts), "https://bob.example/users/neighbour")


def test_what_has_nothing_to_do_with_the_signer_is_not_passed_on() -> None:
    assert not is_forwarded(activity(to=["https://www.w3.org/ns/activitystreams#Public"]), FORWARDER)


def test_only_a_copy_from_the_actors_own_server_is_looked_at() -> None:
    whole = {"id": NOTE, "type": "Note", "content": "x"}
    assert own_object(activity(object=whole)) == whole
    assert own_object(activity(object={"id": NOTE, "type": "Note"})) is None
    assert own_object(activity(object=NOTE)) is None
    assert own_object(activity("Announce", object={**whole, "id": "https://else.example/1"})) is None


HOSTS = st.sampled_from(
    ["https://a.example", "https://b.example", "http://a.example", "https://ours.example"]
)


@given(
    actor=HOSTS,
    id_=HOSTS | st.none(),
    thing=HOSTS,
    type_=st.sampled_from(["Create", "Update", "Delete", "Like"]),
)
def test_whatever_passes_has_one_origin_and_it_is_not_ours(
    actor: str, id_: str | None, thing: str, type_: str
) -> None:
    said = activity(type_, actor=f"{actor}/u", id=f"{id_}/a" if id_ else None, object=f"{thing}/o")
    try:
        check_claims(said, own_origin=OURS)
    except NodeError:
        return
    assert not same_origin(said.actor, OURS)
    assert id_ is None or id_ == actor
    assert type_ == "Like" or thing == actor
