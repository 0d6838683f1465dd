"""`/settings/scheduled`: what somebody wrote for later, for themselves: other times, and deleting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.federation.outbox import scheduling
from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.scheduled import queries as scheduled
from fediverse_node.scheduled.model import MOST, Scheduled
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import DESK, NODE
from fediverse_node.web.pages import zones
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.scheduled_strings import words
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import Moment, moment
from fediverse_node.web.pages.writing_strings import words as writing_words
from fediverse_node.web.problems import status_of
from fediverse_node.web.sessions import SignedIn, check_form, current, see_other, to_sign_in

PATH: Final = "/settings/scheduled"
_MAX_FORM: Final = 4096
_AT_ONCE: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledView:
    """One post that waits.

    Attributes:
        at: when it appears, in UTC.
        typed: the same for a field of a form.
        failure: why it did not, as whoever refused it said it, in English.
        allowed: whether its author allowed training.
    """

    id: int
    text: str
    warning: str | None
    language: str | None
    visibility: str
    at: Moment
    typed: str
    failure: str | None
    allowed: bool
    pictures: int


async def show(request: web.Request) -> web.Response:
    """`GET /settings/scheduled`."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    return await _page(request, person)


async def change(request: web.Request) -> web.Response:
    """`POST /settings/scheduled` (`post`, `do`: move, with `at` and `zone`, or delete)."""
    sent = await read_form(request, _MAX_FORM)
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    try:
        done = await _done(request, person, sent)
    except NodeError as error:
        return await _page(request, person, problem=error)
    return see_other(f"{PATH}?done={done}")


async def _done(request: web.Request, person: SignedIn, sent: Mapping[str, str]) -> str:
    desk, post_id, deed = request.app[DESK], parse_id(sent.get("post", "")), sent.get("do")
    if post_id is None or deed not in {"move", "delete"}:
        raise NotValid("This button is not known here. Reload the page.")
    if deed == "delete":
        await scheduling.cancel(desk, person.actor, post_id)
        return "deleted"
    at = zones.moment_of(sent.get("at", ""), sent.get("zone", ""))
    await scheduling.move(desk, person.actor, post_id, at)
    return "moved"


async def _page(request: web.Request, person: SignedIn, *, problem: NodeError | None = None) -> web.Response:
    strings = language(request)
    says = words(strings.language)
    notes = {"taken": says.taken, "moved": says.moved, "deleted": says.deleted}
    found = await request.app[NODE].db.read(lambda tx: _waiting(tx, person))
    return private_page(
        request,
        "scheduled.html",
        Head(title=says.title),
        person,
        status=status_of(problem, api=True) if problem is not None else 200,
        s=says,
        problem=problem,
        note=notes.get(request.query.get("done", "")) if problem is None else None,
        waiting=[_view(each, person, strings) for each in found],
        zones=zones.ZONES,
        here=zones.HERE,
    )


def _waiting(tx: Tx, person: SignedIn) -> list[Scheduled]:
    """All that waits for somebody, what appears first at the top; there are few."""
    found: list[Scheduled] = []
    while len(found) < MOST:
        before = found[-1].id if found else None
        more = scheduled.page(tx, person.actor.id, Page(max_id=before, limit=_AT_ONCE))
        found += more
        if len(more) < _AT_ONCE:
            break
    return sorted(found, key=lambda each: (each.scheduled_at, each.id))


def _view(found: Scheduled, person: SignedIn, strings: Strings) -> ScheduledView:
    draft = scheduling.readable(found)
    return ScheduledView(
        id=found.id,
        text=draft.text,
        warning=draft.summary,
        language=draft.language,
        visibility=writing_words(strings.language).visibilities[
            draft.visibility or person.account.visibility
        ][0],
        at=moment(found.scheduled_at, strings),
        typed=zones.as_typed(found.scheduled_at),
        failure=found.failure,
        allowed=bool(draft.training_use),
        pictures=len(draft.pictures),
    )
