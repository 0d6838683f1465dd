"""In whatever order activities arrive, and however often: what is so in the end is what was meant.

Servers deliver with many workers and try again after failures, so that a Delete may overtake its Create
and an Undo what it undoes. Each history is told twice by people who differ in nothing but their names:
once as it happened, and once shuffled, with copies.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fediverse_node.actors import queries as actors
from fediverse_node.federation.inbox.process import InboxWorker
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts import reactions
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from tests.fakes.remote_server import Answer, JsonDict, RemoteActor, RemoteServer, rsa_key
from tests.fixtures.nodes import LiveNode, Person, running_node

#: What may happen, as threads: of each, a beginning happens.
THREADS = (
    ("create", "update", "update again", "delete"),
    ("like", "unlike"),
    ("follow", "unfollow"),
    ("boost", "unboost"),
    ("passed on", "no longer passed on"),
)
LONGEST = 8
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A node with alice, and another server."""

    node: LiveNode
    there: RemoteServer
    alice: Person
    worker: InboxWorker


@dataclass(kw_only=True)
class Cast:
    """Two strangers whom alice follows, a note of the first, and a post of alice's; for one telling."""

    stage: Stage
    bob: RemoteActor
    carol: RemoteActor
    post: Post
    said: dict[str, tuple[RemoteActor, JsonDict]] = field(default_factory=dict)
    note: str = ""

    async def say(self, what: str) -> None:
        actor, activity = self.said[what]
        status = await actor.send(self.stage.node.addresses.shared_inbox, activity)
        # 410 is what an inbox says to the last words of somebody who is gone; nobody is, here.
        assert status == 202, (what, status)

    def state(self, tx: Tx) -> dict[str, Any]:
        """Everything that is so, without names."""
        alice = self.stage.alice.actor
        bob, carol = (actors.by_uri(tx, each.uri) for each in (self.bob, self.carol))
        assert bob is not None
        assert carol is not None
        at_home = {post.uri: post for post in home.page(tx, alice.id, Page(limit=80))}
        told = [
            each for each in notifications.page(tx, alice.id, Page(limit=80)) if each.from_actor_id == bob.id
        ]
        note, ours = posts.by_uri(tx, self.note), posts.by_id(tx, self.post.id)
        assert ours is not None
        asked = follows.find(tx, bob.id, alice.id)
        passed_on = posts.boost_by(tx, carol.id, note.id) if note else None
        boost = posts.boost_by(tx, bob.id, ours.id)
        return {
            "note": note
            and (note.content_html, note.edited_at is not None, note.boosts_count, note.favourites_count),
            "note at home": self.note in at_home,
            "liked": (ours.favourites_count, bool(reactions.favourited(tx, bob.id, [ours.id]))),
            "boosted": (ours.boosts_count, boost is not None and boost.uri in at_home),
            "passed on": passed_on is not None and passed_on.uri in at_home,
            "follows": asked and asked.state,
            "told": sorted(each.type for each in told),
        }


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with running_node(database_url) as node, RemoteServer() as there:
        yield Stage(
            node=node, there=there, alice=await node.add_person("alice"), worker=InboxWorker(node.node)
        )


async def cast(stage: Stage, history: list[str]) -> Cast:
    """People for one telling, and at their server what is there at the end of *history*."""
    number = next(_numbers)
    bob, carol = (
        RemoteActor(stage.there, f"{name}{number}", rsa_key("interleavings")) for name in ("bob", "carol")
    )
    for each in (bob, carol):
        stage.there.actors[each.name] = each
        assert await each.send(stage.node.addresses.shared_inbox, each.undo(each.follow("urn:x:y"))) == 202
    post = await publish(stage.node.desk, stage.alice.actor, Draft(text="Ours"))
    await stage.node.node.db.write(lambda tx: _follow(tx, stage, [bob.uri, carol.uri]))
    made = Cast(stage=stage, bob=bob, carol=carol, post=post)
    _write_down(made, history)
    return made


def _follow(tx: Tx, stage: Stage, uris: list[str]) -> None:
    for uri in uris:
        known = actors.by_uri(tx, uri)
        assert known is not None
        made = Follow(
            id=tx.new_id(),
            follower_id=stage.alice.actor.id,
            target_id=known.id,
            uri=stage.node.addresses.activity(tx.new_id()),
            state="accepted",
            created_at=tx.now,
        )
        assert follows.add(tx, made)


def _write_down(made: Cast, history: list[str]) -> None:
    """Every activity of the cast, and the documents its server shows in the end."""
    bob, carol, alice = made.bob, made.carol, made.stage.alice.actor
    mention = {"type": "Mention", "href": alice.uri, "name": "@alice"}
    first = bob.note("<p>first</p>", tag=[mention], published="2026-11-21T09:00:00Z")
    second = {**first, "content": "<p>second</p>", "updated": "2026-11-21T09:01:00Z"}
    third = {**first, "content": "<p>third</p>", "updated": "2026-11-21T09:02:00Z"}
    made.note = first["id"]
    like, follow, boost = bob.like(made.post.uri), bob.follow(alice.uri), bob.announce(made.post.uri)
    passed_on = carol.announce(made.note)
    made.said = {
        "create": (bob, bob.create(first)),
        "update": (bob, bob.activity("Update", second)),
        "update again": (bob, bob.activity("Update", third)),
        "delete": (bob, bob.activity("Delete", {"id": made.note, "type": "Tombstone"})),
        "like": (bob, like),
        "unlike": (bob, bob.undo(like)),
        "follow": (bob, follow),
        "unfollow": (bob, bob.undo(follow)),
        "boost": (bob, boost),
        "unboost": (bob, bob.undo(boost)),
        "passed on": (carol, passed_on),
        "no longer passed on": (carol, carol.undo(passed_on)),
    }
    latest = third if "update again" in history else second if "update" in history else first
    made.stage.there.publish(latest)
    path = made.note.removeprefix(made.stage.there.origin)
    if "delete" in history:
        made.stage.there.answers[path] = Answer(status=410)


@st.composite
def tellings(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """What happened, in order; and the same as it arrives."""
    history: list[str] = []
    lengths = draw(st.tuples(*(st.integers(0, len(thread)) for thread in THREADS)))
    for thread, length in zip(THREADS, lengths, strict=True):
        if thread[0] == "passed on" and "create" not in history:
            continue  # there is nothing to pass on
        history += thread[: min(length, LONGEST - len(history))]
    copies = [what for what in history for _ in range(draw(st.integers(1, 3)))]
    return history, draw(st.permutations(copies))


async def tell(stage: Stage, history: list[str], arriving: list[str], *, working: bool) -> dict[str, Any]:
    """Let it arrive, and give what is so when everything is done."""
    made = await cast(stage, history)
    for what in arriving:
        await made.say(what)
        if working:
            await stage.worker.run_once()
    await stage.worker.run_once()
    return await stage.node.node.db.read(made.state)


@pytest.mark.slow
@pytest.mark.timeout(300)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(telling=tellings(), working=st.booleans())
async def test_what_is_so_in_the_end_does_not_depend_on_the_order_of_arrival(
    stage: Stage,
    telling: tuple[list[str], list[str]],
    working: bool,  # noqa: FBT001 drawn by hypothesis
) -> None:
    history, arriving = telling
    meant = await tell(stage, history, history, working=True)
    assert await tell(stage, history, arriving, working=working) == meant
