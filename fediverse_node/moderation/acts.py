"""What those who look after the server did: only ever added to, and read at the command line (ADM-01)."""

from __future__ import annotations

import logging
from dataclasses import fields
from typing import Final

import sqlalchemy as sa

from fediverse_node.moderation.model import Act
from fediverse_node.moderation.tables import moderation_acts
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

_MAX_NOTE: Final = 5_000
_NAMES = tuple(field.name for field in fields(Act))


def note(tx: Tx, account_id: int | None, action: str, target: str, *, text: str = "") -> None:
    """Write down that an account (None: the command line) did *action* to *target*, and why."""
    values = {"account_id": account_id, "action": action, "target": target, "note": text[:_MAX_NOTE]}
    tx.insert(moderation_acts, {"id": tx.new_id(), **values, "created_at": tx.now})
    log.info("moderation.act", extra={"account": account_id, "action": action, "target": target})


def listing(tx: Tx, *, limit: int) -> list[Act]:
    """What was done last, newest first."""
    statement = sa.select(*(moderation_acts.c[name] for name in _NAMES))
    rows = tx.all(statement.order_by(moderation_acts.c.id.desc()).limit(limit))
    return [Act(**dict(zip(_NAMES, row, strict=True))) for row in rows]
