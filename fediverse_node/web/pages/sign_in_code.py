"""`/login/code`: the second half of signing in, for those who want to be asked for a code, too."""

from __future__ import annotations

import logging
from typing import Final

from aiohttp import web

from fediverse_node.accounts import browsers, second_factor, steps
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import NODE, RATE_LIMITS, REQUEST_ID
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.security_strings import words
from fediverse_node.web.pages.sign_in import CODE, MAX_FORM, STEP, place_of, to_password
from fediverse_node.web.pages.signing_in import Begun, Visitor, begin, count_address, visitor, welcome
from fediverse_node.web.rate_limits import Rate
from fediverse_node.web.sessions import AFTER_SIGN_IN, local_path, require_own_form

log = logging.getLogger(__name__)

PATH: Final = CODE
#: Codes tried for one account from one place, see `sign_in.BY_NAME`. A code is one of a million.
BY_ACCOUNT: Final = Rate(name="sign_in_code", count=10, seconds=900)
#: Codes tried for one account from all places that are not known.
BY_STRANGERS: Final = Rate(name="sign_in_code_strangers", count=30, seconds=86_400)


async def show(request: web.Request) -> web.Response:
    """`GET /login/code?next=`: the form, for a browser that gave the right password."""
    wanted = local_path(request.query.get("next", "")) or AFTER_SIGN_IN
    secret = STEP.of(request)
    if secret is None or not await request.app[NODE].db.read(lambda tx: steps.stands(tx, secret)):
        return to_password(wanted)
    return _form(request, wanted)


async def send(request: web.Request) -> web.Response:
    """`POST /login/code` (`code`, `next`): a new session."""
    require_own_form(request)
    sent = await read_form(request, MAX_FORM)
    wanted = local_path(sent.get("next", "")) or AFTER_SIGN_IN
    count_address(request)
    secret, who, code = STEP.of(request), visitor(request), sent.get("code", "")
    if secret is None:
        return to_password(wanted)
    db = request.app[NODE].db
    # Each try is written down before it is looked at.
    account_id = await db.write(lambda tx: steps.attempt(tx, secret))
    if account_id is None:
        return _over(request, wanted)
    await _count(request, account_id, who)
    begun = await db.write(lambda tx: _after_code(tx, secret, account_id, code, who))
    if begun is None:
        log.info("session.refused", extra={"request_id": request[REQUEST_ID]})
        return _form(request, wanted, problem=words(language(request).language).wrong_code)
    response = welcome(request, begun, wanted)
    STEP.forget(request, response)
    return response


async def _count(request: web.Request, account_id: int, who: Visitor) -> None:
    browser, limits = who.known, request.app[RATE_LIMITS]
    known = browser is not None and await request.app[NODE].db.read(
        lambda tx: browsers.knows(tx, account_id, browser)
    )
    limits.take(BY_ACCOUNT, f"{account_id} {place_of(request, who, known=known)}")
    if not known:
        limits.take(BY_STRANGERS, str(account_id))


def _after_code(tx: Tx, secret: str, account_id: int, code: str, who: Visitor) -> Begun | None:
    if not second_factor.prove(tx, account_id, code) or not steps.end(tx, secret):
        return None
    return begin(tx, account_id, who)


def _over(request: web.Request, wanted: str) -> web.Response:
    """It took too long, or there were too many wrong codes: the password is asked for again."""
    response = to_password(wanted)
    STEP.forget(request, response)
    return response


def _form(request: web.Request, wanted: str, *, problem: str | None = None) -> web.Response:
    says = words(language(request).language)
    return private_page(
        request,
        "login_code.html",
        Head(title=says.code_title),
        None,
        status=422 if problem else 200,
        s=says,
        wanted=wanted,
        problem=problem,
    )
