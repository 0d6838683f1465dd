from __future__ import annotations

from datetime import timedelta

from fediverse_node.actors import errands, moves
from fediverse_node.actors.errands import Errand
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person

HOUR = timedelta(hours=1)


async def test_an_errand_is_run_once_however_often_it_is_asked_for(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = person(tx, "alice")
        assert errands.ask(tx, alice.id, "links")
        assert errands.ask(tx, alice.id, "links")
        assert errands.claim(tx, limit=5, lease=HOUR) == [Errand(actor_id=alice.id, kind="links", attempts=0)]
        assert errands.claim(tx, limit=5, lease=HOUR) == []

    await db.write(unit)


async def test_what_was_done_lately_is_not_asked_for_again_where_that_will_do(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = person(tx, "alice")
        long_ago = tx.now - HOUR
        assert errands.ask(tx, alice.id, "featured", unless_since=long_ago)
        assert not errands.ask(tx, alice.id, "featured", unless_since=long_ago), "it waits already"
        [errand] = errands.claim(tx, limit=5, lease=HOUR)
        errands.done(tx, errand)
        assert not errands.ask(tx, alice.id, "featured", unless_since=long_ago)
        assert errands.ask(tx, alice.id, "featured", unless_since=tx.now + HOUR)
        assert errands.ask(tx, alice.id, "featured")

    await db.write(unit)


async def test_failures_are_counted_and_forgotten_with_success(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = person(tx, "alice")
        errands.ask(tx, alice.id, "links")
        [errand] = errands.claim(tx, limit=5, lease=HOUR)
        errands.put_off(tx, errand, timedelta(0))
        [errand] = errands.claim(tx, limit=5, lease=HOUR)
        assert errand.attempts == 1
        errands.done(tx, errand, again_in=timedelta(0))
        [errand] = errands.claim(tx, limit=5, lease=HOUR)
        assert errand.attempts == 0

    await db.write(unit)


async def test_a_move_is_remembered_for_thirty_days(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = person(tx, "alice")
        assert not moves.moved_lately(tx, alice.id)
        moves.note(tx, alice.id, "https://new.example/users/alice")
        moves.note(tx, alice.id, "https://newer.example/users/alice")
        assert moves.moved_lately(tx, alice.id)
        tx.now += moves.COOLDOWN
        assert not moves.moved_lately(tx, alice.id)

    await db.write(unit)
