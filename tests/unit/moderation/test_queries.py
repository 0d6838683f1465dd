from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fediverse_node.actors.model import Actor
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import Block, Stance
from fediverse_node.moderation.policy import policy
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person, stranger


def blocking(tx: Tx, one: Actor, other: Actor) -> bool:
    uri = f"{one.uri}#block-{other.id}"
    return moderation.block(
        tx, Block(id=tx.new_id(), actor_id=one.id, target_id=other.id, uri=uri, created_at=tx.now)
    )


async def cast(db: Database) -> tuple[Actor, Actor, Actor]:
    return await db.write(lambda tx: (person(tx, "alice"), stranger(tx, "bob"), stranger(tx, "carol")))


async def test_a_block_stands_once_and_is_seen_from_both_sides(db: Database) -> None:
    alice, bob, carol = await cast(db)

    assert await db.write(lambda tx: (blocking(tx, alice, bob), blocking(tx, alice, bob))) == (True, False)

    def look(tx: Tx) -> tuple[bool, bool, bool]:
        ours = moderation.stance(tx, alice.id, [bob.id, carol.id])
        theirs = moderation.stance(tx, bob.id, [alice.id])
        return ours.blocking == {bob.id}, theirs.blocked_by == {alice.id}, ours.apart(carol.id)

    assert await db.read(look) == (True, True, False)
    assert await db.read(lambda tx: moderation.blocks_page(tx, alice.id, Page())[0][1]) == bob.id
    known = await db.read(lambda tx: moderation.find_block(tx, alice.id, bob.id))
    assert known is not None
    assert await db.write(lambda tx: moderation.unblock(tx, known))
    assert await db.read(lambda tx: moderation.apart(tx, alice.id, [bob.id])) == frozenset()


async def test_a_mute_ends_by_itself(db: Database) -> None:
    alice, bob, carol = await cast(db)

    def unit(tx: Tx) -> None:
        past = tx.now - timedelta(seconds=1)
        moderation.mute(tx, alice.id, bob.id, notifications=True, expires_at=past)
        moderation.mute(tx, alice.id, carol.id, notifications=False, expires_at=tx.now + timedelta(days=1))

    await db.write(unit)
    found = await db.read(lambda tx: moderation.stance(tx, alice.id, [bob.id, carol.id]))
    assert set(found.muting) == {carol.id}
    assert not found.muting[carol.id].notifications
    assert [
        each.target_id for each in await db.read(lambda tx: moderation.mutes_page(tx, alice.id, Page()))
    ] == [carol.id]
    await db.write(lambda tx: moderation.unmute(tx, alice.id, carol.id))
    assert await db.read(lambda tx: moderation.stance(tx, alice.id, [carol.id]).muting) == {}


async def test_whoever_shuns_a_server_takes_nothing_from_its_people(db: Database) -> None:
    alice, bob, _ = await cast(db)
    await db.write(lambda tx: moderation.shun(tx, alice.id, "there.example"))

    def turned_away(tx: Tx) -> bool:
        return moderation.turns_away(tx, alice.id, bob.id, bob.domain)

    assert await db.read(turned_away)
    assert await db.read(lambda tx: moderation.shunned_page(tx, alice.id, Page())[0][1]) == "there.example"
    await db.write(lambda tx: moderation.unshun(tx, alice.id, "there.example"))
    assert not await db.read(turned_away)


async def test_a_page_costs_no_statement_for_most_and_the_first_time_three_for_the_rest(db: Database) -> None:
    alice, bob, carol = await cast(db)
    await db.write(lambda tx: blocking(tx, alice, bob))

    def look(tx: Tx, actor: Actor) -> tuple[Stance, int]:
        policy(tx)
        with pytest.MonkeyPatch.context() as patch:
            asked: list[object] = []
            whole = Tx.all

            def noted(*given: Any) -> Any:
                asked.append(given[1])
                return whole(*given)

            patch.setattr(Tx, "all", noted)
            return moderation.stance(tx, actor.id, [alice.id, bob.id]), len(asked)

    assert await db.read(lambda tx: look(tx, carol)) == (moderation.NEUTRAL, 0)
    first, second = [await db.read(lambda tx: look(tx, alice)) for _ in range(2)]
    assert (first[1], second[1]) == (3, 0)
    assert first[0] == second[0]
    assert second[0].apart_uris == {bob.uri}


async def test_of_very_many_only_those_asked_for_are_read(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob, carol = await cast(db)
    await db.write(lambda tx: (blocking(tx, alice, bob), blocking(tx, alice, carol)))
    limit: sa.ColumnElement[int] = sa.literal_column("2")
    monkeypatch.setattr(moderation, "MAX_KEPT", 1)
    monkeypatch.setattr(moderation, "_SOME_BLOCKS", moderation._BLOCKS_OF.limit(limit))
    found = await db.read(lambda tx: moderation.stance(tx, alice.id, [carol.id]))
    assert found.blocking == {carol.id}
    assert await db.read(lambda tx: moderation.apart(tx, alice.id, [bob.id])) == {bob.id}
