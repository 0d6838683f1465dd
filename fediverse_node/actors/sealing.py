"""The private keys of our actors in the rows: sealed, where the operator gave a key for that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from fediverse_node.actors.tables import actor_keys, actors, retired_keys
from fediverse_node.storage import sealed
from fediverse_node.storage.sealed import About
from fediverse_node.storage.tx import Tx

#: Where private keys stand, by the column that says whose they are.
COLUMNS: Final[tuple[About, ...]] = (actor_keys.c.key_id, retired_keys.c.key_id)


def require_open(tx: Tx) -> None:
    """Every private key can be read.

    Raises:
        NotValid: one was sealed with a key that is not here.
    """
    for about, among in _ours():
        sealed.require_open(tx, about, among)


def count_pending(tx: Tx) -> int:
    """How many private keys are not sealed with the first key; without keys, how many are sealed."""
    return sum(sealed.count_pending(tx, about, among) for about, among in _ours())


def _ours() -> Iterator[tuple[About, sa.ColumnElement[bool]]]:
    """The columns, and which rows are of actors of ours: of nearly all others there is no private key."""
    here = sa.select(actors.c.id).where(actors.c.local)
    for about in COLUMNS:
        yield about, about.table.c.actor_id.in_(here)
