"""Joining by an app: an account and a token for it, and the letter that confirms the address.

The token is given at once, as apps expect; while its owner is not in yet it opens next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from aiohttp import web

from fediverse_node.accounts.model import Account
from fediverse_node.joining import queries, sign_up
from fediverse_node.joining.model import Fault, Unfit, Wish
from fediverse_node.kernel.email import check_address
from fediverse_node.kernel.errors import NotAllowed, NotAuthenticated, NotValid
from fediverse_node.oauth import apps, grants, scopes
from fediverse_node.oauth.model import App, Issued
from fediverse_node.oauth.redirects import OUT_OF_BAND
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.auth import Caller, Need, app_caller, caller
from fediverse_node.web.client_api.door import admitted
from fediverse_node.web.client_api.forms import Fields, sent_fields
from fediverse_node.web.client_api.view import Answer, View
from fediverse_node.web.joining import make_account, take_mail, take_sign_up
from fediverse_node.web.keys import NODE

JOIN: Final = Need(scope="write:accounts", app=True)
#: Any token of somebody who is not in yet, also when they are.
WAITING: Final = Need(waiting=True)
_LANGUAGES: Final = ("en", "ar")


async def create_account(request: web.Request) -> web.Response:
    """Make an account: `username`, `email`, `password`, `agreement`, `locale`, `reason`, `invite_code`.

    Raises:
        NotAllowed: nobody can join, or the token is not an app's own. TooMany: too many came from there.
    """
    bearer = admitted(request)
    own = await request.app[NODE].db.read(lambda tx: app_caller(tx, bearer, JOIN))
    take_sign_up(request)
    wish = _wish(await sent_fields(request), own.app_id)
    try:
        issued = await make_account(
            request, wish, lambda tx, account: _token_for(tx, account, apps.by_id(tx, own.app_id))
        )
    except Unfit as unfit:
        return _told(_unfit(unfit.faults), status=422)
    return _told(
        {
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "scope": " ".join(issued.scopes),
            "created_at": int(issued.created_at.timestamp()),
        }
    )


async def confirm_again(request: web.Request) -> web.Response:
    """Send the letter that confirms the address once more, perhaps to another `email`.

    Raises:
        NotAllowed: the address is confirmed already, or another app made the account.
        NotValid: it is no address. TooMany: too many letters went there.
    """
    bearer = admitted(request)
    node = request.app[NODE]
    found = await node.db.read(lambda tx: _unconfirmed(tx, caller(tx, bearer, WAITING)))
    wanted = (await sent_fields(request)).text("email")
    address = check_address(wanted) if wanted else None
    known = await node.db.read(lambda tx: queries.emails_of(tx, [found.account.id]).get(found.account.id))
    to = address or (known.address if known else None)
    if to is None:
        raise NotValid("Say where the letter should go: email.")
    take_mail(request, to)
    sender = sign_up.sender_of(node.config)

    def unit(tx: Tx) -> None:
        person = _unconfirmed(tx, caller(tx, bearer, WAITING))
        if address is not None:
            queries.set_email(tx, person.account.id, address, confirmed=False)
        sign_up.send_confirmation(tx, sender, person.account, person.actor)

    await node.db.write(unit)
    return _told({})


def is_confirmed(view: View) -> Answer:
    """Whether the caller's e-mail address is confirmed, as far as that is needed to come in."""
    return Answer(body=not view.person.account.unconfirmed)


def _unconfirmed(tx: Tx, found: Caller | None) -> Caller:
    assert found is not None, "a person is needed"
    if not found.account.unconfirmed:
        raise NotAllowed("The e-mail address of this account is confirmed already.")
    made = queries.sign_ups_of(tx, [found.account.id]).get(found.account.id)
    app = apps.by_client_id(tx, found.token.client_id) if found.token.client_id else None
    if made is None or app is None or made.app_id != app.id:
        raise NotAllowed("Only the app that made this account can ask for this.")
    return found


def _wish(fields: Fields, app_id: int) -> Wish:
    locale = (fields.text("locale") or "").lower().partition("-")[0]
    return Wish(
        username=(fields.text("username") or "").strip(),
        password=fields.text("password") or "",
        email=(fields.text("email") or "").strip(),
        reason=fields.text("reason") or "",
        agreement=bool(fields.flag("agreement")),
        code=fields.text("invite_code") or None,
        language=locale if locale in _LANGUAGES else _LANGUAGES[0],
        app_id=app_id,
    )


def _token_for(tx: Tx, account: Account, app: App | None) -> Issued:
    """A token of the new account, for the app that made it: the person has said yes by signing up."""
    if app is None:
        raise NotAuthenticated("The access token is invalid or was revoked.")
    granted = scopes.of_people(app.scopes) or scopes.DEFAULT
    code = grants.allow(tx, account.id, app, scopes=granted, redirect_uri=OUT_OF_BAND, challenge=None)
    issued = grants.exchange(tx, app, code, redirect_uri=OUT_OF_BAND, verifier=None)
    assert issued is not None, "an app with a token of its own keeps a secret"
    return issued


def _unfit(faults: Mapping[str, Fault]) -> dict[str, object]:
    details = {name: [{"error": fault.code, "description": fault.text}] for name, fault in faults.items()}
    return {"error": " ".join(fault.text for fault in faults.values()), "details": details}


def _told(body: object, *, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(body),
        content_type="application/json",
        charset="utf-8",
        headers={"Cache-Control": "no-store"},
    )
