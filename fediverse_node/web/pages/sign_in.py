"""Signing in and out. Whether a name exists here, nobody learns from it: same words, same work."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web

from fediverse_node.accounts import browsers, ceremonies, second_factor, sessions, steps
from fediverse_node.accounts import queries as accounts
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import ADDRESSES, CLIENT, NODE, PROVING, RATE_LIMITS, REQUEST_ID
from fediverse_node.web.pages import security_strings
from fediverse_node.web.pages.joining import ways_in
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.sign_in_strings import words
from fediverse_node.web.pages.signing_in import Begun, Visitor, begin, count_address, visitor, welcome
from fediverse_node.web.rate_limits import Rate, address_key
from fediverse_node.web.sessions import (
    AFTER_SIGN_IN,
    SIGN_IN,
    Cookie,
    check_form,
    current,
    forget,
    local_path,
    require_own_form,
    see_other,
)

log = logging.getLogger(__name__)

#: Passwords tried for one name from one place, right or wrong, the name known here or not. A place is a
#: browser in which somebody signed in to this account before, or an address: nobody uses up another's share.
BY_NAME: Final = Rate(name="sign_in_name", count=5, seconds=900)
#: Passwords tried for one name by all strangers together: a crowd of addresses is slowed down, too.
#: Browsers that are known are not counted, and not stopped.
BY_STRANGERS: Final = Rate(name="sign_in_strangers", count=100, seconds=3600)
#: Passwords are what was typed, blanks and all.
AS_TYPED: Final = frozenset({"password", "new_password", "repeated"})
MAX_FORM: Final = 16_384
#: Keeps half a sign-in: the password was right, a code is asked for.
STEP: Final = Cookie(name="sign-in", lifetime=steps.LIFETIME)
#: Where codes are asked for.
CODE: Final = "/login/code"
_MAX_NAME: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What is stored of a name; the account's id is 0 where there is none."""

    account_id: int = 0
    stored: str | None = field(default=None, repr=False)
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """The secret of half a sign-in."""

    secret: str = field(repr=False)


async def show(request: web.Request) -> web.Response:
    """`GET /login?next=`: the form; whoever is signed in already goes on, unless it says `again`."""
    wanted = local_path(request.query.get("next", "")) or AFTER_SIGN_IN
    if "again" not in request.query and await current(request) is not None:
        return see_other(wanted)
    return _form(request, wanted=wanted)


async def sign_in(request: web.Request) -> web.Response:
    """`POST /login` (`name`, `password`, `next`): a new session, or the question for a code.

    The session of before ends with the new one.
    """
    # A form of another site could sign somebody in to an account that is not theirs (login CSRF).
    require_own_form(request)
    sent = await read_form(request, MAX_FORM, exact=AS_TYPED)
    name = _plain_name(sent.get("name", ""), request)
    wanted = local_path(sent.get("next", "")) or AFTER_SIGN_IN
    count_address(request)
    db, strings, who = request.app[NODE].db, words(language(request).language), visitor(request)
    found = await db.read(lambda tx: _stored(tx, name, who))
    _count_name(request, name.lower(), who, known=found.known)
    if not await request.app[PROVING].matches(sent.get("password", ""), found.stored):
        log.info("session.refused", extra={"request_id": request[REQUEST_ID]})
        return _form(request, wanted=wanted, name=name, problem=strings.wrong)
    outcome = await db.write(lambda tx: _after_password(tx, found, who))
    if outcome is None:
        return _form(request, wanted=wanted, name=name, problem=strings.disabled)
    if isinstance(outcome, _Step):
        response = see_other(f"{CODE}?next={quote(wanted, safe='')}")
        STEP.keep(request, response, outcome.secret)
        return response
    return welcome(request, outcome, wanted)


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


def to_password(wanted: str) -> web.Response:
    """Back to where the password is asked for, and from there to the page that was *wanted*."""
    return see_other(f"{SIGN_IN}?next={quote(wanted, safe='')}")


def place_of(request: web.Request, who: Visitor, *, known: bool) -> str:
    """What tries are counted by: the browser, where it is known to the account; else its address."""
    if known:
        return f"browser {hashlib.sha256((who.known or '').encode()).hexdigest()}"
    return f"address {address_key(request[CLIENT])}"


def _count_name(request: web.Request, name: str, who: Visitor, *, known: bool) -> None:
    limits = request.app[RATE_LIMITS]
    limits.take(BY_NAME, f"{name} {place_of(request, who, known=known)}")
    if not known:
        limits.take(BY_STRANGERS, name)


def _plain_name(text: str, request: web.Request) -> str:
    """The user name alone, also where somebody wrote their whole handle."""
    return text[:_MAX_NAME].removeprefix("@").removesuffix(f"@{request.app[ADDRESSES].domain}")


def _stored(tx: Tx, name: str, who: Visitor) -> _Found:
    found = accounts.by_username(tx, name)
    if found is None:
        return _Found()
    account_id = found[0].id
    known = who.known is not None and browsers.knows(tx, account_id, who.known)
    return _Found(account_id=account_id, stored=accounts.password_hash_of(tx, account_id), known=known)


def _after_password(tx: Tx, found: _Found, who: Visitor) -> Begun | _Step | None:
    """What comes after the password that was just proven; None when nobody may sign in."""
    proven = found.stored
    if proven is None or accounts.password_hash_of(tx, found.account_id) != proven:
        return None
    if second_factor.is_asked(tx, found.account_id):
        return _Step(secret=steps.begin(tx, found.account_id, proven))
    return begin(tx, found.account_id, who)


def _form(request: web.Request, *, wanted: str, name: str = "", problem: str | None = None) -> web.Response:
    says = words(language(request).language)
    values: dict[str, Any] = {"s": says, "wanted": wanted, "name": name, "problem": problem}
    values["passkeys"] = ceremonies.available()
    values["joining"] = ways_in(request)
    values["p"] = security_strings.words(language(request).language)
    status = 422 if problem else 200
    return private_page(request, "login.html", Head(title=says.title), None, status=status, **values)
