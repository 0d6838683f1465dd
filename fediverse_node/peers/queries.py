"""All SQL of the peers room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from fediverse_node.peers.model import Peer
from fediverse_node.peers.tables import peers
from fediverse_node.storage.tx import Tx
from fediverse_node.storage.values import Kind

# Written out, not bound: only then do both engines see that a partial index fits.
_FAILING = peers.c.failures > sa.literal_column("0")
_NAMES = [field.name for field in fields(Peer)]
_COLUMNS = [peers.c[name] for name in _NAMES]
#: What the operator is shown of an error.
MAX_ERROR = 300


def by_host(tx: Tx, host: str) -> Peer | None:
    """What is known of *host*; None when nothing is."""
    return tx.value(_BY_HOST, {"host": host}, _PEER)


def by_hosts(tx: Tx, hosts: Iterable[str]) -> dict[str, Peer]:
    """Those of *hosts* that we know, in one statement."""
    wanted = set(hosts)
    if not wanted:
        return {}
    return {peer.host: peer for peer in tx.values(_BY_HOSTS, {"hosts": list(wanted)}, _PEER)}


def failing_among(tx: Tx, hosts: Iterable[str]) -> dict[str, Peer]:
    """Those of *hosts* whose last exchange failed, in one statement."""
    wanted = set(hosts)
    if not wanted:
        return {}
    return {peer.host: peer for peer in tx.values(_FAILING_AMONG, {"hosts": list(wanted)}, _PEER)}


def save(tx: Tx, peer: Peer) -> None:
    """Store everything *peer* says about reaching it. What it runs is left alone (see `note_software`)."""
    values = {name: getattr(peer, name) for name in _NAMES if name != "software"}
    values["last_error"] = peer.last_error[:MAX_ERROR] if peer.last_error else None
    tx.upsert(peers, {**values, "created_at": tx.now, "updated_at": tx.now}, key=["host"])


def note_software(tx: Tx, host: str, software: str) -> None:
    """Remember what *host* says it runs (NodeInfo)."""
    values = {"host": host, "software": software[:100], "created_at": tx.now, "updated_at": tx.now}
    tx.upsert(peers, values, key=["host"])


def count(tx: Tx) -> int:
    """How many servers we have had to do with."""
    return int(tx.scalar(sa.select(sa.func.count()).select_from(peers)))


def hosts(tx: Tx, *, limit: int) -> list[str]:
    """The servers that are known, by name."""
    return [row[0] for row in tx.all(sa.select(peers.c.host).order_by(peers.c.host).limit(limit))]


def failing(tx: Tx) -> list[Peer]:
    """Every host whose last exchange failed, the one that fails longest first."""
    statement = sa.select(*_COLUMNS).where(_FAILING).order_by(peers.c.failing_since)
    return [_peer(row) for row in tx.all(statement)]


def with_parked_mail(tx: Tx) -> list[str]:
    """Hosts that answer again and still have mail put aside."""
    return [row[0] for row in tx.all(_WITH_PARKED_MAIL, {})]


def set_parked(tx: Tx, host: str, *, parked: bool) -> None:
    """Note whether mail for *host* is put aside."""
    tx.execute(peers.update().where(peers.c.host == host).values(parked=parked, updated_at=tx.now))


def _peer(row: Sequence[Any]) -> Peer:
    return Peer(**dict(zip(_NAMES, row, strict=True)))


#: By its host, which comes first.
_PEER = Kind(_peer)
_WITH_PARKED_MAIL = sa.select(peers.c.host).where(sa.text("parked"), peers.c.breaker == "closed")
_BY_HOST = sa.select(*_COLUMNS).where(peers.c.host == sa.bindparam("host"))
_BY_HOSTS = sa.select(*_COLUMNS).where(peers.c.host.in_(sa.bindparam("hosts", expanding=True)))
_FAILING_AMONG = _BY_HOSTS.where(_FAILING)
