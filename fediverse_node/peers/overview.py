"""What the operator is shown of other servers, and what of them is put in order now and then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta

import sqlalchemy as sa

from fediverse_node.peers.model import Peer
from fediverse_node.peers.tables import peers
from fediverse_node.storage.tx import Tx

#: What is known of a failing host is forgotten when nothing was sent to it for so long.
UNUSED = timedelta(days=8)
#: How often a server is asked what it runs.
ASK_SOFTWARE_EVERY = timedelta(days=7)

_NAMES = [field.name for field in fields(Peer)]
_ALL = sa.select(*(peers.c[name] for name in _NAMES))
_WELL = {
    "breaker": "closed",
    "failures": 0,
    "failing_since": None,
    "probe_at": None,
    "probe_delay": None,
    "parked": False,
    "slow": False,
}


def everyone(tx: Tx, *, limit: int) -> list[Peer]:
    """Every server we know, those with trouble first, then by name."""
    rows = tx.all(_ALL.order_by(peers.c.failures.desc(), peers.c.host).limit(limit))
    return [Peer(**dict(zip(_NAMES, row, strict=True))) for row in rows]


def count_open(tx: Tx) -> int:
    """How many breakers are open."""
    failing = peers.c.failures > sa.literal_column("0")
    statement = sa.select(sa.func.count()).select_from(peers).where(failing, peers.c.breaker == "open")
    return int(tx.scalar(statement))


def probe_now(tx: Tx, hosts: Iterable[str]) -> None:
    """Whoever is left alone is tried at once, with one letter, as at any probe."""
    where = sa.and_(peers.c.host.in_(list(hosts)), peers.c.breaker == "open", peers.c.probe_at > tx.now)
    tx.execute(peers.update().where(where).values(probe_at=tx.now, updated_at=tx.now))


def forget_unused(tx: Tx, busy: Iterable[str]) -> int:
    """Think well again of whom nothing was sent to for `UNUSED`, except *busy*. Gives how many."""
    old = tx.all(
        sa.select(peers.c.host).where(
            peers.c.failures > sa.literal_column("0"), peers.c.updated_at < tx.now - UNUSED
        )
    )
    hosts = {row[0] for row in old}.difference(busy)
    if hosts:
        tx.execute(peers.update().where(peers.c.host.in_(list(hosts))).values(**_WELL, updated_at=tx.now))
    return len(hosts)


def to_ask(tx: Tx, *, limit: int) -> list[str]:
    """Servers that answer and were not asked for a week what they run; written down as asked now."""
    statement = (
        sa.select(peers.c.host)
        .where(peers.c.failures == 0, peers.c.last_success_at.is_not(None))
        .where(
            sa.or_(
                peers.c.software_asked_at.is_(None), peers.c.software_asked_at < tx.now - ASK_SOFTWARE_EVERY
            )
        )
        .order_by(peers.c.host)
        .limit(limit)
    )
    hosts = [row[0] for row in tx.all(statement)]
    if hosts:
        tx.execute(peers.update().where(peers.c.host.in_(hosts)).values(software_asked_at=tx.now))
    return hosts
