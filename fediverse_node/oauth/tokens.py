"""Issuing, finding and revoking access tokens."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from fediverse_node.accounts import sessions
from fediverse_node.kernel.errors import NotValid
from fediverse_node.oauth.model import AccessToken, App, AppToken, Issued
from fediverse_node.oauth.scopes import ADMIN, TOP_SCOPES
from fediverse_node.oauth.secrets import digest, new_secret
from fediverse_node.oauth.tables import access_tokens, app_tokens, apps, grants
from fediverse_node.storage.tx import Row, Tx

#: How exactly the last use is known: a request must not cost a write.
TOUCH_EVERY = timedelta(days=1)

#: Asked with every request that has a token, so it is built once.
_FIND = sa.select(access_tokens).where(
    access_tokens.c.token_sha256 == sa.bindparam("digest"), access_tokens.c.revoked_at.is_(None)
)
_FIND_APPS_OWN = sa.select(app_tokens).where(
    app_tokens.c.token_sha256 == sa.bindparam("digest"), app_tokens.c.revoked_at.is_(None)
)


def issue(tx: Tx, account_id: int, *, scopes: str, app_name: str) -> str:
    """A new token for an account, with *scopes* separated by blanks, made without an app asking.

    The caller gets it once; afterwards only its hash exists.

    Raises:
        NotValid: no scope, or one that does not exist.
    """
    wanted = scopes.split()
    unknown = [scope for scope in wanted if scope.partition(":")[0] not in TOP_SCOPES and scope not in ADMIN]
    if unknown or not wanted:
        raise NotValid(f"Scopes are some of {', '.join(sorted(TOP_SCOPES))}; not “{' '.join(unknown)}”.")
    token = new_secret()
    tx.insert(
        access_tokens,
        {
            "id": tx.new_id(),
            "account_id": account_id,
            "token_sha256": digest(token),
            "scopes": " ".join(dict.fromkeys(wanted)),
            "app_name": app_name,
            "created_at": tx.now,
        },
    )
    return token


def issue_to_app(tx: Tx, app: App, scopes: tuple[str, ...]) -> Issued:
    """A new token that stands for *app* and for nobody else (RFC 6749, 4.4)."""
    token = new_secret()
    tx.insert(
        app_tokens,
        {
            "id": tx.new_id(),
            "app_id": app.id,
            "token_sha256": digest(token),
            "scopes": " ".join(scopes),
            "created_at": tx.now,
        },
    )
    tx.execute(apps.update().where(apps.c.id == app.id).values(last_used_at=tx.now))
    return Issued(access_token=token, scopes=scopes, created_at=tx.now)


def find(tx: Tx, token: str) -> AccessToken | None:
    """What a person's token stands for; None when it is unknown or revoked, or an app's own."""
    row = tx.first(_FIND, {"digest": digest(token)})
    return None if row is None else _token(row)


def find_apps_own(tx: Tx, token: str) -> AppToken | None:
    """What an app's own token stands for; None when it is unknown or revoked, or a person's."""
    row = tx.first(_FIND_APPS_OWN, {"digest": digest(token)})
    if row is None:
        return None
    return AppToken(id=row.id, app_id=row.app_id, scopes=frozenset(row.scopes.split()))


def touch(tx: Tx, token_id: int) -> None:
    """Note that a person's token is used now."""
    tx.execute(access_tokens.update().where(access_tokens.c.id == token_id).values(last_used_at=tx.now))


def revoke(tx: Tx, token_id: int) -> None:
    """Make a token worthless, from this moment on."""
    where = sa.and_(access_tokens.c.id == token_id, access_tokens.c.revoked_at.is_(None))
    tx.execute(access_tokens.update().where(where).values(revoked_at=tx.now))


def revoke_apps_own(tx: Tx, token_id: int) -> None:
    """Make an app's own token worthless."""
    where = sa.and_(app_tokens.c.id == token_id, app_tokens.c.revoked_at.is_(None))
    tx.execute(app_tokens.update().where(where).values(revoked_at=tx.now))


def revoke_all(tx: Tx, account_id: int) -> None:
    """Make every token of an account worthless, and every code and refresh token."""
    # Families first: whoever is taking tokens at this moment holds theirs, so what they add is seen here.
    for table, ended in ((grants, "ended_at"), (access_tokens, "revoked_at")):
        where = sa.and_(table.c.account_id == account_id, table.c[ended].is_(None))
        tx.execute(table.update().where(where).values(**{ended: tx.now}))


def sign_out_everywhere(tx: Tx, account_id: int) -> int:
    """End all that speaks for an account: browsers, half a sign-in, apps, codes, tokens (OAU-14).

    What proves who somebody is stays: password, second factor, passkeys. Gives how many browsers were
    signed in.
    """
    revoke_all(tx, account_id)
    return sessions.end_others(tx, account_id)


def _token(row: Row) -> AccessToken:
    return AccessToken(
        id=row.id,
        account_id=row.account_id,
        scopes=frozenset(row.scopes.split()),
        app_name=row.app_name,
        created_at=row.created_at,
        grant_id=row.grant_id,
        client_id=row.client_id,
        last_used_at=row.last_used_at,
    )
