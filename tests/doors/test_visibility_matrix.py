"""Who sees what, on every way to a post: one village, every viewer, every path (PRI-01).

`may_see` below says the truth in a few lines, from the table in `visibility.rule` and nothing else. Each path
says which posts it is about at all. What a path shows is found by a word that stands in one post only, or
by that post's id, so no path can hide behind its format.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import product

import aiohttp
import pytest
import sqlalchemy as sa

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries.tables import activities
from fediverse_node.federation.outbox import block as blocking
from fediverse_node.federation.outbox import exclude
from fediverse_node.federation.outbox.follow import follow
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.lists import queries as lists
from fediverse_node.lists.model import PeopleList
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.posts import liked, reactions
from fediverse_node.posts.model import Visibility
from fediverse_node.search.indexing import Indexer
from fediverse_node.storage.notices import Notice
from fediverse_node.storage.tx import Tx
from tests.fakes.remote_server import RemoteActor, RemoteServer
from tests.fixtures.nodes import LiveNode, Person
from tests.fixtures.signed_get import get
from tests.fixtures.streams import listening

OPEN = ("public", "unlisted")
VISIBILITIES: tuple[Visibility, ...] = ("public", "unlisted", "private", "direct")
LOCAL = ("stranger", "follower", "pending", "mentioned", "blocked", "blocking", "muting", "suspended")
REMOTE = ("remote follower", "remote stranger", "remote mentioned", "remote blocked", "shut out")
NAMED = ("mentioned", "blocked", "blocking", "muting")
FOLLOWERS = ("follower", "muting", "remote follower")
FEEDS = ("atom", "rss")
APART = ("blocked", "blocking", "remote blocked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One post of the village. `author` is alice, or zed, who is suspended by now."""

    author: str
    visibility: Visibility
    naming: bool
    answer: bool
    id: int
    uri: str
    word: str
    activity: str


@dataclass(slots=True, kw_only=True)
class Village:
    node: LiveNode
    people: dict[str, Person]
    remote: dict[str, RemoteActor]
    root: str = ""
    posts: list[Told] = field(default_factory=list)

    async def text(self, viewer: str, path: str) -> str:
        """What *viewer* is answered at *path*; nothing, where it is refused."""
        if viewer in REMOTE:
            got = await get(self.node.http, f"{self.node.base_url}{path}", self.remote[viewer])
            return got.body.decode() if got.status == 200 else ""
        headers = self.people[viewer].bearer if viewer != "anonymous" else {}
        async with self.node.http.get(path, headers=headers, allow_redirects=True) as answer:
            return await answer.text() if answer.status == 200 else ""


def may_see(viewer: str, post: Told) -> bool:
    """The truth."""
    if post.author == "zed" or viewer in (*APART, "suspended", "shut out"):
        return False
    if post.visibility in OPEN:
        return True
    named = post.naming and viewer in (*NAMED, "remote mentioned")
    return named or (post.visibility == "private" and viewer in FOLLOWERS)


# The paths: what a viewer is shown, and which posts could be among it.

Path = Callable[[Village, str], Awaitable[str]]
About = Callable[[str, Told], bool]


async def each(village: Village, viewer: str, path: Callable[[Told], str]) -> str:
    return "\n".join([await village.text(viewer, path(post)) for post in village.posts])


async def by_id(village: Village, viewer: str) -> str:
    return await each(village, viewer, lambda post: f"/api/v1/statuses/{post.id}")


async def in_source(village: Village, viewer: str) -> str:
    return await each(village, viewer, lambda post: f"/api/v1/statuses/{post.id}/source")


async def by_address(village: Village, viewer: str) -> str:
    return await each(village, viewer, lambda post: f"/api/v2/search?q={post.uri}")


async def several(village: Village, viewer: str) -> str:
    asked = "&".join(f"id[]={post.id}" for post in village.posts)
    return await village.text(viewer, f"/api/v1/statuses?{asked}")


async def on_profiles(village: Village, viewer: str) -> str:
    ids = (village.people[name].actor.id for name in ("alice", "zed"))
    return "".join([await village.text(viewer, f"/api/v1/accounts/{id_}/statuses?limit=40") for id_ in ids])


async def in_context(village: Village, viewer: str) -> str:
    return await village.text(viewer, f"/api/v1/statuses/{village.root.rpartition('/')[2]}/context")


async def in_public(village: Village, viewer: str) -> str:
    return await village.text(viewer, "/api/v1/timelines/public?limit=40")


async def by_tag(village: Village, viewer: str) -> str:
    return await village.text(viewer, "/api/v1/timelines/tag/village?limit=40")


async def in_bookmarks(village: Village, viewer: str) -> str:
    return await village.text(viewer, "/api/v1/bookmarks?limit=40")


async def in_favourites(village: Village, viewer: str) -> str:
    return await village.text(viewer, "/api/v1/favourites?limit=40")


async def by_words(village: Village, viewer: str) -> str:
    return await village.text(viewer, "/api/v2/search?q=village&type=statuses&limit=40")


