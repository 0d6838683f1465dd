"""Kills a receiving node with `kill -9`, again and again, under load; then looks whether it kept its word.

scripts/kill-receiver --kills 50 --activities 5000 --database sqlite

Another server sends signed activities, sixteen at once, each until it gets a 2xx and not once more.
At the end each of them must have taken effect, exactly once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import aiohttp
import sqlalchemy as sa

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.arrivals.tables import jobs, receipts
from fediverse_node.deliveries.tables import activities
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.follows.tables import follows as follow_rows
from fediverse_node.notifications.tables import notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.tables import favourites
from fediverse_node.posts.tables import posts as post_rows
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines.tables import home_entries
from tests.fakes.remote_server import JsonDict, RemoteActor, RemoteServer, rsa_key
from tests.fixtures.waiting import wait_until
from tests.reliability.node_process import NodeProcess
from tests.reliability.stores import Store, new_store

#: Requests at once.
SENDERS = 16
#: Posts of alice's that are liked; each of the likers likes each once.
LIKED = 20
#: Of eight activities: so many Creates, Likes, Follows and Announces.
MIX = ("Create", "Create", "Create", "Like", "Like", "Like", "Follow", "Announce")
#: For one activity to be taken in, through all the deaths that fall into it.
TAKEN_IN_SECONDS = 90.0
#: Between two attempts: often enough to knock while the node is still opening its doors.
RETRY_SECONDS = 0.2


@dataclass(kw_only=True)
class Report:
    """What happened. Counts are of rows, by what they should be: `(there, promised)`."""

    engine: str
    how: str
    ends: int
    acknowledged: int = 0
    attempts: int = 0
    on_their_way: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    effects: dict[str, tuple[int, int]] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    stops: list[tuple[int, float]] = field(default_factory=list)
    slowest_start: float = 0.0
    seconds: float = 0.0

    @property
    def broken(self) -> list[str]:
        """Which promises were not kept."""
        promises = {f"{what}: exactly once": there == due for what, (there, due) in self.effects.items()}
        promises |= {
            "nothing in order is refused": not self.refused,
            "the database is whole": not self.damage,
            "nothing failed inside": not self.complaints,
            "a stop ends well": all(code == 0 for code, _ in self.stops),
        }
        return [promise for promise, kept in promises.items() if not kept]


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to be said."""

    sender: RemoteActor
    activity: JsonDict


class Load:
    """Another server with its people, who say everything until it is heard."""

    def __init__(self, there: RemoteServer, node: NodeProcess, http: aiohttp.ClientSession) -> None:
        self._there, self._node, self._http = there, node, http
        self.acknowledged: list[Letter] = []
        self.refused: list[str] = []
        self.attempts = 0
        self.open = 0

    def letters(self, count: int, liked: list[str], alice: str, chance: random.Random) -> list[Letter]:
        """*count* activities in random order; `bob` is followed by alice, the others are strangers."""
        bob, carol = self._person("bob"), self._person("carol")
        made: list[Letter] = []
        likes = ((f"liker{number // LIKED}", liked[number % LIKED]) for number in range(count))
        for number in range(count):
            match MIX[number % len(MIX)]:
                case "Create":
                    made.append(Letter(bob, bob.create(bob.note(f"<p>Note {number}</p>"))))
                case "Announce":
                    made.append(Letter(bob, bob.announce(carol.note(f"<p>Passed on {number}</p>")["id"])))
                case "Like":
                    name, post = next(likes)
                    made.append(Letter(self._person(name), self._person(name).like(post)))
                case _:
                    follower = self._person(f"follower{number}")
                    made.append(Letter(follower, follower.follow(alice)))
        chance.shuffle(made)
        return made

    async def send(self, waiting: list[Letter], inbox: str) -> None:
        """Take letters from *waiting* until there are none."""
        while waiting:
            letter = waiting.pop()

            async def attempt(letter: Letter = letter) -> bool:
                return await self._attempt(letter, inbox)

            await wait_until("a 2xx", attempt, seconds=TAKEN_IN_SECONDS, every=RETRY_SECONDS)

    async def _attempt(self, letter: Letter, inbox: str) -> bool:
        self.attempts += 1
        self.open += 1
        try:
            # Signed anew for each attempt, as servers do.
            status = await letter.sender.letter(inbox, letter.activity).send(self._http)
        except (aiohttp.ClientError, OSError):
            return False  # it was killed just now
        finally:
            self.open -= 1
        if 200 <= status < 300:
            self.acknowledged.append(letter)
            return True
        if status < 500:
            self.refused.append(f"{status} to {letter.activity['type']} of {letter.sender.name}")
            return True
        return False

    def _person(self, name: str) -> RemoteActor:
        """One key for all of them: what is measured is not how fast keys are made."""
        if name not in self._there.actors:
            self._there.actors[name] = RemoteActor(self._there, name, rsa_key("load"))
        return self._there.actors[name]


