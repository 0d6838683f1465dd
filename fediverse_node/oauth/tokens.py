"""Issuing, finding and revoking access tokens: all SQL of the oauth room."""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa

from fediverse_node.kernel.errors import NotValid
from fediverse_node.oauth.model import AccessToken
from fediverse_node.oauth.tables import access_tokens
from fediverse_node.storage.tx import Row, Tx

#: The scopes there are (Mastodon's), without their finer forms.
TOP_SCOPES = frozenset({"read", "write", "follow", "push", "profile"})
_TOKEN_BYTES = 32

#: Asked with every request that has a token, so it is built once.
_FIND = sa.select(access_tokens).where(
    access_tokens.c.token_sha256 == sa.bindparam("digest"), access_tokens.c.revoked_at.is_(None)
)


def issue(tx: Tx, account_id: int, *, scopes: str, app_name: str) -> str:
    """A new token for an account, with *scopes* separated by blanks.

    The caller gets it once; afterwards only its hash exists.

    Raises:
        NotValid: no scope, or one that does not exist.
    """
    wanted = scopes.split()
    unknown = [scope for scope in wanted if scope.partition(":")[0] not in TOP_SCOPES]
    if unknown or not wanted:
        raise NotValid(f"Scopes are some of {', '.join(sorted(TOP_SCOPES))}; not “{' '.join(unknown)}”.")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    tx.insert(
        access_tokens,
        {
            "id": tx.new_id(),
            "account_id": account_id,
            "token_sha256": _digest(token),
            "scopes": " ".join(dict.fromkeys(wanted)),
            "app_name": app_name,
            "created_at": tx.now,
        },
    )
    return token


def find(tx: Tx, token: str) -> AccessToken | None:
    """What a token stands for; None when it is unknown or revoked."""
    row = tx.first(_FIND, {"digest": _digest(token)})
    return None if row is None else _token(row)


def revoke(tx: Tx, token_id: int) -> None:
    """Make a token worthless, from this moment on."""
    where = sa.and_(access_tokens.c.id == token_id, access_tokens.c.revoked_at.is_(None))
    tx.execute(access_tokens.update().where(where).values(revoked_at=tx.now))


def revoke_all(tx: Tx, account_id: int) -> None:
    """Make every token of an account worthless."""
    where = sa.and_(access_tokens.c.account_id == account_id, access_tokens.c.revoked_at.is_(None))
    tx.execute(access_tokens.update().where(where).values(revoked_at=tx.now))


def _digest(token: str) -> str:
    # A fast hash is enough: the token holds 256 random bits, nothing can be guessed from it.
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _token(row: Row) -> AccessToken:
    return AccessToken(
        id=row.id,
        account_id=row.account_id,
        scopes=frozenset(row.scopes.split()),
        app_name=row.app_name,
        created_at=row.created_at,
    )
