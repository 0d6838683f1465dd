"""Who is looking: from a session cookie to a person, for pages of people who signed in.

The session is looked up each time, by the index over its hash: one that ended is refused at the next
request, in every process. Pages that show anything of a person are never kept (`no-store`); public pages
look the same to everybody and never ask.

A page begins with `person = await current(request)`, and sends whoever is nobody `to_sign_in(request)`.
A form calls `signed_in` again inside its own transaction, after `check_form`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from aiohttp import web

from fediverse_node.accounts import sessions
from fediverse_node.accounts.model import Account
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.storage.tx import Tx
from fediverse_node.web.keys import ADDRESSES, NODE

#: Before the names of cookies on an https origin. Browsers take a cookie with this prefix only from the host
#: itself, over TLS, for all of its paths: a neighbour below the same domain cannot plant one (OAU-16).
#: In labs, on http, browsers refuse it.
_PREFIX: Final = "__Host-"
#: The field of every form that acts for somebody.
FORM_TOKEN: Final = "form_token"  # noqa: S105 the name of a field
#: Where somebody who is asked to sign in goes, and where whoever came from nowhere goes afterwards.
SIGN_IN: Final = "/login"
AFTER_SIGN_IN: Final = "/settings"

_MAX_COOKIE: Final = 128
_MAX_PATH: Final = 4096
#: A path of this server, percent-encoded. A browser takes `//host`, `/\host` and what hides a tab between
#: the slashes for another server (WEB-22), so nothing of that kind is one.
_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person in a browser of theirs.

    Attributes:
        form_token: what their forms carry (`check_form`). It says nothing about the session's secret.
        last_used_at: of the session, to the hour. begun_at: when they showed who they are.
    """

    session_id: int
    account: Account
    actor: Actor
    form_token: str = field(repr=False)
    last_used_at: datetime
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A secret that a browser keeps for this host alone, out of reach of scripts."""

    name: str
    lifetime: timedelta

    def of(self, request: web.Request) -> str | None:
        """The secret that came with *request*; None when there is none."""
        secret = request.cookies.get(self._called(request), "")
        return secret if 0 < len(secret) <= _MAX_COOKIE else None

    def keep(self, request: web.Request, response: web.Response, secret: str) -> None:
        """Give it to the browser."""
        name = self._called(request)
        response.set_cookie(
            name,
            secret,
            max_age=int(self.lifetime.total_seconds()),
            path="/",
            secure=name.startswith(_PREFIX),
            httponly=True,
            samesite="Lax",
        )

    def forget(self, request: web.Request, response: web.Response) -> None:
        """Have the browser forget it."""
        name = self._called(request)
        secure = name.startswith(_PREFIX)
        response.del_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")

    def _called(self, request: web.Request) -> str:
        return f"{_PREFIX}{self.name}" if request.app[ADDRESSES].origin.startswith("https:") else self.name


_SESSION: Final = Cookie(name="session", lifetime=sessions.ABSOLUTE)


def cookie_of(request: web.Request) -> str | None:
    """The secret of the session that *request* says it belongs to; None when it says none."""
    return _SESSION.of(request)


def signed_in(tx: Tx, cookie: str | None) -> SignedIn | None:
    """Whose session the *cookie* (from `cookie_of`) is of.

    None for one that never was, ended or has run out, and for somebody who may not act.
    """
    found = sessions.find(tx, cookie) if cookie is not None else None
    if cookie is None or found is None:
        return None
    session, account, actor = found
    if not may_act(account, actor):
        return None
    return SignedIn(
        session_id=session.id,
        account=account,
        actor=actor,
        form_token=_form_token(cookie),
        last_used_at=session.last_used_at,
        begun_at=session.created_at,
    )


def may_act(account: Account, actor: Actor) -> bool:
    """Whether somebody may do anything here: not disabled, suspended or deleted, and let in."""
    return account.disabled_at is None and not account.waits and actor.active


async def current(request: web.Request) -> SignedIn | None:
    """Who is signed in, in a transaction of its own; notes, once an hour, that they were here."""
    db, cookie = request.app[NODE].db, cookie_of(request)
    if cookie is None:
        return None
    found = await db.read(lambda tx: signed_in(tx, cookie))
    if found is not None and request.app[NODE].clock() - found.last_used_at >= sessions.TOUCH_EVERY:
        session_id = found.session_id
        await db.write(lambda tx: sessions.touch(tx, session_id))
    return found


def to_sign_in(request: web.Request) -> web.Response:
    """The way to the sign-in page, and from there back to the page that *request* asked for.

    After a form there is no way back: what it would have done cannot be repeated by looking.
    """
    wanted = local_path(request.raw_path) if request.method in {"GET", "HEAD"} else None
    return see_other(f"{SIGN_IN}?next={quote(wanted, safe='')}" if wanted else SIGN_IN)


def see_other(path: str) -> web.Response:
    """Send a browser to a page of ours, by GET. The answer is kept nowhere."""
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def local_path(text: str) -> str | None:
    """*text*, when it is the path (and query) of a page of this server; None for anything else."""
    if len(text) > _MAX_PATH or not _LOCAL.fullmatch(text) or "//" in text.partition("?")[0]:
        return None
    return text


def check_form(request: web.Request, sent: Mapping[str, str], person: SignedIn) -> None:
    """Refuse what was not sent by a form that *person* was given in this session (WEB-23).

    Raises:
        NotAllowed: its token is missing or of another session, or another site sent it.
    """
    token = sent.get(FORM_TOKEN, "").encode()
    if _is_of_another_site(request) or not hmac.compare_digest(token, person.form_token.encode()):
        raise NotAllowed("This form is not from this page, or out of date. Reload the page and try again.")


def require_own_form(request: web.Request) -> None:
    """Refuse what another site sent, where nobody has a session yet.

    Browsers say where a form stood in at least one of two headers.

    Raises:
        NotAllowed: it stood elsewhere, or nothing says where.
    """
    silent = "Sec-Fetch-Site" not in request.headers and "Origin" not in request.headers
    if silent or _is_of_another_site(request):
        raise NotAllowed("This form was not sent from its own page.")


def keep(request: web.Request, response: web.Response, secret: str) -> None:
    """Give the browser a new session's secret."""
    _SESSION.keep(request, response, secret)


def forget(request: web.Request, response: web.Response) -> None:
    """Have the browser forget its session's secret."""
    _SESSION.forget(request, response)


def _is_of_another_site(request: web.Request) -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    return (site is not None and site != "same-origin") or (
        origin is not None and origin != request.app[ADDRESSES].origin
    )


def _form_token(secret: str) -> str:
    return hmac.digest(secret.encode("utf-8", "surrogateescape"), b"form", "sha256").hex()
