"""What somebody let in, for their own eyes, and ending it."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.kernel.errors import NotFound
from fediverse_node.oauth import grants as families
from fediverse_node.oauth import tokens
from fediverse_node.oauth.model import Permission
from fediverse_node.oauth.tables import access_tokens, apps, grants
from fediverse_node.storage.tx import Tx

#: Shown at once, the newest first.
MOST = 200

_GRANTS = (
    sa.select(
        grants.c.id, grants.c.scopes, grants.c.created_at, apps.c.name, apps.c.website, apps.c.client_id
    )
    .join(apps, apps.c.id == grants.c.app_id)
    .where(
        grants.c.account_id == sa.bindparam("account_id"),
        grants.c.exchanged_at.is_not(None),
        grants.c.ended_at.is_(None),
    )
    .order_by(grants.c.id.desc())
    .limit(MOST)
)
_TOKENS = (
    sa.select(access_tokens)
    .where(
        access_tokens.c.account_id == sa.bindparam("account_id"),
        access_tokens.c.grant_id.is_(None),
        access_tokens.c.revoked_at.is_(None),
    )
    .order_by(access_tokens.c.id.desc())
    .limit(MOST)
)


def of_account(tx: Tx, account_id: int) -> list[Permission]:
    """Apps that took their code, and tokens made at the command line, the newest first."""
    of = {"account_id": account_id}
    found = [
        Permission(
            kind="grant",
            id=row.id,
            name=row.name,
            website=row.website,
            client_id=row.client_id,
            scopes=tuple(row.scopes.split()),
            since=row.created_at,
        )
        for row in tx.all(_GRANTS, of)
    ]
    found += [
        Permission(
            kind="token",
            id=row.id,
            name=row.app_name,
            website=None,
            client_id=None,
            scopes=tuple(row.scopes.split()),
            since=row.created_at,
        )
        for row in tx.all(_TOKENS, of)
    ]
    return sorted(found, key=lambda each: each.since, reverse=True)


def end(tx: Tx, account_id: int, kind: str, permission_id: int) -> None:
    """End what *account_id* let in, at once.

    Raises:
        NotFound: they let no such thing in, or it ended before.
    """
    theirs = [(each.kind, each.id) for each in of_account(tx, account_id)]
    if (kind, permission_id) not in theirs:
        raise NotFound("There is no such app, or it was ended before.")
    if kind == "grant":
        families.end(tx, permission_id)
    else:
        tokens.revoke(tx, permission_id)
