"""What was exported by command: written down each time, and never changed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from fediverse_node.datasets.model import JsonDict
from fediverse_node.datasets.tables import dataset_exports
from fediverse_node.storage.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export: what was asked for, how much it was, and the hash of its manifest."""

    id: int
    at: datetime
    asked: JsonDict
    rows: int
    authors: int
    sha256: str


_NAMES: Final = tuple(field.name for field in fields(Export))
_COLUMNS: Final = [dataset_exports.c[name] for name in _NAMES]


def add(tx: Tx, *, asked: JsonDict, rows: int, authors: int, sha256: str) -> None:
    """Write down an export that was made now."""
    values = {"asked": asked, "rows": rows, "authors": authors, "sha256": sha256}
    tx.insert(dataset_exports, {"id": tx.new_id(), "at": tx.now, **values})


def newest(tx: Tx, limit: int) -> list[Export]:
    """The last exports, the newest first."""
    statement = sa.select(*_COLUMNS).order_by(dataset_exports.c.id.desc()).limit(limit)
    return [Export(**dict(zip(_NAMES, row, strict=True))) for row in tx.all(statement)]
