"""Links that let somebody in once: to confirm an address, or to set a new password. All SQL about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from fediverse_node.joining.model import LinkKind
from fediverse_node.joining.tables import account_links
from fediverse_node.oauth.secrets import digest, new_secret
from fediverse_node.storage.tx import Tx

#: How long a link works.
LIFETIME: Final[Mapping[LinkKind, timedelta]] = {
    "confirm": timedelta(days=7),
    "reset": timedelta(hours=1),
}
#: Links of one kind that work for one account: more letters than these say the same.
_MOST: Final = 3


def create(tx: Tx, account_id: int, kind: LinkKind) -> str:
    """A new link of this kind. Gives its secret, which only the letter holds; those before the last go."""
    same = sa.and_(account_links.c.account_id == account_id, account_links.c.kind == kind)
    rows = tx.all(sa.select(account_links.c.id).where(same).order_by(account_links.c.id.desc()))
    for row in rows[_MOST - 1 :]:
        tx.execute(account_links.delete().where(account_links.c.id == row[0]))
    secret = new_secret()
    tx.insert(
        account_links,
        {
            "id": tx.new_id(),
            "account_id": account_id,
            "kind": kind,
            "token_sha256": digest(secret),
            "created_at": tx.now,
        },
    )
    return secret


def find(tx: Tx, secret: str, kind: LinkKind) -> int | None:
    """The account that a link of this kind is for; None when it never was, was used or has run out."""
    row = tx.first(
        sa.select(account_links.c.account_id).where(
            account_links.c.token_sha256 == digest(secret),
            account_links.c.kind == kind,
            account_links.c.created_at > tx.now - LIFETIME[kind],
        )
    )
    return None if row is None else int(row[0])


def use(tx: Tx, secret: str, kind: LinkKind) -> int | None:
    """As `find`; all links of this kind for that account are worth nothing from now on."""
    found = find(tx, secret, kind)
    if found is None:
        return None
    same = sa.and_(account_links.c.account_id == found, account_links.c.kind == kind)
    # Of two that come with it at the same moment one removes the rows.
    return found if tx.execute(account_links.delete().where(same)).rowcount else None


def forget_old(tx: Tx) -> int:
    """Let go of links that have run out. Gives how many."""
    return sum(
        tx.execute(
            account_links.delete().where(
                account_links.c.kind == kind, account_links.c.created_at <= tx.now - lifetime
            )
        ).rowcount
        for kind, lifetime in LIFETIME.items()
    )
