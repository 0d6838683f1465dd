"""What every way of signing in ends with: a new session, and a browser that is known from now on."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from fediverse_node.accounts import browsers, sessions
from fediverse_node.accounts import queries as accounts
from fediverse_node.storage.tx import Tx
from fediverse_node.web.keys import CLIENT, RATE_LIMITS
from fediverse_node.web.pages.browsers import browser_name
from fediverse_node.web.rate_limits import Rate, address_key
from fediverse_node.web.sessions import Cookie, cookie_of, keep, may_act, see_other

log = logging.getLogger(__name__)

#: Passwords, codes and passkeys tried from one address.
BY_ADDRESS: Final = Rate(name="sign_in_address", count=20, seconds=900)
#: Keeps the browser known to the accounts somebody signed in to in it.
KNOWN: Final = Cookie(name="browser", lifetime=browsers.KEPT_FOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A browser in which somebody wants to sign in.

    Attributes:
        name: what it calls itself, in two words.
        before: the secret of a session that it has already.
        known: what it shows where somebody signed in to it before.
    """

    name: str
    before: str | None = field(repr=False)
    known: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What the browser is to keep: the secret of its session, and what it is known by."""

    account_id: int
    session: str = field(repr=False)
    known: str = field(repr=False)


def visitor(request: web.Request) -> Visitor:
    """The browser of *request*."""
    name = browser_name(request.headers.get("User-Agent"))
    return Visitor(name=name, before=cookie_of(request), known=KNOWN.of(request))


def count_address(request: web.Request) -> None:
    """Count one try of the address that *request* is from.

    Raises:
        TooMany: there were too many.
    """
    if request[CLIENT]:
        request.app[RATE_LIMITS].take(BY_ADDRESS, address_key(request[CLIENT]))


def begin(tx: Tx, account_id: int, who: Visitor) -> Begun | None:
    """A session for somebody who proved who they are; None when the account may have none.

    The session that the browser had before ends, whosever it was (OAU-16).
    """
    owner = accounts.with_actor(tx, account_id)
    if owner is None or not may_act(*owner):
        return None
    old = sessions.find(tx, who.before) if who.before is not None else None
    if old is not None:
        sessions.end(tx, old[0].id, account_id=old[0].account_id)
    secret = sessions.begin(tx, account_id, browser=who.name)
    return Begun(account_id=account_id, session=secret, known=browsers.remember(tx, account_id, who.known))


def welcome(request: web.Request, begun: Begun, wanted: str) -> web.Response:
    """On to the page that was *wanted*, with the cookies of a new session."""
    log.info("session.begun", extra={"account": begun.account_id})
    response = see_other(wanted)
    keep(request, response, begun.session)
    KNOWN.keep(request, response, begun.known)
    return response
