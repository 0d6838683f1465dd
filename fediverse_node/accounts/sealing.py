"""The secrets of code generators in the rows: sealed, where the operator gave a key for that."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from fediverse_node.accounts.tables import second_factors
from fediverse_node.storage import sealed
from fediverse_node.storage.sealed import About
from fediverse_node.storage.tx import Tx

#: Where the secrets stand, by the column that says whose they are.
COLUMNS: Final[tuple[About, ...]] = (second_factors.c.name,)


def require_open(tx: Tx) -> None:
    """The secrets can be read.

    Raises:
        NotValid: one was sealed with a key that is not here.
    """
    sealed.require_open(tx, second_factors.c.name, sa.true())


def count_pending(tx: Tx) -> int:
    """How many are not sealed with the first key; without keys, how many are sealed."""
    return sealed.count_pending(tx, second_factors.c.name, sa.true())
