from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from fediverse_node.actors import errands
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.actors.tables import actor_errands
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile
from fediverse_node.federation.profiles.worker import ErrandWorker
from fediverse_node.outbound.client import Outbound
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fakes.remote_server import Answer, RemoteServer
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.rooms import stranger


@dataclass
class Shop:
    worker: ErrandWorker
    db: Database
    clock: TurnedClock


@pytest.fixture
def shop(db: Database, outbound: Outbound, clock: TurnedClock, desk: Desk) -> Shop:
    lab = replace(desk.addresses, origin="http://here.example")
    return Shop(ErrandWorker(replace(desk.discovery, addresses=lab), outbound), db, clock)


async def test_links_are_tried_again_because_people_save_their_profile_first(
    shop: Shop, desk: Desk, alice: Actor
) -> None:
    async with RemoteServer() as there:
        there.answers["/"] = Answer(body=b"nothing yet", content_type="text/html")
        await change_profile(desk, alice, ProfileChanges(fields=(("Web", f"{there.origin}/"),)))
        assert await shop.worker.run_once() == 1
        assert await shop.worker.run_once() == 0
        there.answers["/"] = Answer(
            body=f'<a rel="me" href="{alice.url}">'.encode(), content_type="text/html"
        )
        shop.clock.turn(minutes=11)
        assert await shop.worker.run_once() == 1
        now = await shop.db.read(lambda tx: actors.by_id(tx, alice.id))
        assert now is not None
        assert dict(now.details.verified).keys() == {f"{there.origin}/"}
        shop.clock.turn(days=30)
        assert await shop.worker.run_once() == 0


async def test_it_is_given_up_in_the_end(shop: Shop, desk: Desk, alice: Actor) -> None:
    await change_profile(desk, alice, ProfileChanges(fields=(("Web", "http://127.0.0.1:9/"),)))
    tries = 0
    for _ in range(8):
        tries += await shop.worker.run_once()
        shop.clock.turn(days=2)
    assert tries == 4


async def test_what_is_about_somebody_gone_is_not_done(shop: Shop) -> None:
    def unit(tx: Tx) -> Actor:
        bob = stranger(tx, "bob", featured="http://127.0.0.1:9/featured", suspended_at=shop.clock())
        errands.ask(tx, bob.id, "featured")
        return bob

    await shop.db.write(unit)
    assert await shop.worker.run_once() == 1
    shop.clock.turn(days=1)
    assert await shop.worker.run_once() == 0


async def test_an_errand_whose_worker_died_is_done_by_the_next(shop: Shop, alice: Actor) -> None:
    await shop.db.write(lambda tx: errands.ask(tx, alice.id, "links"))
    assert await shop.db.write(lambda tx: errands.claim(tx, limit=5, lease=timedelta(minutes=10)))
    assert await shop.worker.run_once() == 0
    shop.clock.turn(minutes=10)
    assert await shop.worker.run_once() == 1


async def test_the_worker_hears_the_bell_and_stops_when_told(shop: Shop, alice: Actor) -> None:
    stop = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(shop.worker.run(stop))
        await shop.db.write(lambda tx: errands.ask(tx, alice.id, "links"))
        while await shop.db.read(lambda tx: _due(tx, alice.id)):  # noqa: ASYNC110 a row rings no bell
            await asyncio.sleep(0)
        stop.set()


def _due(tx: Tx, actor_id: int) -> bool:
    row = tx.first(actor_errands.select().where(actor_errands.c.actor_id == actor_id))
    return row is not None and row.due_at is not None
