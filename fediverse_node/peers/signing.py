"""Which way of signing each server accepted last, and what it says it reads (FEP-844e)."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.peers.model import Signing
from fediverse_node.peers.tables import peers
from fediverse_node.storage.tx import Tx

#: Rung when some server is to be signed for in another way.
BELL = "signing"

# Written out, not bound: only then do both engines see that the partial index fits.
_UNUSUAL = sa.select(peers.c.host, peers.c.signing).where(sa.text("signing <> 'cavage'"))
_COUNTS = sa.select(peers.c.signing, sa.func.count()).group_by(peers.c.signing)
_ADVERTISED = sa.select(peers.c.advertises).where(peers.c.host == sa.bindparam("wanted"))


def unusual(tx: Tx) -> dict[str, Signing]:
    """Every server that wants another way than draft-cavage, by host."""
    return {row[0]: row[1] for row in tx.all(_UNUSUAL, {})}


def note_accepted(tx: Tx, host: str, way: Signing) -> None:
    """*host* accepted a request signed in this way."""
    _set(tx, host, {"signing": way})


def note_advertised(tx: Tx, host: str, way: Signing | None) -> None:
    """*host* says that it reads *way*; None when it says nothing.

    Something new is tried at the next occasion. What it said before and then did not accept is not
    tried again until it says something else.
    """
    known = tx.scalar(_ADVERTISED, {"wanted": host})
    if way is not None and known != way:
        _set(tx, host, {"signing": way, "advertises": way})


def counts(tx: Tx) -> dict[str, int]:
    """How many servers accepted which way last."""
    return {row[0]: int(row[1]) for row in tx.all(_COUNTS, {}) if row[0] is not None}


def _set(tx: Tx, host: str, values: dict[str, str]) -> None:
    row = {"host": host, **values, "created_at": tx.now, "updated_at": tx.now}
    tx.upsert(peers, row, key=["host"])
    tx.ring(BELL)
