"""Pictures in the composer: sent with any button, kept from then on, and shown until they are published.

A file field cannot be filled in again by us, so what was sent waits here as an uploaded picture, whatever
became of the rest of the form. What is not published goes after a day.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final

from aiohttp import web

from fediverse_node.credentials.model import AI_PARTS, Making
from fediverse_node.kernel.errors import NodeError
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries, recording
from fediverse_node.uploads.intake import Sent
from fediverse_node.uploads.model import ACCEPTED, MAX_PICTURES
from fediverse_node.uploads.sent_kinds import HEIF_TYPES, READERS, reads_heif
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import ADDRESSES, RATE_LIMITS, UPLOADS
from fediverse_node.web.pages.writing import Picked, Typed, allows, said_part
from fediverse_node.web.rate_limits import UPLOAD
from fediverse_node.web.sessions import SignedIn
from fediverse_node.web.uploading import MAX_TEXT, Room, is_multipart, received

PLACES: Final = tuple(str(number) for number in range(1, MAX_PICTURES + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it came in."""

    texts: Mapping[str, str]
    files: Mapping[str, BinaryIO] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """One picture in the form, or a place for one."""

    place: str
    id: int | None = None
    alt: str = ""
    ai_part: str = ""
    allowed: bool = False
    url: str = ""
    width: int = 0
    height: int = 0


def film_megabytes(request: web.Request) -> int:
    """How large a film or sound may be; 0 where none can be taken."""
    bounds = request.app[UPLOADS].bounds
    return bounds.play_size >> 20 if recording.is_offered(bounds) else 0


def accepted(request: web.Request) -> str:
    """What a file field offers to choose from."""
    return ",".join([*pictures_accepted(), *(READERS if film_megabytes(request) else ())])


def pictures_accepted() -> list[str]:
    """The media types of pictures that can be sent."""
    return [*(kind.media_type for kind in ACCEPTED), *(HEIF_TYPES if reads_heif() else ())]


@asynccontextmanager
async def filled(request: web.Request, *, keep: bool) -> AsyncIterator[Filled]:
    """What the composer's form holds. Without *keep* the files are not even written down.

    Raises:
        As `read_form` and `received`.
    """
    if not is_multipart(request):
        yield Filled(texts=await read_form(request, MAX_TEXT))
        return
    uploads = request.app[UPLOADS]
    room = Room(
        names=frozenset(f"file_{place}" for place in PLACES),
        size=uploads.largest,
        files=MAX_PICTURES,
        folder=await uploads.workplace() if keep else None,
        keep=keep,
        measure=uploads.most,
        too_large="A file of this kind has at most {mib} MiB.",
    )
    async with received(request, room) as form:
        texts = {name: text.strip() for name, text in form.texts().items()}
        yield Filled(texts=texts, files=form.files)


async def taken_in(
    request: web.Request, person: SignedIn, typed: Typed, sent: Filled
) -> tuple[Typed, NodeError | None]:
    """*typed* with the pictures that were sent along, and why one of them could not be taken."""
    found, problem = await _labelled(request, person, typed.pictures)
    for place in PLACES:
        if f"file_{place}" not in sent.files or len(found) >= MAX_PICTURES:
            continue
        try:
            request.app[RATE_LIMITS].take(UPLOAD, str(person.account.id))
            made = await request.app[UPLOADS].add(
                person.account.id, sent.files[f"file_{place}"], sent_with(sent.texts, place)
            )
        except NodeError as error:
            problem = error
            continue
        allowed = allows(sent.texts, place)
        found.append(
            Picked(id=made.id, alt=made.description or "", ai_part=made.ai_part or "", allowed=allowed)
        )
    return replace(typed, pictures=tuple(found)), problem


def sent_with(texts: Mapping[str, str], place: str) -> Sent:
    """What is said of the file at this place of the form."""
    making = Making(part=said_part(texts, place))
    return Sent(description=texts.get(f"alt_{place}", ""), making=making)


async def _labelled(
    request: web.Request, person: SignedIn, picked: Sequence[Picked]
) -> tuple[list[Picked], NodeError | None]:
    """*picked* after what is said now of how they were made, and why one could not be labelled so."""
    found: list[Picked] = []
    problem: NodeError | None = None
    for each in picked:
        part = next((part for part in AI_PARTS if part == each.ai_part), None)
        if part is None:
            found.append(each)
            continue
        try:
            await request.app[UPLOADS].relabel(person.account.id, each.id, Making(part=part))
            found.append(each)
        except NodeError as error:
            problem = error
            found.append(replace(each, ai_part=""))
    return found, problem


def shown(tx: Tx, request: web.Request, person: SignedIn, picked: Sequence[Picked]) -> list[PictureView]:
    """The pictures of *person*'s that still wait, and the places that are left."""
    origin = request.app[ADDRESSES].origin
    waiting = queries.by_ids(tx, [each.id for each in picked]) if picked else {}
    views: list[PictureView] = []
    for each in picked:
        upload = waiting.get(each.id)
        if upload is not None and upload.account_id == person.account.id and upload.post_id is None:
            view = PictureView(
                place=PLACES[len(views)],
                id=upload.id,
                alt=each.alt,
                ai_part=upload.ai_part or "",
                allowed=each.allowed,
                url=origin + upload.small_path if upload.small_name or upload.play is None else "",
                width=upload.width,
                height=upload.height,
            )
            views.append(view)
    return [*views, *(PictureView(place=place) for place in PLACES[len(views) :])]
