"""What the script of the pages asks for: adding a passkey, and signing in with one.

JSON in both directions, with the refusals in words for people. A passkey is taken without a code: the
device has asked for its owner.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from fediverse_node.accounts import ceremonies, passkeys
from fediverse_node.accounts.ceremonies import Place
from fediverse_node.accounts.passkeys import Passkey
from fediverse_node.kernel.errors import NodeError, NotAuthenticated, NotFound, NotValid
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_body
from fediverse_node.web.keys import ADDRESSES, NODE, REQUEST_ID
from fediverse_node.web.pages.password_again import prove_again
from fediverse_node.web.pages.rendering import language
from fediverse_node.web.pages.security import PATH as SECURITY
from fediverse_node.web.pages.security_strings import words
from fediverse_node.web.pages.signing_in import Begun, Visitor, begin, count_address, visitor, welcome
from fediverse_node.web.problems import status_of
from fediverse_node.web.sessions import (
    AFTER_SIGN_IN,
    FORM_TOKEN,
    SignedIn,
    check_form,
    cookie_of,
    current,
    local_path,
    require_own_form,
    signed_in,
)

log = logging.getLogger(__name__)

#: Where a passkey is added, and where one signs in. Below each, `/options` gives what is to be signed.
ADD: Final = f"{SECURITY}/passkeys"
SIGN_IN: Final = "/login/passkey"
_MAX_BODY: Final = 65_536

Handler = Callable[[web.Request], Awaitable[web.Response]]
JsonDict = dict[str, Any]


def for_script(handler: Handler) -> Handler:
    """*handler*, its refusals as the script shows them; there, where the extra is installed."""

    async def handle(request: web.Request) -> web.Response:
        try:
            if not ceremonies.available():
                raise NotFound("This server does not take passkeys.")
            return await handler(request)
        except NodeError as error:
            log.info("passkey.refused", extra={"request_id": request[REQUEST_ID], "detail": error.detail})
            return _told({"error": str(error)}, status=status_of(error, api=True))

    return handle


async def creation_options(request: web.Request) -> web.Response:
    """`POST /settings/security/passkeys/options` (`form_token`, `password`): what a new passkey signs."""
    sent, person = await _sent(request), await _person(request)
    check_form(request, _texts(sent), person)
    if await prove_again(request, person, _texts(sent).get("password", "")) is None:
        raise NotValid(words(language(request).language).wrong_password)
    account_id, place = person.account.id, _place(request)

    def unit(tx: Tx) -> tuple[str, list[Passkey]]:
        return passkeys.challenge(tx, account_id), passkeys.of_account(tx, account_id)

    challenge, known = await request.app[NODE].db.write(unit)
    username = person.actor.username
    return _told(ceremonies.creation(place, challenge, account_id=account_id, username=username, known=known))


async def create(request: web.Request) -> web.Response:
    """`POST /settings/security/passkeys` (`form_token`, `name`, `credential`): a new passkey."""
    sent, person = await _sent(request), await _person(request)
    check_form(request, _texts(sent), person)
    account_id, credential, cookie = person.account.id, _credential(sent), cookie_of(request)
    db, challenge = request.app[NODE].db, ceremonies.challenge_in(credential)
    if not await db.write(lambda tx: passkeys.answered(tx, challenge, account_id)):
        raise NotValid(words(language(request).language).failed)
    made = await asyncio.to_thread(ceremonies.check_creation, credential, _place(request), challenge)

    def store(tx: Tx) -> None:
        if signed_in(tx, cookie) is None:
            raise NotAuthenticated("You were signed out in the meantime.")
        passkeys.add(
            tx,
            account_id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=_texts(sent).get("name", ""),
        )

    await db.write(store)
    log.info("passkey.added", extra={"account": account_id})
    return _told({"next": f"{SECURITY}?done=added"})


async def request_options(request: web.Request) -> web.Response:
    """`POST /login/passkey/options`: what a passkey signs so that somebody is signed in."""
    require_own_form(request)
    await _sent(request)
    count_address(request)
    challenge = await request.app[NODE].db.write(lambda tx: passkeys.challenge(tx, None))
    return _told(ceremonies.request(_place(request), challenge))


async def sign_in(request: web.Request) -> web.Response:
    """`POST /login/passkey` (`credential`, `next`): a new session; the script goes on to `next`."""
    require_own_form(request)
    sent = await _sent(request)
    count_address(request)
    credential, says = _credential(sent), words(language(request).language)
    challenge, name = ceremonies.challenge_in(credential), credential.get("id")
    db = request.app[NODE].db

    def look(tx: Tx) -> Passkey | None:
        if not passkeys.answered(tx, challenge, None):
            return None
        return passkeys.by_credential(tx, name) if isinstance(name, str) else None

    found = await db.write(look)
    if found is None:
        raise NotAuthenticated(says.failed, detail="unknown passkey or challenge")
    passkey = found
    count = await asyncio.to_thread(ceremonies.check_request, credential, _place(request), challenge, passkey)
    who = visitor(request)
    begun = await db.write(lambda tx: _after_passkey(tx, passkey, count, who))
    if begun is None:
        raise NotAuthenticated(says.failed, detail="the account may not sign in")
    wanted = local_path(_texts(sent).get("next", "")) or AFTER_SIGN_IN
    response = welcome(request, begun, wanted)
    return _followed(response, wanted)


def _after_passkey(tx: Tx, passkey: Passkey, count: int, who: Visitor) -> Begun | None:
    return begin(tx, passkey.account_id, who) if passkeys.used(tx, passkey, count) else None


def _followed(response: web.Response, wanted: str) -> web.Response:
    """The same answer for a script, which cannot be sent on by a header."""
    told = _told({"next": wanted})
    for name, cookie in response.cookies.items():
        told.cookies[name] = cookie
    return told


def _place(request: web.Request) -> Place:
    origin, name = request.app[ADDRESSES].origin, request.app[NODE].config.instance.name
    return Place(host=urlsplit(origin).hostname or "", origin=origin, name=name)


async def _person(request: web.Request) -> SignedIn:
    person = await current(request)
    if person is None:
        raise NotAuthenticated("Sign in first.")
    return person


async def _sent(request: web.Request) -> JsonDict:
    # Pages of other origins cannot send this type without asking, and nobody here would say yes (WEB-23).
    if request.content_type != "application/json":
        raise NotValid("Send this as application/json.")
    try:
        sent = msgspec.json.decode(await read_body(request, _MAX_BODY))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotValid("This JSON cannot be read.") from error
    if not isinstance(sent, dict):
        raise NotValid("This has to be a JSON object.")
    return sent


def _texts(sent: JsonDict) -> dict[str, str]:
    wanted = (FORM_TOKEN, "password", "name", "next")
    return {name: value for name in wanted if isinstance(value := sent.get(name), str) and "\0" not in value}


def _credential(sent: JsonDict) -> JsonDict:
    found = sent.get("credential")
    if not isinstance(found, dict):
        raise NotValid("“credential” is missing.")
    return found


def _told(body: JsonDict, *, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(body),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