async def on_a_list(village: Village, viewer: str) -> str:
    found = json.loads(await village.text(viewer, "/api/v1/lists") or "[]")
    pages = [await village.text(viewer, f"/api/v1/timelines/list/{each['id']}?limit=40") for each in found]
    return "".join(pages)


async def at_home(village: Village, viewer: str) -> str:
    return await village.text(viewer, "/api/v1/timelines/home?limit=40")


async def in_notifications(village: Village, viewer: str) -> str:
    return await village.text(viewer, "/api/v1/notifications?limit=80")


async def as_document(village: Village, viewer: str) -> str:
    return await each(village, viewer, lambda post: post.uri.removeprefix(village.node.base_url))


async def as_activity(village: Village, viewer: str) -> str:
    return await each(village, viewer, lambda post: post.activity.removeprefix(village.node.base_url))


async def in_outbox(village: Village, viewer: str) -> str:
    return "".join(
        [await village.text(viewer, f"/users/{name}/outbox?page=first") for name in ("alice", "zed")]
    )


async def in_replies(village: Village, viewer: str) -> str:
    path = village.root.removeprefix(village.node.base_url)
    return await village.text(viewer, f"{path}/replies?page=first")


async def on_pages(village: Village, viewer: str) -> str:
    return await each(village, viewer, lambda post: f"/@{post.author}/{post.id}")


async def on_profile_pages(village: Village, viewer: str) -> str:
    return "".join([await village.text(viewer, f"/@{name}") for name in ("alice", "zed")])


async def on_tag_page(village: Village, viewer: str) -> str:
    return await village.text(viewer, "/tags/village")


async def in_feeds(village: Village, viewer: str) -> str:
    names = ("alice", "zed")
    return "".join([await village.text(viewer, f"/@{name}.{kind}") for name in names for kind in FEEDS])


async def in_long_feeds(village: Village, viewer: str) -> str:
    paths = [f"/@{name}/with_replies.{kind}" for name in ("alice", "zed") for kind in FEEDS]
    return "".join([await village.text(viewer, path) for path in (*paths, "/tags/village.atom")])


async def embedded(village: Village, viewer: str) -> str:
    return await each(village, viewer, lambda post: f"/api/oembed?url={post.uri}")


async def in_versions(village: Village, viewer: str) -> str:
    return await each(village, viewer, lambda post: f"/api/v1/statuses/{post.id}/history")


async def in_public_streams(village: Village, viewer: str) -> str:
    return await _streamed(village, viewer, "public", {"stream": "hashtag", "tag": "village"})


async def in_own_streams(village: Village, viewer: str) -> str:
    found = json.loads(await village.text(viewer, "/api/v1/lists") or "[]")
    return await _streamed(
        village, viewer, "user", *({"stream": "list", "list": each["id"]} for each in found)
    )


async def _streamed(village: Village, viewer: str, *streams: str | dict[str, str]) -> str:
    """What is said to *viewer* when all posts come once more; nothing, where they are not let in."""
    person, witness = village.people.get(viewer), village.people["stranger"]
    try:
        async with (
            listening(village.node, person, *streams) as ear,
            listening(village.node, witness, "user") as last,
        ):
            told = [Notice("update", (post.id,)) for post in village.posts]
            village.node.node.db.ears.tell([*told, Notice("filters_changed", (witness.actor.id,))])
            while (await last.next()).event != "filters_changed":
                pass
            return await ear.all()
    except aiohttp.WSServerHandshakeError as refused:
        if refused.status != 403:
            raise
        return ""


def everything(viewer: str, post: Told) -> bool:
    del viewer, post
    return True


def is_open(viewer: str, post: Told) -> bool:
    del viewer
    return post.visibility in OPEN


API: dict[Path, About] = {
    by_id: everything,
    in_source: everything,
    in_versions: everything,
    several: everything,
    by_address: everything,
    on_profiles: everything,
    in_context: lambda _, post: post.answer,
    in_public: lambda viewer, post: post.visibility == "public" and not post.answer and viewer != "muting",
    by_tag: lambda viewer, post: post.visibility == "public" and viewer != "muting",
    in_public_streams: lambda viewer, post: post.visibility == "public" and viewer != "muting",
}
OWN: dict[Path, About] = {
    at_home: lambda viewer, post: viewer == "follower",
    in_notifications: lambda viewer, post: viewer == "mentioned" and post.naming,
    # Everybody put everything aside, whatever they may see of it.
    in_bookmarks: everything,
    in_favourites: everything,
    by_words: lambda viewer, _: viewer != "muting",
    on_a_list: lambda viewer, post: viewer == "follower",
    in_own_streams: lambda viewer, post: viewer == "follower",
}
WIRE: dict[Path, About] = {
    as_document: everything,
    as_activity: is_open,
    in_outbox: is_open,
    in_replies: lambda viewer, post: post.visibility in OPEN and post.answer,
}
PAGES: dict[Path, About] = {
    on_pages: is_open,
    on_profile_pages: lambda _, post: post.visibility in OPEN and not post.answer,
    on_tag_page: lambda _, post: post.visibility == "public",
    in_feeds: lambda _, post: post.visibility == "public" and not post.answer,
    in_long_feeds: lambda _, post: post.visibility == "public",
    embedded: is_open,
}
NOT_ASKED = {in_source}  # needs a person: the source is for editors


