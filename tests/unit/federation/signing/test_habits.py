from __future__ import annotations

from fediverse_node.federation.signing.habits import Habits
from fediverse_node.peers import queries as peers
from fediverse_node.peers import signing
from fediverse_node.peers.tables import peers as table
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock


def _behind_the_back(tx: Tx) -> None:
    tx.execute(table.update().values(signing="rfc9421"))


async def test_what_is_learnt_is_known_at_once_and_after_a_restart(db: Database) -> None:
    habits = Habits(db)
    await habits.look()
    assert habits.of("x.example") == "cavage"
    await habits.learn("x.example", "rfc9421")
    assert habits.of("x.example") == "rfc9421"
    found = await db.read(lambda tx: peers.by_host(tx, "x.example"))
    assert found is not None
    assert found.signing == "rfc9421"
    later = Habits(db)
    await later.look()
    assert later.of("x.example") == "rfc9421"


async def test_the_rows_are_read_again_when_the_bell_rings_or_after_a_while(
    db: Database, clock: TurnedClock
) -> None:
    habits = Habits(db)
    await habits.look()
    await db.write(lambda tx: signing.note_accepted(tx, "x.example", "ed25519"))
    await habits.look()
    assert habits.of("x.example") == "ed25519"
    # As by a process that died before it could ring.
    await db.write(_behind_the_back)
    clock.turn(minutes=11)
    await habits.look()
    assert habits.of("x.example") == "rfc9421"
