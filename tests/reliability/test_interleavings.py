"""In whatever order activities arrive, and however often: what is so in the end is what was meant.

Servers deliver with many workers and try again after failures, so that a Delete may overtake its Create
and an Undo what it undoes. Each history is told by people who differ in nothing but their names: once as
it happened, and then shuffled, with copies. Many histories are told side by side, each to an alice of its
own, by the function that every inbox calls; each copy is signed anew and verified.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor, ActorKey
from fediverse_node.federation.inbox.model import Inbox, RawDelivery, open_inbox
from fediverse_node.federation.inbox.process import InboxWorker
from fediverse_node.federation.inbox.receive import receive
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import marks
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.signatures.base import HttpMessage
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from tests.fakes.remote_server import Answer, JsonDict, RemoteActor, RemoteServer, public_pem, rsa_key
from tests.fixtures.nodes import LiveNode, keys_for, running_node
from tests.fixtures.seeds import chance

#: What may happen, as threads: of each, a beginning happens.
THREADS = (
    ("create", "update", "update again", "delete"),
    ("like", "unlike"),
    ("follow", "unfollow"),
    ("boost", "unboost"),
    ("passed on", "no longer passed on"),
)
LONGEST = 8
INTERLEAVINGS = 2_000
#: Histories that are told side by side.
TOGETHER = 50
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Telling:
    """What happened, in order; and how it arrives: in which order, with which copies.

    Attributes:
        patient: what has to be fetched waits until everything has arrived.
    """

    history: tuple[str, ...]
    arriving: tuple[str, ...]
    patient: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A node, and another server."""

    node: LiveNode
    there: RemoteServer
    inbox: Inbox
    worker: InboxWorker


@dataclass(kw_only=True)
class Cast:
    """An alice, two strangers whom she follows, a note of the first, and a post of hers; for one telling."""

    stage: Stage
    alice: Actor
    bob: RemoteActor
    carol: RemoteActor
    post: Post
    said: dict[str, tuple[RemoteActor, JsonDict]] = field(default_factory=dict)
    note: str = ""

    async def say(self, what: str) -> None:
        """Let it arrive once."""
        actor, activity = self.said[what]
        letter = actor.letter(self.stage.node.addresses.shared_inbox, activity)
        message = HttpMessage.to("POST", letter.url, headers=letter.headers, body=letter.body)
        await receive(self.stage.inbox, RawDelivery(message=message))

    def state(self, tx: Tx) -> dict[str, Any]:
        """Everything that is so, without names."""
        bob, carol = (actors.by_uri(tx, each.uri) for each in (self.bob, self.carol))
        assert bob is not None
        assert carol is not None
        at_home = {post.uri: post for post in home.page(tx, self.alice.id, Page())}
        told = [
            each for each in notifications.page(tx, self.alice.id, Page()) if each.from_actor_id == bob.id
        ]
        note, ours = posts.by_uri(tx, self.note), posts.by_id(tx, self.post.id)
        assert ours is not None
        asked = follows.find(tx, bob.id, self.alice.id)
        passed_on = posts.boost_by(tx, carol.id, note.id) if note else None
        boost = posts.boost_by(tx, bob.id, ours.id)
        return {
            "note": note
            and (note.content_html, note.edited_at is not None, note.boosts_count, note.favourites_count),
            "note at home": self.note in at_home,
            "liked": (ours.favourites_count, bool(marks.of(tx, bob.id, [ours.id]).favourited)),
            "boosted": (ours.boosts_count, boost is not None and boost.uri in at_home),
            "passed on": passed_on is not None and passed_on.uri in at_home,
            "follows": asked and asked.state,
            "told": sorted(each.type for each in told),
        }


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with running_node(database_url) as node, RemoteServer() as there:
        inbox = open_inbox(node.node)
        yield Stage(node=node, there=there, inbox=inbox, worker=InboxWorker(node.node, inbox))


