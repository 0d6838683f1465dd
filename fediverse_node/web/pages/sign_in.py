"""Signing in and out. Whether a name exists here, nobody learns from it: same words, same work."""

from __future__ import annotations

import logging
from typing import Any, Final

from aiohttp import web

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import sessions
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import ADDRESSES, CLIENT, NODE, PROVING, RATE_LIMITS, REQUEST_ID
from fediverse_node.web.pages.browsers import browser_name
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.sign_in_strings import words
from fediverse_node.web.rate_limits import Rate, address_key
from fediverse_node.web.sessions import (
    AFTER_SIGN_IN,
    check_form,
    cookie_of,
    current,
    forget,
    keep,
    local_path,
    require_own_form,
    see_other,
)

log = logging.getLogger(__name__)

#: Passwords tried for one name, right or wrong, known here or not.
BY_NAME: Final = Rate(name="sign_in_name", count=5, seconds=900)
#: Passwords tried from one address.
BY_ADDRESS: Final = Rate(name="sign_in_address", count=20, seconds=900)
#: Passwords are what was typed, blanks and all.
AS_TYPED: Final = frozenset({"password", "new_password", "repeated"})
MAX_FORM: Final = 16_384
_MAX_NAME: Final = 300


async def show(request: web.Request) -> web.Response:
    """`GET /login?next=`: the form; whoever is signed in already goes on, unless it says `again`."""
    wanted = local_path(request.query.get("next", "")) or AFTER_SIGN_IN
    if "again" not in request.query and await current(request) is not None:
        return see_other(wanted)
    return _form(request, wanted=wanted)


async def sign_in(request: web.Request) -> web.Response:
    """`POST /login` (`name`, `password`, `next`): a new session, and the session of before ends."""
    # A form of another site could sign somebody in to an account that is not theirs (login CSRF).
    require_own_form(request)
    sent = await read_form(request, MAX_FORM, exact=AS_TYPED)
    name = _plain_name(sent.get("name", ""), request)
    wanted = local_path(sent.get("next", "")) or AFTER_SIGN_IN
    if request[CLIENT]:
        request.app[RATE_LIMITS].take(BY_ADDRESS, address_key(request[CLIENT]))
    request.app[RATE_LIMITS].take(BY_NAME, name.lower())
    db, strings = request.app[NODE].db, words(language(request).language)
    found = await db.read(lambda tx: _stored(tx, name))
    account_id, stored = found or (0, None)
    if not await request.app[PROVING].matches(sent.get("password", ""), stored):
        log.info("session.refused", extra={"request_id": request[REQUEST_ID]})
        return _form(request, wanted=wanted, name=name, problem=strings.wrong)
    browser, before = browser_name(request.headers.get("User-Agent")), cookie_of(request)
    secret = await db.write(lambda tx: _begin(tx, account_id, stored, browser=browser, before=before))
    if secret is None:
        return _form(request, wanted=wanted, name=name, problem=strings.disabled)
    log.info("session.begun", extra={"account": account_id})
    response = see_other(wanted)
    keep(request, response, secret)
    return response


async def sign_out(request: web.Request) -> web.Response:
    """`POST /logout`: the session ends here, not only in the browser (OAU-15)."""
    sent, person = await read_form(request, MAX_FORM), await current(request)
    if person is not None:
        check_form(request, sent, person)
        session_id, account_id = person.session_id, person.account.id
        await request.app[NODE].db.write(lambda tx: sessions.end(tx, session_id, account_id=account_id))
    response = see_other("/")
    forget(request, response)
    return response


def _plain_name(text: str, request: web.Request) -> str:
    """The user name alone, also where somebody wrote their whole handle."""
    return text[:_MAX_NAME].removeprefix("@").removesuffix(f"@{request.app[ADDRESSES].domain}")


def _stored(tx: Tx, name: str) -> tuple[int, str | None] | None:
    found = accounts.by_username(tx, name)
    return None if found is None else (found[0].id, accounts.password_hash_of(tx, found[0].id))


def _begin(tx: Tx, account_id: int, proven: str | None, *, browser: str, before: str | None) -> str | None:
    """A session for the account whose password was just *proven*; None when it may not have one."""
    owner = accounts.with_actor(tx, account_id)
    if owner is None or owner[0].disabled_at is not None or not owner[1].active:
        return None
    if accounts.password_hash_of(tx, account_id) != proven:
        return None
    old = sessions.find(tx, before) if before is not None else None
    if old is not None:
        sessions.end(tx, old[0].id, account_id=old[0].account_id)
    return sessions.begin(tx, account_id, browser=browser)


def _form(request: web.Request, *, wanted: str, name: str = "", problem: str | None = None) -> web.Response:
    says = words(language(request).language)
    values: dict[str, Any] = {"s": says, "wanted": wanted, "name": name, "problem": problem}
    status = 422 if problem else 200
    return private_page(request, "login.html", Head(title=says.title), None, status=status, **values)
