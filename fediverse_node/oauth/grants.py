"""What a person lets an app do: from their yes over the code to tokens, and back to nothing.

All that comes of one yes is a family: the code, each access token, each refresh token. Where something
that may be used once is used twice, somebody has stolen it, and nobody can tell who: the family ends
(RFC 9700, 2.1.1 and 4.14). These verbs answer with None then, and do not raise, because the end of the family
has to be committed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from fediverse_node.kernel.errors import NotValid
from fediverse_node.oauth.model import App, Grant, Issued
from fediverse_node.oauth.scopes import all_covered
from fediverse_node.oauth.secrets import digest, new_secret
from fediverse_node.oauth.tables import access_tokens, apps, grants, refresh_tokens
from fediverse_node.storage.tx import Row, Tx

#: How long a code can be exchanged.
CODE_LIFETIME: Final = timedelta(minutes=10)

_BY_CODE = sa.select(grants).where(grants.c.code_sha256 == sa.bindparam("digest"))
_BY_ID = sa.select(grants).where(grants.c.id == sa.bindparam("id"))
_REFRESH = sa.select(refresh_tokens).where(refresh_tokens.c.token_sha256 == sa.bindparam("digest"))


class ScopeTooWide(NotValid):
    """More is asked for than was granted."""


def allow(
    tx: Tx,
    account_id: int,
    app: App,
    *,
    scopes: tuple[str, ...],
    redirect_uri: str,
    challenge: str | None,
) -> str:
    """Write down a person's yes. Gives the code that tells the app of it."""
    code = new_secret()
    tx.insert(
        grants,
        {
            "id": tx.new_id(),
            "app_id": app.id,
            "account_id": account_id,
            "scopes": " ".join(scopes),
            "redirect_uri": redirect_uri,
            "code_sha256": digest(code),
            "challenge": challenge,
            "created_at": tx.now,
        },
    )
    tx.execute(apps.update().where(apps.c.id == app.id).values(last_used_at=tx.now))
    return code


def exchange(
    tx: Tx, app: App, code: str, *, redirect_uri: str, verifier: str | None, scopes: tuple[str, ...] = ()
) -> Issued | None:
    """Tokens for a code; None when it is unknown, too old, somebody else's, or was not asked for so.

    A code that comes a second time ends what came of it the first time. The *verifier* of PKCE (RFC 7636)
    has to be there when there was a challenge, and only then. *scopes* are fewer than were granted, where
    the app wants fewer.

    Raises:
        ScopeTooWide: *scopes* are more than were granted.
    """
    row = tx.first(_BY_CODE, {"digest": digest(code)})
    grant = None if row is None else _grant(row)
    if grant is None or grant.app_id != app.id or grant.ended_at is not None:
        return None
    if grant.exchanged_at is not None:
        end(tx, grant.id)
        return None
    if tx.now > grant.created_at + CODE_LIFETIME or grant.redirect_uri != redirect_uri:
        return None
    if not _proves(verifier, grant.challenge) or (app.public and grant.challenge is None):
        return None
    if not all_covered(grant.scopes, scopes):
        raise ScopeTooWide
    # One of two that come at the same moment changes the row; the other has come second. So has one that
    # comes while the person ends it all.
    where = sa.and_(grants.c.id == grant.id, grants.c.exchanged_at.is_(None), grants.c.ended_at.is_(None))
    if tx.execute(grants.update().where(where).values(exchanged_at=tx.now)).rowcount != 1:
        end(tx, grant.id)
        return None
    return _issued(tx, app, grant, scopes or grant.scopes)