def cast(tx: Tx, stage: Stage) -> Cast:
    """People for one telling, who know each other."""
    number = next(_numbers)
    addresses, keys = stage.node.addresses, keys_for("interleavings")
    alice = local.new_local_actor(tx, addresses, f"alice{number}", local_keys=keys)
    accounts.create(tx, alice.id, password_hash=None)
    strangers = []
    for name in ("bob", "carol"):
        stranger = RemoteActor(stage.there, f"{name}{number}", rsa_key("interleavings"))
        stage.there.actors[stranger.name] = stranger
        known = _met(tx, stranger)
        follow = Follow(
            id=tx.new_id(),
            follower_id=alice.id,
            target_id=known.id,
            uri=addresses.activity(tx.new_id()),
            state="accepted",
            created_at=tx.now,
        )
        assert follows.add(tx, follow)
        strangers.append(stranger)
    id_ = tx.new_id()
    post = Post(
        id=id_,
        uri=addresses.post(alice.username, id_),
        actor_id=alice.id,
        local=True,
        visibility="public",
        content_html="<p>Ours</p>",
        published_at=tx.now,
        created_at=tx.now,
    )
    assert posts.add(tx, post) is not None
    return Cast(stage=stage, alice=alice, bob=strangers[0], carol=strangers[1], post=post)


def _met(tx: Tx, stranger: RemoteActor) -> Actor:
    """*stranger* as somebody who was heard of before."""
    met = Actor(
        id=tx.new_id(),
        uri=stranger.uri,
        local=False,
        type="Person",
        username=stranger.name,
        domain=stranger.server.domain,
        inbox=f"{stranger.uri}/inbox",
        followers=stranger.followers,
        created_at=tx.now,
        updated_at=tx.now,
        fetched_at=tx.now,
    )
    actors.add(tx, met)
    key = ActorKey(actor_id=met.id, key_id=stranger.key_id, kind="rsa", public_key=public_pem(stranger.key))
    actors.save_key(tx, key)
    return met


def write_down(made: Cast, history: Sequence[str]) -> None:
    """Every activity of the cast, and the documents its server shows in the end."""
    bob, carol, alice = made.bob, made.carol, made.alice
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


def some_history(draw: random.Random) -> tuple[str, ...]:
    """What happened."""
    history: list[str] = []
    for thread in THREADS:
        if thread[0] == "passed on" and "create" not in history:
            continue  # there is nothing to pass on
        history += thread[: min(draw.randint(0, len(thread)), LONGEST - len(history))]
    return tuple(history)


def shuffled(history: Iterable[str], draw: random.Random) -> tuple[str, ...]:
    """*history* in any order, each part one to three times."""
    copies = [what for what in history for _ in range(draw.randint(1, 3))]
    draw.shuffle(copies)
    return tuple(copies)


async def tell(stage: Stage, tellings: Sequence[Telling]) -> list[dict[str, Any]]:
    """Let it arrive, side by side, and give what is so when everything is done."""
    db = stage.node.node.db
    casts = await db.write(lambda tx: [cast(tx, stage) for _ in tellings])
    for made, telling in zip(casts, tellings, strict=True):
        write_down(made, telling.history)
    for turn in itertools.zip_longest(*(telling.arriving for telling in tellings)):
        said = [made.say(what) for made, what in zip(casts, turn, strict=True) if what is not None]
        await asyncio.gather(*said)
        if not tellings[0].patient:
            await stage.worker.run_once()
    await stage.worker.run_once()
    return await db.read(lambda tx: [made.state(tx) for made in casts])


def handfuls(tellings: Iterable[Telling]) -> Iterator[list[Telling]]:
    """As many as are told side by side, of equal patience."""
    ordered = sorted(tellings, key=lambda telling: telling.patient)
    for _, alike in itertools.groupby(ordered, key=lambda telling: telling.patient):
        every = list(alike)
        yield from (every[first : first + TOGETHER] for first in range(0, len(every), TOGETHER))


@pytest.mark.slow
@pytest.mark.timeout(600)  # a minute on a machine that has nothing else to do
async def test_what_is_so_in_the_end_does_not_depend_on_the_order_of_arrival(stage: Stage) -> None:  # R11
    draw = chance("interleavings")
    histories = [some_history(draw) for _ in range(INTERLEAVINGS)]
    meant: dict[tuple[str, ...], dict[str, Any]] = {}
    for handful in handfuls(Telling(history, history, patient=False) for history in sorted(set(histories))):
        states = await tell(stage, handful)
        meant |= {telling.history: state for telling, state in zip(handful, states, strict=True)}
    assert len(meant) > 100, "there are more histories than that"
    wrong = []
    every = [Telling(history, shuffled(history, draw), draw.random() < 0.5) for history in histories]
    for handful in handfuls(every):
        for telling, state in zip(handful, await tell(stage, handful), strict=True):
            if state != meant[telling.history]:
                wrong.append((telling, state, meant[telling.history]))
    assert wrong == []