async def run(
    *,
    store: Store,
    folder: Path,
    ends: int,
    count: int,
    how: Literal["kill", "stop"] = "kill",
    seed: int = 1,
    patient: bool = False,
) -> Report:
    """The whole thing.

    Args:
        store: a fresh database.
        folder: for logs and copies.
        ends: how many times it dies.
        count: how many activities are sent.
        how: `kill` for kill -9, `stop` for SIGTERM.
        seed: for the moments of death and the order of things.
        patient: on PostgreSQL, wait for leases to run out instead of declaring that they have.
    """
    chance = random.Random(seed)
    report = Report(engine=store.engine, how=how, ends=ends)
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(RemoteServer("load"))
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        node = NodeProcess(folder, store.url, http=http)
        stack.push_async_callback(node.end)
        addresses = Addresses(node.origin)
        load = Load(there, node, http)
        liked = await store.write(lambda tx: _people(tx, addresses, there.origin))
        waiting = load.letters(count, liked, addresses.actor("alice"), chance)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        senders = [group.create_task(load.send(waiting, addresses.shared_inbox)) for _ in range(SENDERS)]
        for death in sorted(chance.sample(range(count), ends)):
            await node.start()

            async def so_far(death: int = death) -> bool:
                return len(load.acknowledged) + len(load.refused) >= death

            await wait_until("the load to go on", so_far, seconds=TAKEN_IN_SECONDS, every=0.002)
            await asyncio.sleep(chance.uniform(0, 0.05))
            report.on_their_way.append(load.open)
            if how == "stop":
                report.stops.append(await node.stop())
                continue
            await node.kill()
            if (damage := store.damage(folder)) is not None:
                report.damage.append(damage)
            if not patient:
                await store.run_out_leases()
        await node.start()
        await asyncio.gather(*senders)
        await _until_jobs_are_done(node, store, there, report)
        report.attempts, report.acknowledged = load.attempts, len(load.acknowledged)
        report.refused = load.refused[:20]
        report.effects = await store.write(lambda tx: _effects(tx, load.acknowledged))
        report.complaints = node.complaints()
        report.slowest_start = round(max(node.starts), 2)
    report.seconds = round(time.monotonic() - began, 1)
    return report


async def _until_jobs_are_done(node: NodeProcess, store: Store, there: RemoteServer, report: Report) -> None:
    """Stop it, and while work is left that had to wait for the network, let it go on for a while."""

    async def quiet() -> bool:
        before = len(there.asked)
        await asyncio.sleep(0.2)
        return len(there.asked) == before

    async def done() -> bool:
        # Nothing but time is lost where it was only slow to ask for more.
        await wait_until("an end of its questions", quiet, seconds=120.0)
        report.stops.append(await node.stop())
        if not await store.write(lambda tx: _count(tx, jobs)):
            return True
        await node.start()
        return False

    await wait_until("the last jobs", done, seconds=240.0)


