"""`POST /oauth/token`: a code, a refresh token, or an app's own proof, for tokens. And handing them back.

Parameters are also read from the query, against RFC 6749: some Mastodon apps send them there. No log of ours
holds a query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from fediverse_node.oauth import grants, scopes, tokens
from fediverse_node.oauth.grants import ScopeTooWide
from fediverse_node.oauth.model import App, Issued
from fediverse_node.storage.tx import Tx
from fediverse_node.web.forms import Fields, sent_fields
from fediverse_node.web.keys import CLIENT, NODE, RATE_LIMITS
from fediverse_node.web.oauth.answers import Refused, told
from fediverse_node.web.oauth.clients import credentials, require_app
from fediverse_node.web.rate_limits import Rate, address_key

TOKENS: Final = Rate(name="oauth_tokens", count=30, seconds=300)

_SPENT: Final = "This code is unknown, was used or is too old, or was not asked for in this way. Begin again."
_OVER: Final = "This refresh token is unknown, or what it stood for has ended. Ask the person again."

Grant = Callable[[Tx, App, Fields], Issued | None]


async def token(request: web.Request) -> web.Response:
    """New tokens.

    Raises:
        Refused: saying in the words of RFC 6749 why not. TooMany: too often.
    """
    request.app[RATE_LIMITS].take(TOKENS, address_key(request[CLIENT]))
    fields = await sent_fields(request)
    client_id, secret = credentials(request, fields)
    kind = fields.text("grant_type") or ""
    if kind not in _GRANTS:
        raise Refused("unsupported_grant_type", f"grant_type must be one of: {', '.join(_GRANTS)}.")

    def unit(tx: Tx) -> Issued | None:
        app = require_app(tx, client_id, secret)
        try:
            return _GRANTS[kind](tx, app, fields)
        except ScopeTooWide as error:
            raise Refused("invalid_scope", "This is more than was granted.") from error

    # What was used twice ends everything that came of it, and that has to be committed: so it is answered
    # with None, and refused here.
    issued = await request.app[NODE].db.write(unit)
    if issued is None:
        raise Refused("invalid_grant", _OVER if kind == "refresh_token" else _SPENT)
    body = {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "scope": " ".join(issued.scopes),
        "created_at": int(issued.created_at.timestamp()),
    }
    return told(body | ({"refresh_token": issued.refresh_token} if issued.refresh_token else {}))


async def revoke(request: web.Request) -> web.Response:
    """`POST /oauth/revoke` (RFC 7009): this token, and all that came of the same yes, is worth nothing now.

    Raises:
        Refused: it is another app's. TooMany: too often.
    """
    request.app[RATE_LIMITS].take(TOKENS, address_key(request[CLIENT]))
    fields = await sent_fields(request)
    client_id, secret = credentials(request, fields)
    handed_back = _required(fields, "token")
    await request.app[NODE].db.write(lambda tx: _revoke(tx, require_app(tx, client_id, secret), handed_back))
    return told({})


def _revoke(tx: Tx, app: App, handed_back: str) -> None:
    stranger = Refused("unauthorized_client", "This token was not given to this app.", status=403)
    persons, own = tokens.find(tx, handed_back), tokens.find_apps_own(tx, handed_back)
    family = grants.grant_of_refresh_token(tx, handed_back)
    if persons is not None:
        if persons.client_id != app.client_id or persons.grant_id is None:
            raise stranger
        grants.end(tx, persons.grant_id)
    elif own is not None:
        if own.app_id != app.id:
            raise stranger
        tokens.revoke_apps_own(tx, own.id)
    elif family is not None:
        if family.app_id != app.id:
            raise stranger
        grants.end(tx, family.id)


def _by_code(tx: Tx, app: App, fields: Fields) -> Issued | None:
    return grants.exchange(
        tx,
        app,
        _required(fields, "code"),
        redirect_uri=_required(fields, "redirect_uri"),
        verifier=fields.text("code_verifier"),
        scopes=_wanted(app, fields),
    )


def _by_refresh_token(tx: Tx, app: App, fields: Fields) -> Issued | None:
    return grants.refresh(tx, app, _required(fields, "refresh_token"), scopes=_wanted(app, fields))


def _by_app(tx: Tx, app: App, fields: Fields) -> Issued:
    if app.public:
        raise Refused("unauthorized_client", "An app without a secret cannot speak for itself.")
    wanted = _wanted(app, fields) or scopes.DEFAULT
    if not scopes.all_covered(app.scopes, wanted):
        raise ScopeTooWide
    return tokens.issue_to_app(tx, app, wanted)


_GRANTS: Final[Mapping[str, Grant]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh_token,
    "client_credentials": _by_app,
}


def _wanted(app: App, fields: Fields) -> tuple[str, ...]:
    """The scopes that are asked for. Those that apps describing themselves invent are not read (FEP-d8c2)."""
    wanted = scopes.split(fields.text("scope") or "")
    if app.described:
        return tuple(scope for scope in wanted if scope in scopes.DESCRIBED)
    if any(scope not in scopes.KNOWN for scope in wanted):
        raise Refused("invalid_scope", "There is no such scope here.")
    return wanted


def _required(fields: Fields, name: str) -> str:
    value = fields.text(name)
    if not value:
        raise Refused("invalid_request", f"{name} is missing.")
    return value
