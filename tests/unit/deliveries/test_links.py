from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import links
from fediverse_node.deliveries.tables import trace_links
from fediverse_node.storage.database import Database
from tests.fixtures.outbox import TurnedClock


async def test_a_link_opens_for_a_quarter_of_an_hour(db: Database, alice: Actor, clock: TurnedClock) -> None:
    token, made = await db.write(lambda tx: links.new_link(tx, 7, alice.id))
    assert await db.read(lambda tx: links.opened_by(tx, token)) == made
    assert await db.read(lambda tx: links.opened_by(tx, token[:-1] + "_")) is None
    clock.turn(minutes=14, seconds=59)
    assert await db.read(lambda tx: links.opened_by(tx, token)) == made
    clock.turn(seconds=1)
    assert await db.read(lambda tx: links.opened_by(tx, token)) is None


async def test_the_token_itself_is_not_kept_and_old_ones_go(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    token, _ = await db.write(lambda tx: links.new_link(tx, 7, alice.id))
    [row] = await db.read(lambda tx: tx.all(sa.select(trace_links)))
    assert token not in str(tuple(row))
    await db.write(links.forget_old)
    assert len(await db.read(lambda tx: tx.all(sa.select(trace_links)))) == 1
    clock.turn(minutes=16)
    await db.write(links.forget_old)
    assert await db.read(lambda tx: tx.all(sa.select(trace_links))) == []
