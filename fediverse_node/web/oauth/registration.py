"""Apps register (Mastodon's `apps`), and ask whether they are known."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from fediverse_node.kernel.errors import NotAuthenticated
from fediverse_node.oauth import apps, scopes, tokens
from fediverse_node.oauth.model import App
from fediverse_node.oauth.redirects import OUT_OF_BAND
from fediverse_node.push import keys as push_keys
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bearers import Need, bearer_of, caller
from fediverse_node.web.forms import sent_fields
from fediverse_node.web.keys import CLIENT, NODE, RATE_LIMITS
from fediverse_node.web.oauth.answers import told
from fediverse_node.web.rate_limits import Rate, address_key

#: Anybody may register, so one client cannot fill the table (OAU-20).
REGISTRATIONS: Final = Rate(name="app_registrations", count=10, seconds=3600)


async def register(request: web.Request) -> web.Response:
    """`POST /api/v1/apps`: `client_name`, `redirect_uris`, `scopes`, `website`.

    With `token_endpoint_auth_method=none` (RFC 7591) the app gets no secret and has to use PKCE.

    Raises:
        NotValid: an app cannot be like this. TooMany: too many came from there.
    """
    request.app[RATE_LIMITS].take(REGISTRATIONS, address_key(request[CLIENT]))
    fields = await sent_fields(request)
    uris = [uri for text in fields.texts("redirect_uris") for uri in text.split()]
    wanted = scopes.split(" ".join(fields.texts("scopes")))
    name, website = fields.text("client_name") or "", fields.text("website") or None
    public = fields.text("token_endpoint_auth_method") == "none"

    def unit(tx: Tx) -> tuple[App, str | None, str]:
        app, secret = apps.register(
            tx, name=name, redirect_uris=uris, scopes=wanted, website=website, public=public
        )
        return app, secret, push_keys.public(tx)

    app, secret, push_key = await request.app[NODE].db.write(unit)
    return told(
        {
            **entity(app, push_key),
            "client_id": app.client_id,
            "client_secret": secret,
            "client_secret_expires_at": 0,
        }
    )


async def verify(request: web.Request) -> web.Response:
    """`GET /api/v1/apps/verify_credentials`: the app whose token this is.

    Raises:
        NotAuthenticated: there is no token, or it is no good.
    """
    bearer = bearer_of(request)
    return told(await request.app[NODE].db.read(lambda tx: _known(tx, bearer)))


def entity(app: App, push_key: str) -> dict[str, Any]:
    """Mastodon's Application. *push_key* is the key of our push messages."""
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website,
        "scopes": list(app.scopes),
        "redirect_uri": "\n".join(app.redirect_uris),
        "redirect_uris": list(app.redirect_uris),
        "vapid_key": push_key,
    }


def _known(tx: Tx, bearer: str | None) -> dict[str, Any]:
    own = tokens.find_apps_own(tx, bearer) if bearer is not None else None
    if own is not None:
        app = apps.by_id(tx, own.app_id)
    else:
        found = caller(tx, bearer, Need())
        assert found is not None
        token = found.token
        if token.client_id is None:
            return _made_by_hand(token.id, token.app_name, sorted(token.scopes), push_keys.public(tx))
        app = apps.by_client_id(tx, token.client_id)
    if app is None:
        raise NotAuthenticated("The access token is invalid or was revoked.")
    return entity(app, push_keys.public(tx))


def _made_by_hand(token_id: int, name: str, granted: list[str], push_key: str) -> dict[str, Any]:
    """A token of the command line: its name is all that is known of the app."""
    return {
        "id": str(token_id),
        "name": name,
        "website": None,
        "scopes": granted,
        "redirect_uri": OUT_OF_BAND,
        "redirect_uris": [OUT_OF_BAND],
        "vapid_key": push_key,
    }
