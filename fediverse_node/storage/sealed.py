"""Columns `private_key` that are sealed by `Tx.vault`: are they, and how they become so.

A table is named by its column that says what a value is about; the table has an `id`, too.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.tx import Tx
from fediverse_node.storage.vault import MARK

About = sa.Column[Any]


def require_open(tx: Tx, about: About, among: sa.ColumnElement[bool]) -> None:
    """Nothing *among* the rows is sealed with a key that is not here.

    Raises:
        NotValid: something is.
    """
    value = about.table.c.private_key
    known = [value.startswith(prefix, autoescape=True) for prefix in tx.vault.prefixes]
    locked = sa.and_(among, value.startswith(MARK, autoescape=True), ~sa.or_(sa.false(), *known))
    if tx.first(sa.select(about).where(locked).limit(1)) is not None:
        raise NotValid(
            "Private keys in this database are sealed with a key that the configuration does not hold. Give "
            "it as secrets.key_file, or as secrets.previous_key_file while another takes its place."
        )


def count_pending(tx: Tx, about: About, among: sa.ColumnElement[bool]) -> int:
    """How many *among* the rows are not sealed with the first key; without keys, how many are sealed."""
    counted = sa.select(sa.func.count()).select_from(about.table)
    return int(tx.scalar(counted.where(among, _pending(tx, about, plain=False))))


def renew(tx: Tx, about: About, *, after: int, limit: int, plain: bool = False) -> list[int]:
    """Seal up to *limit* values anew that are not sealed with the first key; or with *plain*, unseal them.

    Gives the ids of their rows, all above *after*, in their order.

    Raises:
        NotValid: one cannot be opened.
    """
    table: Any = about.table
    columns = sa.select(table.c.id, about, table.c.private_key)
    pending = columns.where(table.c.id > after, _pending(tx, about, plain=plain))
    rows = tx.all(pending.order_by(table.c.id).limit(limit))
    for row in rows:
        secret = tx.vault.open(row[2], about=row[1])
        value = secret if plain else tx.vault.seal(secret, about=row[1])
        tx.execute(table.update().where(table.c.id == row[0]).values(private_key=value))
    return [row[0] for row in rows]


def _pending(tx: Tx, about: About, *, plain: bool) -> sa.ColumnElement[bool]:
    value, prefix = about.table.c.private_key, tx.vault.prefix
    if plain or prefix is None:
        return value.startswith(MARK, autoescape=True)
    return sa.and_(value.is_not(None), ~value.startswith(prefix, autoescape=True))
