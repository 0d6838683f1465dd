from __future__ import annotations

from datetime import timedelta

import pytest

from fediverse_node.kernel.errors import NotValid
from fediverse_node.scheduled import queries as scheduled
from fediverse_node.scheduled.model import AHEAD, FARTHEST
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


async def test_it_is_taken_once_and_only_for_the_time_it_was_found_for(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        made = scheduled.add(tx, alice.id, {"text": "x"}, at=tx.now + AHEAD, key=None)
        assert scheduled.due(tx, most=5) == []
        assert scheduled.next_due(tx) == made.scheduled_at
        scheduled.move(tx, made, tx.now + timedelta(days=2))
        assert not scheduled.take(tx, made)
        moved = scheduled.own(tx, alice.id, made.id)
        assert moved is not None
        assert scheduled.take(tx, moved)
        assert not scheduled.take(tx, moved)
        assert scheduled.next_due(tx) is None

    await db.write(story)


async def test_what_failed_is_due_again_only_when_it_is_moved(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        made = scheduled.add(tx, alice.id, {}, at=tx.now + AHEAD, key="k")
        scheduled.fail(tx, made, "It is gone.")
        assert scheduled.next_due(tx) is None
        failed = scheduled.by_key(tx, alice.id, "k")
        assert failed is not None
        assert failed.failure == "It is gone."
        scheduled.move(tx, failed, tx.now + timedelta(days=1))
        assert scheduled.next_due(tx) == tx.now + timedelta(days=1)
        scheduled.forget(tx, alice.id)
        assert scheduled.own(tx, alice.id, made.id) is None

    await db.write(story)


@pytest.mark.parametrize("off", [AHEAD - timedelta(seconds=1), FARTHEST + timedelta(seconds=1)])
async def test_too_soon_and_too_far_away_are_refused(db: Database, off: timedelta) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        with pytest.raises(NotValid):
            scheduled.add(tx, alice.id, {}, at=tx.now + off, key=None)
        scheduled.add(tx, alice.id, {}, at=tx.now + AHEAD, key=None)
        scheduled.add(tx, alice.id, {}, at=tx.now + FARTHEST, key=None)

    await db.write(story)
