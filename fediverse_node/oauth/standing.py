"""Which tokens are still good: asked again and again by what stays open after it was let in (OAU-14)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from fediverse_node.accounts.tables import accounts
from fediverse_node.actors.tables import actors
from fediverse_node.oauth.tables import access_tokens
from fediverse_node.storage.tx import Tx

_AT_ONCE: Final = 500
_GOOD = (
    sa.select(access_tokens.c.id)
    .join_from(access_tokens, accounts, accounts.c.id == access_tokens.c.account_id)
    .join(actors, actors.c.id == accounts.c.actor_id)
    .where(
        access_tokens.c.id.in_(sa.bindparam("ids", expanding=True)),
        access_tokens.c.revoked_at.is_(None),
        accounts.c.disabled_at.is_(None),
        actors.c.suspended_at.is_(None),
        actors.c.deleted_at.is_(None),
    )
)


def standing(tx: Tx, token_ids: Iterable[int]) -> set[int]:
    """Those of *token_ids* that were not revoked, and whose owners may still act."""
    asked = sorted(token_ids)
    return {
        row[0]
        for at in range(0, len(asked), _AT_ONCE)
        for row in tx.all(_GOOD, {"ids": asked[at : at + _AT_ONCE]})
    }