def refresh(tx: Tx, app: App, token: str, *, scopes: tuple[str, ...] = ()) -> Issued | None:
    """New tokens for a refresh token; those before it are worth nothing from now on.

    None when it is unknown or another app's, or its family has ended; one that was used before ends it.

    Raises:
        ScopeTooWide: *scopes* are more than were granted.
    """
    row = tx.first(_REFRESH, {"digest": digest(token)})
    found = None if row is None else tx.first(_BY_ID, {"id": row.grant_id})
    if row is None or found is None:
        return None
    grant = _grant(found)
    if grant.app_id != app.id or grant.ended_at is not None:
        return None
    if row.used_at is not None:
        end(tx, grant.id)
        return None
    if not all_covered(grant.scopes, scopes):
        raise ScopeTooWide
    if not _hold(tx, grant.id):
        return None
    where = sa.and_(refresh_tokens.c.id == row.id, refresh_tokens.c.used_at.is_(None))
    if tx.execute(refresh_tokens.update().where(where).values(used_at=tx.now)).rowcount != 1:
        end(tx, grant.id)
        return None
    _revoke_tokens(tx, grant.id)
    return _issued(tx, app, grant, scopes or grant.scopes)


def grant_of_refresh_token(tx: Tx, token: str) -> Grant | None:
    """The grant that a refresh token belongs to, used or not."""
    row = tx.first(_REFRESH, {"digest": digest(token)})
    found = None if row is None else tx.first(_BY_ID, {"id": row.grant_id})
    return None if found is None else _grant(found)


def end(tx: Tx, grant_id: int) -> None:
    """End a family: its code, its access tokens and its refresh tokens are worth nothing from now on."""
    where = sa.and_(grants.c.id == grant_id, grants.c.ended_at.is_(None))
    tx.execute(grants.update().where(where).values(ended_at=tx.now))
    _revoke_tokens(tx, grant_id)


def _hold(tx: Tx, grant_id: int) -> bool:
    """Keep a family as it is until this transaction ends; False when it has ended.

    On PostgreSQL somebody may end it after it was read here. They then wait, and see the new tokens.
    """
    where = sa.and_(grants.c.id == grant_id, grants.c.ended_at.is_(None))
    return tx.execute(grants.update().where(where).values(ended_at=None)).rowcount == 1


def _revoke_tokens(tx: Tx, grant_id: int) -> None:
    where = sa.and_(access_tokens.c.grant_id == grant_id, access_tokens.c.revoked_at.is_(None))
    tx.execute(access_tokens.update().where(where).values(revoked_at=tx.now))


def _issued(tx: Tx, app: App, grant: Grant, scopes: tuple[str, ...]) -> Issued:
    token, again = new_secret(), new_secret()
    tx.insert(
        access_tokens,
        {
            "id": tx.new_id(),
            "account_id": grant.account_id,
            "token_sha256": digest(token),
            "scopes": " ".join(scopes),
            "app_name": app.name,
            "created_at": tx.now,
            "grant_id": grant.id,
            "client_id": app.client_id,
        },
    )
    tx.insert(
        refresh_tokens,
        {"id": tx.new_id(), "grant_id": grant.id, "token_sha256": digest(again), "created_at": tx.now},
    )
    return Issued(access_token=token, refresh_token=again, scopes=scopes, created_at=tx.now)


def _proves(verifier: str | None, challenge: str | None) -> bool:
    """RFC 7636, 4.6, by S256 only. A verifier without a challenge means that somebody took it away."""
    if verifier is None or challenge is None:
        return verifier is None and challenge is None
    hashed = hashlib.sha256(verifier.encode("utf-8", "surrogateescape")).digest()
    expected = base64.urlsafe_b64encode(hashed).rstrip(b"=")
    return hmac.compare_digest(expected, challenge.encode("utf-8", "surrogateescape"))


def _grant(row: Row) -> Grant:
    return Grant(
        id=row.id,
        app_id=row.app_id,
        account_id=row.account_id,
        scopes=tuple(row.scopes.split()),
        redirect_uri=row.redirect_uri,
        challenge=row.challenge,
        created_at=row.created_at,
        exchanged_at=row.exchanged_at,
        ended_at=row.ended_at,
    )
