"""What is secret in the rows of this room: sealed, where the operator gave a key for that."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from fediverse_node.push.tables import push_keys, push_subscriptions
from fediverse_node.storage import sealed
from fediverse_node.storage.sealed import About
from fediverse_node.storage.tx import Tx

#: The server's key and the tokens of apps, by the columns that say what they are about.
COLUMNS: Final[tuple[About, ...]] = (push_keys.c.name, push_subscriptions.c.endpoint)


def require_open(tx: Tx) -> None:
    """All of it can be read.

    Raises:
        NotValid: something was sealed with a key that is not here.
    """
    for about in COLUMNS:
        sealed.require_open(tx, about, sa.true())


def count_pending(tx: Tx) -> int:
    """How many are not sealed with the first key; without keys, how many are sealed."""
    return sum(sealed.count_pending(tx, about, sa.true()) for about in COLUMNS)
