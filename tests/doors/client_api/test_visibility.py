"""Every kind of post, every kind of viewer, every way of reading: one oracle says what is right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.tables import mentions
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines.tables import home_entries
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode

OPEN = {"public", "unlisted"}
#: Who may see what, besides its author and those it mentions.
FOLLOWERS_TOO = {*OPEN, "private"}
KINDS = ("public", "unlisted", "private", "direct")
VIEWERS = ("anonymous", "stranger", "pending", "follower", "mentioned", "author")


def may_see(viewer: str, kind: str, *, mentioned: bool) -> bool:
    """The truth, said a second time and differently."""
    if viewer == "author" or kind in OPEN:
        return True
    if viewer == "mentioned" and mentioned:
        return True
    return viewer == "follower" and kind in FOLLOWERS_TOO


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One post of each kind, plain and with a mention, each boosted by a stranger and answered."""

    clients: dict[str, Client]
    booster: Client
    #: (kind, mentioned) → id of the post, of a boost of it, of the author's own public answer
    ids: dict[tuple[str, bool], tuple[str, str, str]]
    uris: dict[str, str]


@pytest.fixture
async def world(alpha: LiveNode) -> World:
    async def person(name: str, **profile: Any) -> Client:
        return Client(node=alpha, person=await alpha.add_person(name, **profile))

    author = await person("author", manually_approves=True)
    clients = {name: await person(name) for name in VIEWERS if name not in {"anonymous", "author"}}
    clients |= {"anonymous": Client(node=alpha), "author": author}
    booster = await person("booster")
    assert author.person is not None
    for name in ("follower", "pending"):
        assert (await clients[name].follow(author.person))["requested"]
    follower = clients["follower"].person
    assert follower is not None
    await author.do(f"/api/v1/follow_requests/{follower.actor.id}/authorize")
    ids, uris = {}, {}
    for kind in KINDS:
        for mentioned in (False, True):
            text = f"{kind} @mentioned" if mentioned else kind
            post = await author.write(text, visibility=kind)
            answer = await author.write("an answer", visibility="public", in_reply_to_id=post["id"])
            boost = await forced_boost(booster, int(post["id"]), list(clients.values()))
            ids[kind, mentioned] = (post["id"], str(boost.id), answer["id"])
            uris[post["id"]] = post["uri"]
    return World(clients=clients, booster=booster, ids=ids, uris=uris)


async def forced_boost(booster: Client, post_id: int, readers: list[Client]) -> Post:
    """A public boost of whatever kind of post, as a careless server might send it, in every home."""
    assert booster.person is not None
    actor = booster.person.actor

    def unit(tx: Tx) -> Post:
        boost = Post(
            id=tx.new_id(),
            uri=f"{actor.uri}/boosts/{post_id}",
            actor_id=actor.id,
            local=True,
            visibility="public",
            boost_of_id=post_id,
            published_at=tx.now,
            created_at=tx.now,
        )
        assert posts.add(tx, boost) is not None
        tx.insert_missing(
            home_entries,
            [
                {"actor_id": reader.person.actor.id, "post_id": each}
                for reader in readers
                if reader.person is not None
                for each in (post_id, boost.id)
            ],
        )
        return boost

    return await booster.node.node.db.write(unit)


Ask = Callable[[Client, World, str, str, str], Awaitable[set[str]]]
"""(client, world, post, boost, answer) → which of the first two were shown."""


async def by_id(client: Client, world: World, post: str, boost: str, answer: str) -> set[str]:
    found = set()
    for id_ in (post, boost):
        heard = await client.get(f"/api/v1/statuses/{id_}")
        assert heard.status in {200, 404}
        if heard.status == 200:
            found.add(id_)
    return found


async def several(client: Client, world: World, post: str, boost: str, answer: str) -> set[str]:
    body = await client.ok(f"/api/v1/statuses?id[]={post}&id[]={boost}")
    return {each["id"] for each in body}


async def above(client: Client, world: World, post: str, boost: str, answer: str) -> set[str]:
    body = await client.ok(f"/api/v1/statuses/{answer}/context")
    shown = {each["id"] for each in body["ancestors"]}
    return shown | ({boost} if post in shown else set())


async def on_profiles(client: Client, world: World, post: str, boost: str, answer: str) -> set[str]:
    shown = set()
    for whose in (world.clients["author"], world.booster):
        assert whose.person is not None
        body = await client.ok(f"/api/v1/accounts/{whose.person.actor.id}/statuses", limit=40)
        shown |= {each["id"] for each in body}
    return shown & {post, boost}


async def by_address(client: Client, world: World, post: str, boost: str, answer: str) -> set[str]:
    body = await client.ok("/api/v2/search", q=world.uris[post])
    shown = {each["id"] for each in body["statuses"]}
    return shown | ({boost} if post in shown else set())


async def at_home(client: Client, world: World, post: str, boost: str, answer: str) -> set[str]:
    body = await client.ok("/api/v1/timelines/home", limit=40)
    return {each["id"] for each in body} & {post, boost}


async def in_source(client: Client, world: World, post: str, boost: str, answer: str) -> set[str]:
    heard = await client.get(f"/api/v1/statuses/{post}/source")
    assert heard.status in {200, 404}
    return {post, boost} if heard.status == 200 else set()