async def build(village: Village, outside: RemoteServer) -> None:
    """Everybody meets, alice and zed speak, and then they part."""
    desk, node = village.node.desk, village.node
    alice, zed = village.people["alice"].actor, village.people["zed"].actor
    for name in ("follower", "muting"):
        await follow(desk, village.people[name].actor, alice.id)
        await follow(desk, village.people[name].actor, zed.id)
    for name in ("remote follower", "remote blocked"):
        actor = village.remote[name]
        assert await actor.send(node.addresses.inbox("alice"), actor.follow(alice.uri)) == 202
    root = await publish(desk, alice, Draft(text="the beginning"))
    village.root = root.uri
    named = " ".join(f"@{name}" for name in NAMED) + f" {village.remote['remote mentioned'].handle}"
    kinds = product((alice, zed), VISIBILITIES, (False, True), (False, True))
    for number, (author, visibility, naming, answer) in enumerate(kinds):
        word = f"word{number:03}x"
        text = f"{word} #village {named if naming else ''}"
        draft = Draft(text=text, visibility=visibility, in_reply_to_id=root.id if answer else None)
        made = await publish(desk, author, draft)
        village.posts.append(
            Told(
                author=author.username,
                visibility=visibility,
                naming=naming,
                answer=answer,
                id=made.id,
                uri=made.uri,
                word=word,
                activity=await _activity_of(node, made.id),
            )
        )
    await node.node.db.write(partial(_put_aside, village=village))
    # Whatever becomes of them: the index has all of it.
    await Indexer(node.node.db, lag=timedelta(0)).run_once()
    # Alice asks first from now on, so this one waits.
    await node.change(alice, manually_approves=True)
    await follow(desk, village.people["pending"].actor, alice.id)
    await blocking.block(desk, alice, village.people["blocked"].actor.id)
    await blocking.block(desk, village.people["blocking"].actor, alice.id)
    await blocking.mute(desk, village.people["muting"].actor, alice.id)
    blocked = await _known(node, village.remote["remote blocked"])
    await blocking.block(desk, alice, blocked)
    rule = DomainBlock(domain=outside.domain, severity="suspend")
    suspended = village.people["suspended"].actor
    await node.node.db.write(lambda tx: exclude.decide(tx, rule, own_domain=node.domain))
    for unwanted in (zed, suspended):
        await node.node.db.write(partial(_suspend, actor=unwanted))


def _put_aside(tx: Tx, *, village: Village) -> None:
    """Everybody marks everything, as if they might; two have both authors on a list."""
    for name in LOCAL:
        reader = village.people[name].actor.id
        for post in village.posts:
            liked.bookmark(tx, reader, post.id)
            reactions.favourite(tx, post.id, reader, f"{post.uri}#{name}")
    for name in ("follower", "muting"):
        reader = village.people[name].actor.id
        made = PeopleList(
            id=tx.new_id(), actor_id=reader, title="both", replies_policy="list", exclusive=False
        )
        lists.create(tx, made)
        lists.add(tx, made.id, [village.people[author].actor.id for author in ("alice", "zed")])


def _suspend(tx: Tx, *, actor: Actor) -> None:
    exclude.suspend(tx, actor)


async def _activity_of(node: LiveNode, post_id: int) -> str:
    statement = sa.select(activities.c.uri).where(activities.c.post_id == post_id)
    row = await node.node.db.read(lambda tx: tx.first(statement))
    assert row is not None
    return str(row[0])


async def _known(node: LiveNode, remote: RemoteActor) -> int:
    found = await node.node.db.read(lambda tx: actors.by_uri(tx, remote.uri))
    assert found is not None
    return found.id


@pytest.mark.timeout(300)
async def test_everybody_sees_what_they_may_see_and_nothing_else_on_every_path(alpha: LiveNode) -> None:
    cells, wrong = 0, []
    async with RemoteServer() as there, RemoteServer("outside") as outside:
        village = Village(
            node=alpha,
            people={name: await alpha.add_person(name) for name in ("alice", "zed", *LOCAL)},
            remote={name: there.add_actor(name.replace(" ", "_")) for name in REMOTE[:-1]},
        )
        village.remote["shut out"] = outside.add_actor("mallory")
        await build(village, outside)
        tables = [
            (("anonymous", *LOCAL), API),
            (LOCAL, OWN),
            (("anonymous", *REMOTE), WIRE),
            (("anonymous",), PAGES),
        ]
        for viewers, paths in tables:
            for viewer, (path, about) in product(viewers, paths.items()):
                if viewer == "anonymous" and path in NOT_ASKED:
                    continue
                shown = await path(village, viewer)
                for post in village.posts:
                    cells += 1
                    seen = post.word in shown or (path is in_replies and post.uri in shown)
                    if seen != (may_see(viewer, post) and about(viewer, post)):
                        wrong.append(
                            (
                                viewer,
                                path.__name__,
                                post.author,
                                post.visibility,
                                post.naming,
                                post.answer,
                                seen,
                            )
                        )
    assert wrong == []
    assert cells >= 2_000
