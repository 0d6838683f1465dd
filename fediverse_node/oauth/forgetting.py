"""Removing every trace of an account that never was in: what it let in, and its tokens."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.accounts.tables import sessions
from fediverse_node.oauth.tables import access_tokens, grants, refresh_tokens
from fediverse_node.storage.tx import Tx


def forget(tx: Tx, account_id: int) -> None:
    """Remove the rows of one account."""
    theirs = sa.select(grants.c.id).where(grants.c.account_id == account_id)
    tx.execute(refresh_tokens.delete().where(refresh_tokens.c.grant_id.in_(theirs)))
    for table in (access_tokens, grants, sessions):
        tx.execute(table.delete().where(table.c.account_id == account_id))
