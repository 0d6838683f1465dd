"""`/reset`: a new password for somebody who does not know the old one.

Whether there is such an account nobody learns here: same words, same work, and a worker writes the letter.
"""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from fediverse_node.accounts import passwords
from fediverse_node.accounts import queries as accounts
from fediverse_node.joining import links, queries, resetting
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.joining import take_mail
from fediverse_node.web.keys import NODE, PROVING
from fediverse_node.web.pages.joining import AS_TYPED, MAX_FORM
from fediverse_node.web.pages.joining_strings import words
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.sessions import require_own_form

RESET: Final = "/reset"
_MAX_SECRET: Final = 128


async def show(request: web.Request) -> web.Response:
    """`GET /reset`: asks for a name or an address; with a `token` for the new password."""
    secret = request.query.get("token", "")[:_MAX_SECRET]
    if not secret:
        return _asking(request)
    whose = await _whose(request, secret)
    return _choosing(request, secret, whose) if whose is not None else _no_link(request)


async def ask(request: web.Request) -> web.Response:
    """`POST /reset` (`asked`): a letter, where it can go to somebody."""
    require_own_form(request)
    sent = await read_form(request, MAX_FORM)
    asked = sent.get("asked", "")[: resetting.MAX_ASKED]
    node = request.app[NODE]
    if not asked or not node.config.mail.host:
        return _asking(request)
    take_mail(request, asked)
    await node.db.write(lambda tx: queries.wish_for_reset(tx, asked))
    return _asking(request, done=True)


async def choose(request: web.Request) -> web.Response:
    """`POST /reset/password` (`token`, `new_password`, `repeated`): it is theirs from now on."""
    require_own_form(request)
    sent = await read_form(request, MAX_FORM, exact=AS_TYPED)
    secret, new = sent.get("token", "")[:_MAX_SECRET], sent.get("new_password", "")
    says, db = words(language(request).language), request.app[NODE].db
    whose = await _whose(request, secret)
    if whose is None:
        return _no_link(request)
    if new != sent.get("repeated", ""):
        return _choosing(request, secret, whose, problem=says.not_the_same)
    if not passwords.MIN_LENGTH <= len(new) <= passwords.MAX_LENGTH:
        return _choosing(request, secret, whose, problem=says.faults["password.ERR_TOO_SHORT"])
    hashed = await request.app[PROVING].hash(new)
    actor = await db.write(lambda tx: resetting.reset(tx, secret, hashed))
    if actor is None:
        return _no_link(request)
    return private_page(
        request,
        "joined.html",
        Head(title=says.new_title),
        None,
        s=says,
        title=says.new_title,
        text=says.changed,
        sign_in=True,
    )


def _asking(request: web.Request, *, done: bool = False) -> web.Response:
    says = words(language(request).language)
    mails = bool(request.app[NODE].config.mail.host)
    return _page(request, says.reset_title, token=None, mails=mails, done=done, problem=None)


async def _whose(request: web.Request, secret: str) -> str | None:
    """The name of the account that a link is for; None when it is for none."""

    def unit(tx: Tx) -> str | None:
        account_id = links.find(tx, secret, "reset")
        found = accounts.with_actor(tx, account_id) if account_id is not None else None
        return None if found is None else found[1].username

    return await request.app[NODE].db.read(unit)


def _choosing(
    request: web.Request, secret: str, username: str, *, problem: str | None = None
) -> web.Response:
    says = words(language(request).language)
    status = 422 if problem else 200
    return _page(
        request,
        says.new_title,
        status=status,
        token=secret,
        username=username,
        mails=True,
        done=False,
        problem=problem,
    )


def _no_link(request: web.Request) -> web.Response:
    says = words(language(request).language)
    mails = bool(request.app[NODE].config.mail.host)
    return _page(
        request,
        says.reset_title,
        status=404,
        token=None,
        mails=mails,
        done=False,
        problem=says.bad_link,
    )


def _page(request: web.Request, title: str, *, status: int = 200, **values: Any) -> web.Response:
    says = words(language(request).language)
    return private_page(request, "reset.html", Head(title=title), None, status=status, s=says, **values)
