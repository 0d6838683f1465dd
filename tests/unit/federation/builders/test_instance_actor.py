from __future__ import annotations

from dataclasses import replace

from fediverse_node.activitystreams.read import read_actor
from fediverse_node.federation.builders import instance_actor
from tests.fixtures.golden import ADDRESSES, ALICE, KEYS, assert_golden

NAME = ADDRESSES.domain
SERVER = replace(
    ALICE,
    uri=ADDRESSES.actor(NAME),
    type="Application",
    username=NAME,
    url=ADDRESSES.profile(NAME),
    inbox=ADDRESSES.inbox(NAME),
    outbox=ADDRESSES.outbox(NAME),
    followers=ADDRESSES.followers(NAME),
    following=ADDRESSES.following(NAME),
)
ITS_KEYS = [replace(key, key_id=key.key_id.replace(ALICE.uri, SERVER.uri)) for key in KEYS]


def test_it_is_as_pinned_and_reads_back() -> None:
    document = instance_actor.document(SERVER, ITS_KEYS, addresses=ADDRESSES, name="Home")
    assert_golden("instance_actor", document)
    read = read_actor(document)
    assert (read.id, read.type, read.webfinger) == (
        "https://home.example/actor",
        "Application",
        "home.example@home.example",
    )
    assert read.public_keys[0].id == "https://home.example/actor#main-key"
    assert (read.manually_approves, read.url) == (True, "https://home.example/about")
