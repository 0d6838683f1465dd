from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read_actor import read_actor, read_key_document
from fediverse_node.kernel.errors import NotValid, TooLarge

BOB = "https://a.example/users/bob"
ACTOR: JsonDict = {"id": BOB, "type": "Person", "preferredUsername": "bob", "inbox": f"{BOB}/inbox"}


def actor(**terms: Any) -> Any:
    return read_actor({**ACTOR, **terms})


@pytest.mark.parametrize(
    "name", ["bob", "Bob_1", "b", "a.b-c", "مرحبا", "localhost:8080", "relay.example", "bob-"]
)
def test_ordinary_user_names_are_read(name: str) -> None:
    assert actor(preferredUsername=name).preferred_username == name


@pytest.mark.parametrize(
    "name",
    [
        "bob@evil.example",
        "a/b",
        "b ob",
        "bo\u200bb",
        "\u202ebob",
        "b\u200fob",
        "bob\n",
        "<b>",
        ".bob",
        "x" * 300,
    ],
)
def test_a_user_name_that_could_pass_for_another_is_refused(name: str) -> None:
    with pytest.raises(NotValid):
        actor(preferredUsername=name)


def test_a_display_name_cannot_turn_or_hide_text_and_has_a_limit() -> None:
    assert actor(name="a\u202eb\u200b\x07 \n c").name == "ab c"
    assert len(actor(name="ä" * 5000).name) == 500
    assert actor(name=" \u200b ").name is None


def test_a_stub_without_an_inbox_is_read() -> None:
    found = read_actor({"id": BOB, "type": "Person"})
    assert (found.inbox, found.preferred_username, found.public_keys) == (None, None, ())


@pytest.mark.parametrize(
    "terms", [{"id": None}, {"id": 5}, {"id": "x" * 3000}, {"type": "Note"}, {"type": None}]
)
def test_what_is_no_actor_is_refused(terms: JsonDict) -> None:
    with pytest.raises(NotValid):
        actor(**terms)


def test_keys_are_found_in_every_form_and_each_once() -> None:
    pem = {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": "PEM"}
    multikey = {"id": f"{BOB}#ed", "type": "Multikey", "controller": BOB, "publicKeyMultibase": "z6Mk"}
    found = actor(publicKey=[pem, pem, BOB, {"id": "x"}], assertionMethod=multikey, authentication=[multikey])
    assert [(key.id, key.kind, key.owner) for key in found.public_keys] == [
        (f"{BOB}#main-key", "pem", BOB),
        (f"{BOB}#ed", "multikey", BOB),
    ]
    assert actor(publicKey={"id": "k", "publicKeyPem": "PEM"}).public_keys[0].owner == BOB
    assert len(actor(publicKey=[{**pem, "id": f"k{n}"} for n in range(99)]).public_keys) == 16
    with pytest.raises(TooLarge):
        actor(publicKey={**pem, "publicKeyPem": "x" * 20_000})


def test_a_key_document_is_an_actor_or_a_key() -> None:
    pem = {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": "PEM"}
    of_actor = read_key_document({**ACTOR, "publicKey": pem})
    assert of_actor.actor is not None
    assert (of_actor.owner, of_actor.keys[0].pem) == (BOB, "PEM")
    bare = read_key_document(pem)
    assert (bare.actor, bare.owner, bare.keys[0].id) == (None, BOB, f"{BOB}#main-key")
    wrapped = read_key_document({"id": BOB, "publicKey": pem})
    assert (wrapped.owner, len(wrapped.keys)) == (BOB, 1)
    for keyless in (ACTOR, {"id": BOB}, {"id": BOB, "publicKey": f"{BOB}#main-key"}):
        with pytest.raises(NotValid):
            read_key_document(keyless)


def test_profiles_are_read_with_their_limits() -> None:
    field = {"type": "PropertyValue", "name": "Web", "value": '<a href="https://a.example">a</a>'}
    found = actor(
        attachment=[field] * 20 + [{"type": "Note", "name": "x", "value": "y"}],
        icon=[{"type": "Image", "url": [{"href": "https://a.example/i.png", "mediaType": "image/png; x=y"}]}],
        image="https://a.example/h.jpg",
        url=[{"type": "Link", "href": "https://a.example/x.atom", "mediaType": "application/atom+xml"},
             {"type": "Link", "href": "https://a.example/@bob", "mediaType": "text/html"}],
        endpoints={"sharedInbox": "https://a.example/inbox"},
        movedTo={"id": "https://c.example/bob"},
        alsoKnownAs="https://c.example/bob",
        webfinger="acct:bob@a.example",
        published="2026-11-21T00:00:00Z",
        indexable="true",
        manuallyApprovesFollowers=False,
        tag=[{"type": "Emoji", "name": ":x:"}, {"type": "Emoji"}],
        **{"toot:discoverable": True},
    )  # fmt: skip
    assert len(found.fields) == 16
    assert found.fields[0] == ("Web", field["value"])
    assert (found.icon_url, found.icon_media_type) == ("https://a.example/i.png", "image/png")
    assert (found.image_url, found.image_media_type) == ("https://a.example/h.jpg", None)
    assert (found.url, found.shared_inbox) == ("https://a.example/@bob", "https://a.example/inbox")
    assert (found.moved_to, found.also_known_as) == ("https://c.example/bob", ("https://c.example/bob",))
    assert (found.webfinger, found.discoverable, found.indexable) == ("bob@a.example", True, True)
    assert (found.manually_approves, found.suspended) == (False, None)
    assert found.published == datetime(2026, 11, 21, tzinfo=UTC)
    assert len(found.emojis) == 1


def test_only_an_assertion_method_may_speak_in_proofs() -> None:
    def key(number: int) -> JsonDict:
        return {"id": f"{BOB}#{number}", "controller": BOB, "publicKeyMultibase": "z6Mk"}

    found = actor(publicKey=key(1), assertionMethod=[key(1), key(2)], authentication=[key(2), key(3)])
    assert {each.id[-1]: each.asserts for each in found.public_keys} == {"1": True, "2": True, "3": False}


def test_what_a_server_says_that_it_understands_is_read_from_either_place() -> None:
    implements = [{"href": "https://x.example/a", "name": "A"}, {"href": "https://x.example/b"}, 7]
    both = ("https://x.example/a", "https://x.example/b")
    assert actor(generator={"type": "Application", "implements": implements}).implements == both
    assert actor(type="Application", implements=implements).implements == both
    assert actor(implements=implements).implements == ()
    assert actor(generator="https://x.example/actor").implements == ()
    assert actor(generator={"implements": "nonsense"}).implements == ("nonsense",)
