"""All SQL of the relays room."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import sqlalchemy as sa

from fediverse_node.relays.model import Relay, State
from fediverse_node.relays.tables import relays
from fediverse_node.storage.tx import Row, Tx

WINDOW = timedelta(hours=1)
#: Posts that one relay may bring in an hour: a page of the public timeline every minute.
MOST_IN_AN_HOUR = 1_000

_NAMES = [field.name for field in fields(Relay)]
_COLUMNS = [relays.c[name] for name in _NAMES]
_BY_ACTOR = sa.select(*_COLUMNS).where(relays.c.actor_id == sa.bindparam("actor_id"))
_ACTIVE = sa.select(relays.c.actor_id).where(relays.c.state == "active").order_by(relays.c.id)


def add(tx: Tx, relay: Relay) -> bool:
    """Write down that a relay was asked. False when it is here already."""
    return tx.insert_new(relays, {**{name: getattr(relay, name) for name in _NAMES}, "since": tx.now})


def by_actor(tx: Tx, actor_id: int) -> Relay | None:
    """The relay that this actor is, whatever it answered."""
    row = tx.first(_BY_ACTOR, {"actor_id": actor_id})
    return None if row is None else _relay(row)


def listing(tx: Tx) -> list[Relay]:
    """All of them, the oldest first."""
    return [_relay(row) for row in tx.all(sa.select(*_COLUMNS).order_by(relays.c.id))]


def active_actor_ids(tx: Tx) -> list[int]:
    """The actors of the relays that said yes."""
    return [row[0] for row in tx.all(_ACTIVE, {})]


def answer(tx: Tx, relay: Relay, state: State) -> None:
    """The relay said yes or no."""
    accepted_at = tx.now if state == "active" else None
    changed = relays.update().where(relays.c.id == relay.id)
    tx.execute(changed.values(state=state, accepted_at=accepted_at))


def take(tx: Tx, relay: Relay, *, most: int = MOST_IN_AN_HOUR) -> bool:
    """Let *relay* bring one more post. False when it brought *most* in this hour."""
    row = tx.first(sa.select(relays.c.since, relays.c.taken).where(relays.c.id == relay.id))
    if row is None:
        return False
    fresh = row[0] <= tx.now - WINDOW
    if not fresh and row[1] >= most:
        return False
    values = {"since": tx.now, "taken": 1} if fresh else {"taken": relays.c.taken + 1}
    tx.execute(relays.update().where(relays.c.id == relay.id).values(**values))
    return True


def remove(tx: Tx, relay: Relay) -> bool:
    """Forget a relay. False when it was gone."""
    return tx.execute(relays.delete().where(relays.c.id == relay.id)).rowcount == 1


def _relay(row: Row) -> Relay:
    return Relay(**{name: getattr(row, name) for name in _NAMES})
