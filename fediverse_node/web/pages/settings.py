"""What somebody who signed in decides about their account: where they are signed in, and their password."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.accounts import browsers, passwords, sessions
from fediverse_node.accounts import queries as accounts
from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.ids import parse_id
from fediverse_node.oauth import tokens
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import NODE, PROVING
from fediverse_node.web.pages import (
    ai_strings,
    consent_strings,
    joining_strings,
    own_data_strings,
    profile_strings,
    searching_strings,
    security_strings,
)
from fediverse_node.web.pages.invitations import may_invite
from fediverse_node.web.pages.password_again import prove_again
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.sign_in import AS_TYPED, MAX_FORM
from fediverse_node.web.pages.sign_in_strings import SignInStrings, words
from fediverse_node.web.pages.signing_in import Begun, begin, visitor, welcome
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import Moment, moment, web_address
from fediverse_node.web.sessions import (
    SignedIn,
    check_form,
    cookie_of,
    current,
    see_other,
    signed_in,
    to_sign_in,
)

log = logging.getLogger(__name__)

PATH: Final = "/settings"
#: In place of a session's id: all but this one.
OTHERS: Final = "others"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """One line of the list. `this` is the one that looks at it."""

    id: int
    browser: str
    since: Moment
    last_used: Moment
    this: bool


async def show(request: web.Request) -> web.Response:
    """`GET /settings`."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    done = words(language(request).language).done.get(request.query.get("done", ""))
    return await _page(request, person, done=done)


async def end_sessions(request: web.Request) -> web.Response:
    """`POST /settings/sessions` (`session`): end one, by its id, or all `others`."""
    sent, person = await read_form(request, MAX_FORM), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    account_id, wanted, db = person.account.id, sent.get("session", ""), request.app[NODE].db
    if wanted == OTHERS:
        await db.write(lambda tx: sessions.end_others(tx, account_id, kept=person.session_id))
        return see_other(f"{PATH}?done=others")
    session_id = parse_id(wanted)
    if session_id is None:
        raise NotFound("There is no such session.")
    # One that has ended by itself in the meantime is what was wanted, too.
    await db.write(lambda tx: sessions.end(tx, session_id, account_id=account_id))
    return see_other(f"{PATH}?done=session")


async def change_password(request: web.Request) -> web.Response:
    """`POST /settings/password` (`password`, `new_password`, `repeated`).

    Every session and every app's token ends, and this browser gets a new session: whatever was stolen is
    worth nothing any more (OAU-14).
    """
    sent, person = await read_form(request, MAX_FORM, exact=AS_TYPED), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    account_id, db, proving = person.account.id, request.app[NODE].db, request.app[PROVING]
    says, new = words(language(request).language), sent.get("new_password", "")
    problem = _problem(new, sent.get("repeated", ""), says)
    stored = await prove_again(request, person, sent.get("password", "")) if problem is None else None
    if stored is None:
        return await _page(request, person, problem=problem or says.wrong_old)
    hashed = await proving.hash(new)
    who, cookie = visitor(request), cookie_of(request)

    def store(tx: Tx) -> Begun | None:
        if signed_in(tx, cookie) is None or accounts.password_hash_of(tx, account_id) != stored:
            return None
        accounts.set_password(tx, account_id, hashed)
        tokens.sign_out_everywhere(tx, account_id)
        browsers.forget(tx, account_id)
        return begin(tx, account_id, who)

    begun = await db.write(store)
    if begun is None:
        return to_sign_in(request)
    log.info("password.changed", extra={"account": account_id})
    return welcome(request, begun, f"{PATH}?done=password")


def _problem(new: str, repeated: str, says: SignInStrings) -> str | None:
    if new != repeated:
        return says.not_the_same
    return None if passwords.MIN_LENGTH <= len(new) <= passwords.MAX_LENGTH else says.bad_length


async def _page(
    request: web.Request, person: SignedIn, *, done: str | None = None, problem: str | None = None
) -> web.Response:
    strings = language(request)
    says = words(strings.language)
    account_id, this = person.account.id, person.session_id
    found = await request.app[NODE].db.read(lambda tx: _sessions(tx, account_id, this, strings))
    return private_page(
        request,
        "settings.html",
        Head(title=says.settings),
        person,
        status=422 if problem else 200,
        s=says,
        done=done,
        problem=problem,
        page=web_address(person.actor.url, person.actor.uri),
        username=person.actor.username,
        ai_settings=ai_strings.words(strings.language).settings,
        my_consent=consent_strings.words(strings.language).title,
        search=searching_strings.words(strings.language).search,
        security=security_strings.words(strings.language).title,
        own_data=own_data_strings.words(strings.language).title,
        invitations=may_invite(request, person) and joining_strings.words(strings.language).invitations,
        own_profile=profile_strings.words(strings.language).title,
        sessions=found,
    )


def _sessions(tx: Tx, account_id: int, this: int, strings: Strings) -> list[SessionView]:
    return [
        SessionView(
            id=session.id,
            browser=session.browser,
            since=moment(session.created_at, strings),
            last_used=moment(session.last_used_at, strings),
            this=session.id == this,
        )
        for session in sessions.of_account(tx, account_id)
    ]
