"""`/settings/security`: a second factor, and passkeys. What changes them asks for the password again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.accounts import ceremonies, passkeys, second_factor
from fediverse_node.accounts.passkeys import Passkey
from fediverse_node.accounts.second_factor import Factor
from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.ids import parse_id
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import NODE, RATE_LIMITS
from fediverse_node.web.pages.password_again import prove_again
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.qr import qr_code
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.security_strings import words
from fediverse_node.web.pages.sign_in import AS_TYPED, MAX_FORM
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import Moment, moment
from fediverse_node.web.rate_limits import Rate
from fediverse_node.web.sessions import SignedIn, check_form, current, see_other, to_sign_in

log = logging.getLogger(__name__)

PATH: Final = "/settings/security"
FACTOR: Final = f"{PATH}/second-factor"
REMOVAL: Final = f"{PATH}/passkeys/remove"
#: First codes of a new generator that one person may try.
FIRST_CODES: Final = Rate(name="second_factor_first", count=10, seconds=900)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyView:
    """One line of the list."""

    id: int
    name: str
    since: Moment
    last_used: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What the page says beside what there is.

    Attributes:
        secret: of a generator that waits for its first code.
        codes: to fall back on, shown once.
    """

    done: str | None = None
    problem: str | None = None
    secret: str | None = None
    codes: Sequence[str] = ()


async def show(request: web.Request) -> web.Response:
    """`GET /settings/security`."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    done = words(language(request).language).done.get(request.query.get("done", ""))
    return await _page(request, person, _Said(done=done))


async def change_factor(request: web.Request) -> web.Response:
    """`POST /settings/security/second-factor`.

    `do` is `begin`, `codes` or `off` with a `password`, or `confirm` with the first `code`.
    """
    sent, person = await read_form(request, MAX_FORM, exact=AS_TYPED), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    wanted = sent.get("do", "")
    if wanted == "confirm":
        return await _confirm(request, person, sent.get("code", ""))
    if await prove_again(request, person, sent.get("password", "")) is None:
        says = words(language(request).language)
        return await _page(request, person, _Said(problem=says.wrong_password))
    account_id, db = person.account.id, request.app[NODE].db
    if wanted == "begin":
        secret = await db.write(lambda tx: second_factor.begin(tx, account_id))
        return await _page(request, person, _Said(secret=secret))
    if wanted == "codes":
        codes = await db.write(lambda tx: _new_codes(tx, account_id))
        return await _page(request, person, _Said(codes=codes))
    if wanted == "off":
        await db.write(lambda tx: second_factor.remove(tx, account_id))
        log.info("second_factor.removed", extra={"account": account_id})
        return see_other(f"{PATH}?done=off")
    raise NotFound("There is nothing of this kind to do.")


async def remove_passkey(request: web.Request) -> web.Response:
    """`POST /settings/security/passkeys/remove` (`id`, `password`)."""
    sent, person = await read_form(request, MAX_FORM, exact=AS_TYPED), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    account_id, wanted = person.account.id, parse_id(sent.get("id", ""))
    if await prove_again(request, person, sent.get("password", "")) is None:
        says = words(language(request).language)
        return await _page(request, person, _Said(problem=says.wrong_password))
    if wanted is None or not await request.app[NODE].db.write(
        lambda tx: passkeys.remove(tx, account_id, wanted)
    ):
        raise NotFound("There is no such passkey.")
    log.info("passkey.removed", extra={"account": account_id})
    return see_other(f"{PATH}?done=removed")


async def _confirm(request: web.Request, person: SignedIn, code: str) -> web.Response:
    account_id, db = person.account.id, request.app[NODE].db
    request.app[RATE_LIMITS].take(FIRST_CODES, str(account_id))
    codes = await db.write(lambda tx: second_factor.confirm(tx, account_id, code))
    says = words(language(request).language)
    if codes is None:
        secret = await db.read(lambda tx: second_factor.begun(tx, account_id))
        return await _page(request, person, _Said(problem=says.wrong_code, secret=secret))
    log.info("second_factor.confirmed", extra={"account": account_id})
    return await _page(request, person, _Said(done=says.done["on"], codes=codes))


def _new_codes(tx: Tx, account_id: int) -> list[str]:
    return (
        second_factor.renew_recovery_codes(tx, account_id) if second_factor.is_asked(tx, account_id) else []
    )


async def _page(request: web.Request, person: SignedIn, said: _Said) -> web.Response:
    strings = language(request)
    says, account_id = words(strings.language), person.account.id

    def state(tx: Tx) -> tuple[Factor | None, list[Passkey]]:
        return second_factor.of_account(tx, account_id), passkeys.of_account(tx, account_id)

    factor, keys = await request.app[NODE].db.read(state)
    secret, server = said.secret, request.app[NODE].config.instance.name
    qr = None
    if secret is not None:
        qr = qr_code(second_factor.address(secret, handle=person.actor.handle, server=server))
    return private_page(
        request,
        "security.html",
        Head(title=says.title),
        person,
        status=422 if said.problem else 200,
        s=says,
        said=said,
        qr=qr,
        factor=factor,
        available=ceremonies.available(),
        passkeys=[_view(each, strings) for each in keys],
        username=person.actor.username,
    )


def _view(each: Passkey, strings: Strings) -> PasskeyView:
    return PasskeyView(
        id=each.id,
        name=each.name,
        since=moment(each.created_at, strings),
        last_used=moment(each.last_used_at, strings) if each.last_used_at else None,
    )
