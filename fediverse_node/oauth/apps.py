"""Apps that registered, and those that describe themselves: storing and finding them."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import split_http
from fediverse_node.oauth import scopes as known_scopes
from fediverse_node.oauth.model import App
from fediverse_node.oauth.redirects import require_usable
from fediverse_node.oauth.secrets import digest, new_secret
from fediverse_node.oauth.tables import apps
from fediverse_node.storage.tx import Row, Tx

_MAX_NAME: Final = 200
_MAX_REDIRECTS: Final = 20
#: Compared with when there is no such app, so that the work is the same (OAU-09).
_NOBODY: Final = digest("")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

_BY_CLIENT_ID = sa.select(apps).where(apps.c.client_id == sa.bindparam("client_id"))
_BY_ID = sa.select(apps).where(apps.c.id == sa.bindparam("id"))


def register(
    tx: Tx,
    *,
    name: str,
    redirect_uris: Sequence[str],
    scopes: Sequence[str],
    website: str | None = None,
    public: bool = False,
) -> tuple[App, str | None]:
    """A new app and its secret, which is given once; a *public* one has none.

    Raises:
        NotValid: it has no name, or no redirect URI that can be used, or asks for what does not exist.
    """
    require_sound(name=name, redirect_uris=redirect_uris, website=website)
    known_scopes.require_known(scopes)
    secret = None if public else new_secret()
    app = App(
        id=tx.new_id(),
        client_id=new_secret(),
        secret_sha256=digest(secret) if secret else None,
        name=shown_name(name),
        website=website,
        redirect_uris=tuple(dict.fromkeys(redirect_uris)),
        scopes=tuple(scopes) or known_scopes.DEFAULT,
    )
    tx.insert(apps, {**_row(app), "created_at": tx.now})
    return app, secret


def keep_described(tx: Tx, *, client_id: str, name: str, redirect_uris: Sequence[str]) -> App:
    """The app that describes itself at *client_id*, as it does so now. It never has a secret.

    Raises:
        NotValid: as `register`.
    """
    require_sound(name=name, redirect_uris=redirect_uris, website=client_id)
    app = App(
        id=tx.new_id(),
        client_id=client_id,
        secret_sha256=None,
        name=shown_name(name),
        website=client_id,
        redirect_uris=tuple(redirect_uris),
        scopes=known_scopes.DESCRIBED,
    )
    tx.upsert(apps, {**_row(app), "created_at": tx.now}, key=["client_id"])
    found = by_client_id(tx, client_id)
    assert found is not None
    return found


def require_sound(*, name: str, redirect_uris: Sequence[str], website: str | None) -> None:
    """Refuse what cannot be shown to people, or cannot be answered.

    Raises:
        NotValid: saying what.
    """
    if not shown_name(name) or len(name) > _MAX_NAME:
        raise NotValid(f"client_name is the name that people see, of 1 to {_MAX_NAME} characters.")
    if not redirect_uris or len(redirect_uris) > _MAX_REDIRECTS:
        raise NotValid(f"redirect_uris are 1 to {_MAX_REDIRECTS} addresses.")
    for uri in redirect_uris:
        require_usable(uri)
    if website is not None:
        split_http(website)


def shown_name(name: str) -> str:
    """*name* in one line."""
    return " ".join(_UNSEEN.sub(" ", name).split())


def by_client_id(tx: Tx, client_id: str) -> App | None:
    """The app of this name."""
    row = tx.first(_BY_CLIENT_ID, {"client_id": client_id})
    return None if row is None else _app(row)


def by_id(tx: Tx, app_id: int) -> App | None:
    """The app with this id."""
    row = tx.first(_BY_ID, {"id": app_id})
    return None if row is None else _app(row)


def proven(tx: Tx, client_id: str, secret: str | None) -> App | None:
    """The app that *client_id* and *secret* prove; None for an unknown one and for a wrong secret alike.

    Of an app that keeps no secret nothing is proven: its requests have to stand on PKCE. What it sends as
    a secret is ignored (FEP-d8c2).
    """
    app = by_client_id(tx, client_id)
    expected = (app.secret_sha256 if app is not None else None) or _NOBODY
    matches = hmac.compare_digest(expected, digest(secret or ""))
    if app is None or not (app.public or (matches and secret)):
        return None
    return app


def _row(app: App) -> dict[str, object]:
    return {
        "id": app.id,
        "client_id": app.client_id,
        "secret_sha256": app.secret_sha256,
        "name": app.name,
        "website": app.website,
        "redirect_uris": list(app.redirect_uris),
        "scopes": " ".join(app.scopes),
    }


def _app(row: Row) -> App:
    return App(
        id=row.id,
        client_id=row.client_id,
        secret_sha256=row.secret_sha256,
        name=row.name,
        website=row.website,
        redirect_uris=tuple(row.redirect_uris),
        scopes=tuple(row.scopes.split()),
    )
