from __future__ import annotations

import asyncio

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.archive import worker as module
from fediverse_node.archive.worker import WishWorker
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.follows import queries as follows
from fediverse_node.imports import wishes
from fediverse_node.imports.model import WishKind
from fediverse_node.moderation import queries as moderation
from fediverse_node.storage.database import Database
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.outbox import TurnedClock, member, sent
from tests.fixtures.rooms import stranger
from tests.fixtures.waiting import wait_until


async def wish(db: Database, who: Actor, kind: WishKind, *handles: str, notifications: bool = True) -> None:
    await db.write(lambda tx: wishes.add(tx, who.id, kind, [(handle, notifications) for handle in handles]))


async def lost(db: Database, who: Actor) -> list[str]:
    return [each.problem for each in await db.read(lambda tx: wishes.given_up(tx, who.id, limit=9))]


async def test_whoever_is_found_is_followed(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob", fetched_at=tx.now))
    await wish(db, alice, "follow", bob.handle)
    assert await WishWorker(desk).run_once() == 1
    made = await db.read(lambda tx: follows.find(tx, alice.id, bob.id))
    assert made is not None
    assert made.state == "pending"
    [(document, inboxes)] = await sent(db)
    assert (document["type"], inboxes) == ("Follow", {bob.inbox})
    assert await db.read(lambda tx: wishes.waiting(tx, alice.id)) == {}


async def test_blocks_and_mutes_are_what_a_click_would_make(
    db: Database, desk: Desk, clock: TurnedClock, alice: Actor
) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    carol = await db.write(lambda tx: member(tx, "carol"))
    await wish(db, alice, "block", bob.handle)
    await wish(db, alice, "mute", carol.handle, notifications=False)
    clock.turn(seconds=10)
    assert await WishWorker(desk).run_once() == 2
    stance = await db.read(lambda tx: moderation.stance(tx, alice.id, [bob.id, carol.id]))
    assert bob.id in stance.blocking
    assert stance.muting[carol.id].notifications is False


async def test_who_does_not_exist_is_given_up_with_the_reason(db: Database, desk: Desk, alice: Actor) -> None:
    await wish(db, alice, "follow", "@nobody@here.example")
    await WishWorker(desk).run_once()
    assert await lost(db, alice) == ["There is no account @nobody here."]


async def test_who_cannot_be_reached_is_tried_again_and_given_up_at_last(
    db: Database, desk: Desk, clock: TurnedClock, alice: Actor
) -> None:
    async with RemoteServer() as there:
        bob = there.add_actor("bob")
        # It speaks plain HTTP, and is asked by HTTPS.
        await wish(db, alice, "follow", bob.handle)
        for hours in (1, 4, 25):
            assert await WishWorker(desk).run_once() == 1
            assert await lost(db, alice) == []
            clock.turn(hours=hours)
        await WishWorker(desk).run_once()
        assert len(await lost(db, alice)) == 1


async def test_somebody_who_left_wishes_for_nothing(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    await wish(db, alice, "follow", bob.handle)
    await db.write(lambda tx: actors.change(tx, alice.id, {"suspended_at": tx.now}))
    assert await WishWorker(desk).run_once() == 1
    assert await db.read(lambda tx: follows.find(tx, alice.id, bob.id)) is None


async def test_the_worker_wakes_when_a_list_comes(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(WishWorker(desk).run(stop))
        await wish(db, alice, "follow", bob.handle)
        await wait_until("the follow", lambda: db.read(lambda tx: follows.find(tx, alice.id, bob.id)))
        stop.set()


async def test_trouble_with_the_database_does_not_end_the_worker(
    db: Database, desk: Desk, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    await wish(db, alice, "follow", bob.handle)
    monkeypatch.setattr(module, "_TROUBLE", 0.0)
    claim, failed = wishes.claim, asyncio.Event()

    def failing(*arguments: object, **named: object) -> object:
        if not failed.is_set():
            failed.set()
            raise OSError("the disk is full")
        return claim(*arguments, **named)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(wishes, "claim", failing)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(WishWorker(desk).run(stop))
        await wait_until("the follow", lambda: db.read(lambda tx: follows.find(tx, alice.id, bob.id)))
        stop.set()
