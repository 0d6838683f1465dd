"""`/settings/invitations`: people invite others, where the operator lets them; moderators always may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.joining import invitations
from fediverse_node.kernel.errors import NotAllowed, NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import ADDRESSES, NODE
from fediverse_node.web.pages.joining import MAX_FORM
from fediverse_node.web.pages.joining_strings import words
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.views import Moment, moment
from fediverse_node.web.sessions import SignedIn, check_form, current, see_other, to_sign_in

PATH: Final = "/settings/invitations"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """One line of the list."""

    id: int
    link: str
    note: str
    used: int
    uses_left: int | None
    until: Moment | None
    works: bool


def may_invite(request: web.Request, person: SignedIn) -> bool:
    """Whether this person may invite others."""
    return person.account.moderates or request.app[NODE].config.registration.people_invite


async def show(request: web.Request) -> web.Response:
    """`GET /settings/invitations`."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    _require_inviter(request, person)
    return await _page(request, person)


async def create(request: web.Request) -> web.Response:
    """`POST /settings/invitations` (`uses`, `days`, `note`): a new one."""
    sent, person = await read_form(request, MAX_FORM), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    _require_inviter(request, person)
    uses, days = _number(sent.get("uses", "1")), _number(sent.get("days", "7"))
    account_id, note = person.account.id, sent.get("note", "")
    try:
        await request.app[NODE].db.write(
            lambda tx: invitations.create(tx, account_id=account_id, uses=uses, days=days, note=note)
        )
    except NotValid as error:
        return await _page(request, person, problem=str(error))
    return see_other(PATH)


async def revoke(request: web.Request) -> web.Response:
    """`POST /settings/invitations/revoke` (`invitation`): nobody comes in by it any more."""
    sent, person = await read_form(request, MAX_FORM), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    account_id, wanted = person.account.id, parse_id(sent.get("invitation", ""))
    if wanted is None:
        raise NotFound("There is no such invitation.")
    await request.app[NODE].db.write(lambda tx: invitations.revoke(tx, wanted, account_id=account_id))
    return see_other(f"{PATH}?done=1")


def _require_inviter(request: web.Request, person: SignedIn) -> None:
    if not may_invite(request, person):
        raise NotAllowed("Whoever runs this server has not allowed people to invite others.")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


async def _page(request: web.Request, person: SignedIn, *, problem: str | None = None) -> web.Response:
    strings = language(request)
    says, origin, account_id = words(strings.language), request.app[ADDRESSES].origin, person.account.id

    def unit(tx: Tx) -> list[InvitationView]:
        return [
            InvitationView(
                id=each.id,
                link=f"{origin}/join/{each.code}",
                note=each.note,
                used=each.used,
                uses_left=each.uses_left,
                until=moment(each.expires_at, strings) if each.expires_at else None,
                works=each.works(tx.now),
            )
            for each in invitations.listing(tx, account_id=account_id)
        ]

    return private_page(
        request,
        "invitations.html",
        Head(title=says.invitations),
        person,
        status=422 if problem else 200,
        s=says,
        problem=problem,
        done=says.taken_back if "done" in request.query else None,
        invitations=await request.app[NODE].db.read(unit),
    )
