"""The key for pictures in the rows: sealed, where the operator gave a key for that."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from fediverse_node.credentials.tables import credential_keys
from fediverse_node.storage import sealed
from fediverse_node.storage.sealed import About
from fediverse_node.storage.tx import Tx

#: Where the private key stands, by the column that says whose it is.
COLUMNS: Final[tuple[About, ...]] = (credential_keys.c.name,)


def require_open(tx: Tx) -> None:
    """The key for pictures can be read.

    Raises:
        NotValid: it was sealed with a key that is not here.
    """
    sealed.require_open(tx, credential_keys.c.name, sa.true())


def count_pending(tx: Tx) -> int:
    """1 when it is not sealed with the first key, or is sealed while there is no key; else 0."""
    return sealed.count_pending(tx, credential_keys.c.name, sa.true())
