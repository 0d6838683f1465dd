"""All the pictures of one account, for whoever takes them along."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.tx import Tx
from fediverse_node.uploads.model import path_of
from fediverse_node.uploads.tables import uploads


def of_account(tx: Tx, account_id: int, *, after: int, limit: int) -> list[tuple[int, str, str]]:
    """(id, name of the file, path below the origin) of each picture, not of the small ones, by id."""
    where = sa.and_(uploads.c.account_id == account_id, uploads.c.id > after, uploads.c.deleted_at.is_(None))
    statement = sa.select(uploads.c.id, uploads.c.name, uploads.c.media_type).where(where)
    rows = tx.all(statement.order_by(uploads.c.id).limit(limit))
    return [(row[0], row[1], path_of(row[1], row[2])) for row in rows]