async def by_reacting(client: Client, world: World, post: str, boost: str, answer: str) -> set[str]:
    heard = await client.post(f"/api/v1/statuses/{boost}/favourite")
    assert heard.status in {200, 404}
    return {post, boost} if heard.status == 200 else set()


WAYS: dict[str, tuple[Ask, bool]] = {
    "by id": (by_id, False),
    "several ids": (several, False),
    "above an answer": (above, False),
    "on profiles": (on_profiles, False),
    "by address": (by_address, False),
    "at home": (at_home, True),
    "its source": (in_source, True),
    "by reacting": (by_reacting, True),
}


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_nobody_sees_what_they_may_not_see(world: World, viewer: str) -> None:
    client = world.clients[viewer]
    wrong = []
    for (kind, mentioned), (post, boost, answer) in world.ids.items():
        right = {post, boost} if may_see(viewer, kind, mentioned=mentioned) else set()
        for name, (ask, needs_token) in WAYS.items():
            if needs_token and client.person is None:
                continue
            shown = await ask(client, world, post, boost, answer)
            if shown != right:
                wrong.append((name, kind, mentioned, len(shown)))
    assert wrong == []


async def test_the_public_timeline_shows_public_posts_only(world: World) -> None:
    public = {ids[0] for (kind, _), ids in world.ids.items() if kind == "public"}
    for client in world.clients.values():
        shown = {each["id"] for each in await client.ok("/api/v1/timelines/public", limit=40)}
        assert shown == public


async def test_what_is_hidden_and_what_is_not_there_look_alike(world: World) -> None:
    hidden = world.ids["direct", False][0]
    stranger = world.clients["stranger"]
    for method, path in (
        ("GET", "/api/v1/statuses/{}"),
        ("GET", "/api/v1/statuses/{}/context"),
        ("GET", "/api/v1/statuses/{}/source"),
        ("PUT", "/api/v1/statuses/{}"),
        ("DELETE", "/api/v1/statuses/{}"),
        ("POST", "/api/v1/statuses/{}/favourite"),
        ("POST", "/api/v1/statuses/{}/reblog"),
        ("POST", "/api/v1/statuses/{}/unreblog"),
    ):
        options = {"json": {"status": "new"}} if method == "PUT" else {}
        there = await stranger.call(method, path.format(hidden), **options)
        nowhere = await stranger.call(method, path.format(int(hidden) + 1), **options)
        nonsense = await stranger.call(method, path.format("abc"), **options)
        answers = {(each.status, str(each.body)) for each in (there, nowhere, nonsense)}
        assert answers == {(404, str({"error": "There is no such post."}))}, path


async def test_an_answer_to_what_is_hidden_is_refused_like_one_to_nothing(world: World) -> None:
    stranger, hidden = world.clients["stranger"], world.ids["private", False][0]
    there = await stranger.post("/api/v1/statuses", {"status": "x", "in_reply_to_id": hidden})
    nowhere = await stranger.post("/api/v1/statuses", {"status": "x", "in_reply_to_id": "17"})
    assert (there.status, there.body) == (nowhere.status, nowhere.body)
    seen = world.ids["public", False][0]
    assert (await stranger.post("/api/v1/statuses", {"status": "x", "in_reply_to_id": seen})).status == 200


async def test_nothing_of_a_suspended_author_is_shown(world: World) -> None:
    author = world.clients["author"].person
    assert author is not None
    db = world.booster.node.node.db
    await db.write(lambda tx: actors.change(tx, author.actor.id, {"suspended_at": tx.now}))
    follower = world.clients["follower"]
    for post, boost, answer in world.ids.values():
        for id_ in (post, boost, answer):
            assert (await follower.get(f"/api/v1/statuses/{id_}")).status == 404
    assert await follower.ok("/api/v1/timelines/home") == []
    assert (await follower.get(f"/api/v1/accounts/{author.actor.id}")).status == 404


async def test_notifications_keep_quiet_about_what_can_no_longer_be_seen(alice: Client, bob: Client) -> None:
    assert bob.person is not None
    await alice.write("hello @bob", visibility="direct")
    kept = await alice.write("hello again @bob")
    assert [each["type"] for each in await bob.ok("/api/v1/notifications")] == ["mention", "mention"]
    db = bob.node.node.db
    last = (await bob.ok("/api/v1/notifications"))[1]

    def forget(tx: Tx) -> None:
        tx.execute(mentions.delete().where(mentions.c.post_id == int(last["status"]["id"])))

    await db.write(forget)
    assert [each["status"]["id"] for each in await bob.ok("/api/v1/notifications")] == [kept["id"]]
    assert (await bob.get(f"/api/v1/notifications/{last['id']}")).status == 404


async def test_a_notification_is_its_owners_alone(alice: Client, bob: Client) -> None:
    await alice.write("hello @bob")
    (found,) = await bob.ok("/api/v1/notifications")
    assert (await bob.ok(f"/api/v1/notifications/{found['id']}")) == found
    assert (await alice.get(f"/api/v1/notifications/{found['id']}")).status == 404
