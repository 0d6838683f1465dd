"""`/oauth/authorize`: somebody is asked whether they let an app in, each time, and says yes or no (OAU-19).

Codes stand in the address that tells the app of the yes, or on a page that is kept nowhere; never in a log,
and never in an address of ours.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from aiohttp import web

from fediverse_node.oauth import apps, grants, scopes
from fediverse_node.storage.tx import Tx
from fediverse_node.web.forms import Fields, query_values, sent_fields
from fediverse_node.web.keys import NODE, RATE_LIMITS
from fediverse_node.web.middleware import policy_with_form_target
from fediverse_node.web.pages import strings
from fediverse_node.web.pages.authorize_request import PARAMETERS, Asked, CannotAsk, answer, asked
from fediverse_node.web.pages.authorize_strings import AuthorizeStrings, meaning, words
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.rate_limits import Rate
from fediverse_node.web.sessions import (
    FORM_TOKEN,
    SIGN_IN,
    SignedIn,
    check_form,
    cookie_of,
    current,
    local_path,
    see_other,
    signed_in,
    to_sign_in,
)

log = logging.getLogger(__name__)

#: Answers of one person. Each yes is a row.
ANSWERS: Final = Rate(name="app_answers", count=30, seconds=300)
#: Whoever lets an app moderate has signed in within this time.
FRESH: Final = timedelta(minutes=10)
_ALLOW: Final = "allow"


async def show(request: web.Request) -> web.Response:
    """`GET /oauth/authorize`: the question. `force_login` asks for the password first."""
    fields = Fields(query_values(request))
    person = await current(request)
    if fields.flag("force_login"):
        return _to_sign_in_again(request)
    if person is None:
        return to_sign_in(request)
    request = _in_language(request, fields)
    try:
        question = await asked(request, fields, person, language=language(request).language)
    except CannotAsk as error:
        return _refused(request, person, error)
    if _is_stale(person, question, request.app[NODE].clock()):
        return _to_sign_in_again(request)
    return _question(request, person, question, fields)


async def decide(request: web.Request) -> web.Response:
    """`POST /oauth/authorize`: the answer; a yes is one `answer=allow`, anything else is a no."""
    fields = await sent_fields(request)
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, {FORM_TOKEN: fields.text(FORM_TOKEN) or ""}, person)
    request = _in_language(request, fields)
    says = words(language(request).language)
    try:
        question = await asked(request, fields, person, language=language(request).language)
    except CannotAsk as error:
        return _refused(request, person, error)
    if fields.text("answer") != _ALLOW:
        return _no(request, person, question, says)
    request.app[RATE_LIMITS].take(ANSWERS, str(person.account.id))
    cookie = cookie_of(request)
    code = await request.app[NODE].db.write(lambda tx: _allow(tx, cookie, question))
    if code is None:
        return to_sign_in(request)
    log.info("app.allowed", extra={"account": person.account.id, "host": question.app.host})
    if question.place is None:
        head = Head(title=says.code_title)
        return private_page(request, "authorize_code.html", head, person, s=says, code=code)
    return _sent_on(answer(request, question.redirect_uri, question.state, {"code": code}))


def _is_stale(person: SignedIn, question: Asked, now: datetime) -> bool:
    """Whether it is about looking after the server, and they showed who they are too long ago (ADM-01)."""
    return now - person.begun_at > FRESH and any(scope in scopes.ADMIN for scope in question.scopes)


def _allow(tx: Tx, cookie: str | None, question: Asked) -> str | None:
    """The code; None when the session ended in the meantime, or is too old for what is asked."""
    person = signed_in(tx, cookie)
    if person is None or _is_stale(person, question, tx.now):
        return None
    app = question.app.known
    if app is None:
        app = apps.keep_described(
            tx,
            client_id=question.app.client_id,
            name=question.app.name,
            redirect_uris=question.app.redirect_uris,
        )
    return grants.allow(
        tx,
        person.account.id,
        app,
        scopes=question.scopes,
        redirect_uri=question.redirect_uri,
        challenge=question.challenge,
    )


def _no(request: web.Request, person: SignedIn, question: Asked, says: AuthorizeStrings) -> web.Response:
    if question.place is not None:
        return _sent_on(answer(request, question.redirect_uri, question.state, {"error": "access_denied"}))
    head = Head(title=says.title)
    return private_page(request, "authorize_code.html", head, person, s=says, code=None)


def _sent_on(address: str) -> web.Response:
    # Neither kept nor said to whomever is called next: the address holds the code.
    headers = {"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(status=303, headers=headers)


def _question(request: web.Request, person: SignedIn, question: Asked, fields: Fields) -> web.Response:
    says = words(language(request).language)
    app, place = question.app, question.place
    response = private_page(
        request,
        "authorize.html",
        Head(title=says.title),
        person,
        s=says,
        app=app,
        goes_to=place.partition("://")[2] or None if place else None,
        scheme=place if place and "://" not in place else None,
        shown=place is None,
        meanings=[meaning(scope, says, app.host or "") for scope in question.scopes],
        hidden=[(name, value) for name in PARAMETERS if (value := fields.text(name)) is not None],
    )
    if place is not None:
        # Chromium holds the way on after a form to the form's own policy.
        response.headers["Content-Security-Policy"] = policy_with_form_target(place)
    return response


def _refused(request: web.Request, person: SignedIn, error: CannotAsk) -> web.Response:
    says = words(language(request).language)
    return private_page(
        request,
        "authorize_refused.html",
        Head(title=says.not_possible),
        person,
        status=400,
        s=says,
        problem=says.problems[error.problem],
        way_back=error.way_back,
    )


def _to_sign_in_again(request: web.Request) -> web.Response:
    """To the sign-in page, even with a session, and back to the question without this wish."""
    wanted = local_path(str(request.rel_url.without_query_params("force_login")))
    return see_other(f"{SIGN_IN}?again=1&next={quote(wanted or '', safe='')}")


def _in_language(request: web.Request, fields: Fields) -> web.Request:
    """*request* as if its browser had asked for the language in `lang`, where that is one of ours."""
    wanted = (fields.text("lang") or "").lower()
    if strings.choose(wanted).language != wanted.partition("-")[0]:
        return request
    headers = request.headers.copy()
    headers["Accept-Language"] = wanted
    return request.clone(headers=headers)
