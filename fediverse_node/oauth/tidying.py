"""What apps leave behind: tokens that nobody uses end, and what has ended is deleted some days later.

Each statement touches a bounded number of rows, so that nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from fediverse_node.oauth import grants as families
from fediverse_node.oauth import tokens
from fediverse_node.oauth.tables import access_tokens, app_tokens, apps, grants, refresh_tokens
from fediverse_node.storage.base import metadata
from fediverse_node.storage.tx import Tx

#: What ended is kept for this long: a code or refresh token that comes again is recognised meanwhile.
KEPT_FOR: Final = timedelta(days=7)
#: And a refresh token that was used, while its family lives.
USED_KEPT_FOR: Final = timedelta(days=30)
#: Rows of one kind in one transaction.
BATCH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long it is waited.

    Attributes:
        token: until a token that nobody uses ends; None for ever.
        app: until an app that nobody uses has to register again; None for ever.
    """

    token: timedelta | None
    app: timedelta | None


def end_unused(tx: Tx, patience: Patience) -> int:
    """End up to `BATCH` tokens that nobody uses. Gives how many ended."""
    if patience.token is None:
        return 0
    before = tx.now - patience.token
    used_at = sa.func.coalesce(access_tokens.c.last_used_at, access_tokens.c.created_at)
    unused = sa.select(access_tokens.c.id, access_tokens.c.grant_id).where(
        access_tokens.c.revoked_at.is_(None), used_at < before
    )
    found = tx.all(unused.limit(BATCH))
    for token_id, grant_id in found:
        if grant_id is None:
            tokens.revoke(tx, token_id)
        else:
            families.end(tx, grant_id)
    where = sa.and_(app_tokens.c.revoked_at.is_(None), app_tokens.c.created_at < before)
    some = sa.select(app_tokens.c.id).where(where).limit(BATCH)
    ended = tx.execute(
        app_tokens.update().where(app_tokens.c.id.in_(some)).values(revoked_at=tx.now)
    ).rowcount
    return len(found) + ended


def forget_ended(tx: Tx, patience: Patience) -> int:
    """Delete some of what ended long ago, and of the apps that nobody uses. Gives how many rows went."""
    before, used_before = tx.now - KEPT_FOR, tx.now - USED_KEPT_FOR
    never_taken = sa.and_(grants.c.exchanged_at.is_(None), grants.c.created_at < before)
    gone_grants = sa.or_(grants.c.ended_at < before, never_taken)
    ended_grants = sa.select(grants.c.id).where(gone_grants)
    gone = _delete(tx, access_tokens, access_tokens.c.revoked_at < before, *_unreferenced(access_tokens))
    of_ended = refresh_tokens.c.grant_id.in_(ended_grants)
    gone += _delete(tx, refresh_tokens, sa.or_(refresh_tokens.c.used_at < used_before, of_ended))
    gone += _delete(tx, app_tokens, app_tokens.c.revoked_at < before)
    empty = ~sa.exists().where(access_tokens.c.grant_id == grants.c.id)
    gone += _delete(tx, grants, gone_grants, empty, *_unreferenced(grants))
    return gone + _forget_apps(tx, patience.app)


def _forget_apps(tx: Tx, patience: timedelta | None) -> int:
    if patience is None:
        return 0
    unused = sa.func.coalesce(apps.c.last_used_at, apps.c.created_at) < tx.now - patience
    return _delete(tx, apps, unused, *_unreferenced(apps))


def _delete(tx: Tx, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    some = sa.select(table.c.id).where(*where).order_by(table.c.id).limit(BATCH)
    return tx.execute(table.delete().where(table.c.id.in_(some))).rowcount


def _unreferenced(table: sa.Table) -> Iterator[sa.ColumnElement[bool]]:
    """Nothing points at the row: also rooms that this one does not know hold on to what they need."""
    for other in metadata.tables.values():
        for key in other.foreign_keys:
            if key.column.table is table:
                column: sa.Column[Any] = key.parent
                yield ~sa.exists().where(column == table.c.id)
