"""`/settings/profile`: what a person says of themselves, and the pictures beside it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from aiohttp import web

from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox import portraits
from fediverse_node.federation.outbox.profile import (
    MAX_DESCRIPTION,
    MAX_FIELD,
    MAX_FIELDS,
    MAX_SUMMARY,
    ProfileChanges,
    change_profile,
)
from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.kernel.text import MAX_NAME
from fediverse_node.uploads.intake import Sent
from fediverse_node.uploads.model import SHAPES, Role
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import ADDRESSES, DESK, RATE_LIMITS, UPLOADS
from fediverse_node.web.pages.pictures import pictures_accepted
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.profile_strings import words
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.views import picture_of
from fediverse_node.web.problems import status_of
from fediverse_node.web.rate_limits import UPLOAD
from fediverse_node.web.sessions import SignedIn, check_form, current, see_other, to_sign_in
from fediverse_node.web.uploading import MAX_TEXT, Room, is_multipart, received

log = logging.getLogger(__name__)

PATH: Final = "/settings/profile"
#: Places for fields that are always there, and free ones behind those that are filled in.
_PLACES: Final = 4
_FREE: Final = 2
_MOST: Final = {"name": MAX_NAME, "about": MAX_SUMMARY, "field": MAX_FIELD, "alt": MAX_DESCRIPTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """What stands in the form."""

    name: str
    about: str
    fields: tuple[tuple[str, str], ...]
    avatar_alt: str
    header_alt: str
    locked: bool
    discoverable: bool
    indexable: bool
    hide_follows: bool


async def show(request: web.Request) -> web.Response:
    """`GET /settings/profile`."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    says = words(language(request).language)
    done = says.done if request.query.get("done") == "saved" else None
    return _page(request, person, _stored(person.actor), done=done)


async def save(request: web.Request) -> web.Response:
    """`POST /settings/profile` (its fields; `avatar`, `header` as files, `drop_avatar`, `drop_header`)."""
    person = await current(request)
    if not is_multipart(request):
        return await _save(request, person, await read_form(request, MAX_TEXT), {})
    uploads = request.app[UPLOADS]
    keep = person is not None
    room = Room(
        names=frozenset(SHAPES),
        size=uploads.bounds.size,
        files=len(SHAPES),
        folder=await uploads.workplace() if keep else None,
        keep=keep,
    )
    async with received(request, room) as form:
        texts = {name: text.strip() for name, text in form.texts().items()}
        return await _save(request, person, texts, form.files)


async def _save(
    request: web.Request, person: SignedIn | None, sent: Mapping[str, str], files: Mapping[str, BinaryIO]
) -> web.Response:
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    typed = _typed(sent)
    try:
        chosen = await _portraits(request, person, sent, files)
        await change_profile(request.app[DESK], person.actor, _changes(typed, chosen))
    except NodeError as error:
        return _page(request, person, typed, problem=error)
    log.info("profile.saved", extra={"account": person.account.id})
    return see_other(f"{PATH}?done=saved")


async def _portraits(
    request: web.Request, person: SignedIn, sent: Mapping[str, str], files: Mapping[str, BinaryIO]
) -> dict[Role, int]:
    chosen: dict[Role, int] = {}
    for role, shape in SHAPES.items():
        if role in files:
            request.app[RATE_LIMITS].take(UPLOAD, str(person.account.id))
            made = await request.app[UPLOADS].add(person.account.id, files[role], Sent(), shape=shape)
            chosen[role] = made.id
        elif sent.get(f"drop_{role}") == "yes":
            chosen[role] = portraits.NONE
    return chosen


def _changes(typed: _Typed, chosen: Mapping[Role, int]) -> ProfileChanges:
    return ProfileChanges(
        name=typed.name,
        summary=typed.about,
        fields=typed.fields,
        manually_approves=typed.locked,
        discoverable=typed.discoverable,
        indexable=typed.indexable,
        hide_collections=typed.hide_follows,
        icon_description=typed.avatar_alt,
        image_description=typed.header_alt,
        portraits=chosen,
    )


def _stored(actor: Actor) -> _Typed:
    return _Typed(
        name=actor.name,
        about=actor.summary_source or to_plain_text(actor.summary_html),
        fields=tuple((name, to_plain_text(value)) for name, value in actor.fields),
        avatar_alt=actor.details.icon_description,
        header_alt=actor.details.image_description,
        locked=actor.manually_approves,
        discoverable=actor.discoverable,
        indexable=actor.indexable,
        hide_follows=actor.details.hide_collections,
    )


def _typed(sent: Mapping[str, str]) -> _Typed:
    places = range(1, MAX_FIELDS + 1)
    pairs = [(sent.get(f"field_{place}", ""), sent.get(f"value_{place}", "")) for place in places]
    return _Typed(
        name=sent.get("name", ""),
        about=sent.get("about", "").replace("\r\n", "\n"),
        fields=tuple((name, value) for name, value in pairs if name),
        avatar_alt=sent.get("avatar_alt", ""),
        header_alt=sent.get("header_alt", ""),
        locked=sent.get("locked") == "yes",
        discoverable=sent.get("discoverable") == "yes",
        indexable=sent.get("indexable") == "yes",
        hide_follows=sent.get("hide_follows") == "yes",
    )


def _page(
    request: web.Request,
    person: SignedIn,
    typed: _Typed,
    *,
    done: str | None = None,
    problem: NodeError | None = None,
) -> web.Response:
    actor, addresses, says = person.actor, request.app[ADDRESSES], words(language(request).language)
    count = min(MAX_FIELDS, max(_PLACES, len(typed.fields) + _FREE))
    places = [*typed.fields, *[("", "")] * count][:count]
    return private_page(
        request,
        "own_profile.html",
        Head(title=says.title),
        person,
        status=status_of(problem, api=True) if problem is not None else 200,
        s=says,
        done=done,
        problem=str(problem) if problem is not None else None,
        f=typed,
        places=places,
        most=_MOST,
        accepted=",".join(pictures_accepted()),
        pictures={
            "avatar": picture_of(actor, actor.icon, addresses),
            "header": picture_of(actor, actor.image, addresses),
        },
        alts={"avatar": typed.avatar_alt, "header": typed.header_alt},
    )
