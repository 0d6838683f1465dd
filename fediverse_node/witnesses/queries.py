"""All SQL of the witnesses room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.signatures.merkle import EMPTY_ROOT
from fediverse_node.signatures.tlog import Checkpoint
from fediverse_node.storage.tx import Tx
from fediverse_node.witnesses.model import Seen, WitnessKey
from fediverse_node.witnesses.tables import witness_keys, witnessed_logs

_KEY_ID = 1
#: What is known of a log before the first look.
NOTHING = Seen(size=0, root=EMPTY_ROOT)


def key_of(tx: Tx) -> WitnessKey | None:
    """Our key, once somebody asked for it."""
    columns = sa.select(witness_keys.c.name, witness_keys.c.private_key)
    row = tx.first(columns.where(witness_keys.c.id == _KEY_ID))
    return None if row is None else WitnessKey(name=row[0], private_key=tx.vault.open(row[1], about=row[0]))


def create_key(tx: Tx, name: str, private_key: str) -> None:
    """Make our key, unless it is there."""
    hidden = tx.vault.seal(private_key, about=name)
    values = {"id": _KEY_ID, "name": name, "private_key": hidden, "created_at": tx.now}
    tx.insert_new(witness_keys, values)


def seen(tx: Tx, origin: str) -> Seen:
    """How far the log *origin* was when we last cosigned it."""
    columns = sa.select(witnessed_logs.c.size, witnessed_logs.c.root)
    row = tx.first(columns.where(witnessed_logs.c.origin == origin))
    return NOTHING if row is None else Seen(size=row[0], root=bytes.fromhex(row[1]))


def advance(tx: Tx, before: Seen, now: Checkpoint) -> bool:
    """Note that a log went on from *before* to *now*. False when it is not at *before* any more.

    One statement that compares and writes: of two that come at once, only one finds what it went on from.
    """
    after = {"size": now.size, "root": now.root.hex(), "at": tx.now}
    if before == NOTHING:
        new = {"id": tx.new_id(), "origin": now.origin, **after}
        if tx.insert_new(witnessed_logs, new):
            return True
    same = sa.and_(
        witnessed_logs.c.origin == now.origin,
        witnessed_logs.c.size == before.size,
        witnessed_logs.c.root == before.root.hex(),
    )
    moved = witnessed_logs.update().where(same).values(after).returning(witnessed_logs.c.id)
    return tx.execute(moved).first() is not None
