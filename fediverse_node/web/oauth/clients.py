"""Which app is speaking: `client_secret_basic`, `client_secret_post`, or nothing but its name."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import unquote_plus

from aiohttp import web

from fediverse_node.oauth import apps
from fediverse_node.oauth.model import App
from fediverse_node.storage.tx import Tx
from fediverse_node.web.forms import Fields
from fediverse_node.web.oauth.answers import Refused

_MAX: Final = 4096


def credentials(request: web.Request, fields: Fields) -> tuple[str, str | None]:
    """The name and the secret that came (RFC 6749, 2.3.1). The header goes before the body.

    Raises:
        Refused: there is no name, or the header cannot be read.
    """
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return _basic(value.strip())
    client_id = fields.text("client_id")
    if not client_id:
        raise Refused("invalid_request", "client_id is missing.")
    return client_id, fields.text("client_secret") or None


def require_app(tx: Tx, client_id: str, secret: str | None) -> App:
    """The app of these credentials.

    Raises:
        Refused: they are of none; which of the two is wrong is not said (OAU-09).
    """
    app = apps.proven(tx, client_id, secret)
    if app is None:
        raise Refused("invalid_client", "There is no app with this client_id and client_secret.", status=401)
    return app


def _basic(value: str) -> tuple[str, str | None]:
    try:
        decoded = base64.b64decode(value[:_MAX], validate=True).decode("utf-8")
    except ValueError as error:
        raise Refused("invalid_client", "The Authorization header cannot be read.", status=401) from error
    client_id, colon, secret = decoded.partition(":")
    if not colon or "\0" in decoded:
        raise Refused("invalid_client", "The Authorization header cannot be read.", status=401)
    return unquote_plus(client_id), unquote_plus(secret) or None