def _people(tx: Tx, addresses: Addresses, there: str) -> list[str]:
    """Alice, who follows bob of the other server, and her posts. Gives the ids of the posts."""
    alice = local.new_local_actor(tx, addresses, "alice", local_keys=local.generate_keys())
    accounts.create(tx, alice.id, password_hash=None)
    uri = f"{there}/users/bob"
    bob = Actor(
        id=tx.new_id(),
        uri=uri,
        local=False,
        type="Person",
        username="bob",
        domain=there.removeprefix("http://"),
        inbox=f"{uri}/inbox",
        followers=f"{uri}/followers",
        created_at=tx.now,
        updated_at=tx.now,
    )
    actors.add(tx, bob)
    follow = Follow(
        id=tx.new_id(),
        follower_id=alice.id,
        target_id=bob.id,
        uri=addresses.activity(tx.new_id()),
        state="accepted",
        created_at=tx.now,
        accepted_at=tx.now,
    )
    assert follows.add(tx, follow)
    return [_post(tx, addresses, alice).uri for _ in range(LIKED)]


def _post(tx: Tx, addresses: Addresses, alice: Actor) -> Post:
    id_ = tx.new_id()
    post = Post(
        id=id_,
        uri=addresses.post("alice", id_),
        actor_id=alice.id,
        local=True,
        visibility="public",
        content_html="<p>Like this</p>",
        published_at=tx.now,
        created_at=tx.now,
    )
    assert posts.add(tx, post) is not None
    return post


def _effects(tx: Tx, heard: list[Letter]) -> dict[str, tuple[int, int]]:
    due = Counter(letter.activity["type"] for letter in heard)
    notes = [letter.activity["object"]["id"] for letter in heard if letter.activity["type"] == "Create"]
    boosts = [letter.activity["id"] for letter in heard if letter.activity["type"] == "Announce"]
    arrived = [_id_of(tx, uri) for uri in (*notes, *boosts)]
    at_home = {row[0] for row in tx.all(sa.select(home_entries.c.post_id))}
    likes = [letter.activity for letter in heard if letter.activity["type"] == "Like"]
    liked = Counter(like["object"] for like in likes)
    counters = {uri: posts.by_uri(tx, uri) for uri in liked}
    right = sum(1 for uri, post in counters.items() if post and post.favourites_count == liked[uri])
    boosted_once = sa.and_(post_rows.c.boosts_count == 1, post_rows.c.deleted_at.is_(None))
    told = dict.fromkeys(("favourite", "follow"), 0)
    for kind in told:
        told[kind] = _count(tx, notifications, notifications.c.type == kind)
    return {
        "posts and boosts stored": (sum(1 for id_ in arrived if id_ is not None), len(arrived)),
        "posts and boosts at home": (len(at_home.intersection(arrived)), len(arrived)),
        "nothing else at home": (len(at_home), len(arrived)),
        "boosts counted": (_count(tx, post_rows, boosted_once), due["Announce"]),
        "likes stored": (_count(tx, favourites), due["Like"]),
        "likes counted, by post": (right, len(liked)),
        "likes told": (told["favourite"], due["Like"]),
        "follows stored": (_count(tx, follow_rows) - 1, due["Follow"]),
        "follows told": (told["follow"], due["Follow"]),
        "follows answered": (_count(tx, activities, activities.c.type == "Accept"), due["Follow"]),
        "receipts": (_count(tx, receipts), len(heard)),
    }


def _id_of(tx: Tx, uri: str) -> int | None:
    found = posts.by_uri(tx, uri)
    return None if found is None else found.id


def _count(tx: Tx, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    return int(tx.scalar(sa.select(sa.func.count()).select_from(table).where(*where)))


def main() -> int:
    """The command. Exit code 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--activities", type=int, default=5000)
    parser.add_argument(
        "--database", default="sqlite", help="sqlite, or a PostgreSQL server that lets us create databases"
    )
    parser.add_argument("--stop", action="store_true", help="SIGTERM instead of kill -9")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, new_store(given.database, Path(name)) as store:
        report = asyncio.run(
            run(
                store=store,
                folder=Path(name),
                ends=given.kills,
                count=given.activities,
                how="stop" if given.stop else "kill",
                seed=given.seed,
                patient=True,
            )
        )
    print(json.dumps(asdict(report), indent=2))  # noqa: T201 this is a command
    print("broken: " + "; ".join(report.broken) if report.broken else "every promise was kept")  # noqa: T201 as above
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
