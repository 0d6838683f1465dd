from __future__ import annotations

from dataclasses import replace

from fediverse_node.activitystreams.read import read_actor
from fediverse_node.activitystreams.write import dump
from fediverse_node.actors.model import Picture
from fediverse_node.federation.builders import actor
from tests.fixtures.golden import ADDRESSES, ALICE, KEYS, assert_golden


def test_it_is_as_pinned() -> None:
    assert_golden("actor", actor.document(ALICE, KEYS, addresses=ADDRESSES, hashtags=["birds"]))


def test_a_peer_reads_everything_back() -> None:
    read = read_actor(actor.document(ALICE, KEYS, addresses=ADDRESSES))
    assert (read.id, read.type, read.preferred_username) == (ALICE.uri, "Person", "alice")
    assert (read.inbox, read.outbox, read.shared_inbox) == (ALICE.inbox, ALICE.outbox, ALICE.shared_inbox)
    assert (read.followers, read.following, read.featured) == (
        ALICE.followers,
        ALICE.following,
        ALICE.featured,
    )
    assert read.webfinger == "alice@home.example"
    assert (read.discoverable, read.indexable, read.manually_approves) == (True, False, False)
    assert [(key.id, key.owner, key.kind) for key in read.public_keys] == [
        (ADDRESSES.key("alice"), ALICE.uri, "pem"),
        (ADDRESSES.ed25519_key("alice"), ALICE.uri, "multikey"),
    ]
    assert read.fields == ALICE.fields
    assert read.also_known_as == ALICE.also_known_as
    assert (read.icon_url, read.icon_media_type) == ("https://home.example/media/icon.png", "image/png")


def test_private_keys_and_the_hour_of_joining_stay_here() -> None:
    raw = dump(actor.document(ALICE, KEYS, addresses=ADDRESSES))
    assert b"never shown" not in raw
    assert b'"published":"2026-01-02T00:00:00Z"' in raw


def test_single_values_are_lists_and_a_picture_always_has_a_type() -> None:
    somebody = replace(ALICE, icon=None, image=Picture(url="https://home.example/x"), fields=())
    document = actor.document(somebody, KEYS, addresses=ADDRESSES)
    for name in ("attachment", "tag", "alsoKnownAs", "assertionMethod"):
        assert isinstance(document[name], list)
    assert isinstance(document["publicKey"], dict)
    assert "icon" not in document
    assert document["image"]["mediaType"] == "image/*"


def test_emoji_of_this_server_are_named_with_their_pictures() -> None:
    picture = "https://home.example/emoji/picture/abc.webp"
    somebody = replace(ALICE, name="Alice :blob:", emojis=((":blob:", picture),))

    document = actor.document(somebody, KEYS, addresses=ADDRESSES, hashtags=["birds"])

    assert [tag["name"] for tag in document["tag"]] == ["#birds", ":blob:"]
    assert document["tag"][1]["icon"]["mediaType"] == "image/webp"
    assert [(each.shortcode, each.url) for each in read_actor(document).emojis] == [("blob", picture)]
