"""`/settings/data`: everything of one's own to take along, and what one brings along from elsewhere."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import IO, Final, cast

from aiohttp import BodyPartReader, web

from fediverse_node.archive.arrive import Arrived, Wanted, arrive
from fediverse_node.archive.contents import Desk
from fediverse_node.archive.csvs import KINDS, ListKind
from fediverse_node.archive.pack import pack
from fediverse_node.imports import wishes
from fediverse_node.imports.model import GivenUp
from fediverse_node.kernel.errors import NodeError, NotValid, TooLarge
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import ADDRESSES, DESK, NODE, RATE_LIMITS, UPLOADS
from fediverse_node.web.pages.own_data_strings import words
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.problems import status_of
from fediverse_node.web.rate_limits import Rate
from fediverse_node.web.sessions import SignedIn, check_form, current, to_sign_in
from fediverse_node.web.uploading import UNREADABLE

log = logging.getLogger(__name__)

PATH: Final = "/settings/data"
#: Archives that one account may ask for, and files that it may bring.
DOWNLOADS: Final = Rate(name="archive", count=6, seconds=3600)
IMPORTS: Final = Rate(name="import", count=20, seconds=3600)
#: Largest file that is brought; whoever runs the server can take in larger ones.
MAX_FILE: Final = 64 << 20
#: Seconds for it to arrive.
FILE_SECONDS: Final = 600.0
_MAX_FORM: Final = 4096
_MAX_FIELD: Final = 1024
_MAX_FIELDS: Final = 12
#: Lines of each kind that are shown.
_SHOWN: Final = 50


async def show(request: web.Request) -> web.Response:
    """`GET /settings/data`."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    return await _page(request, person)


async def download(request: web.Request) -> web.StreamResponse:
    """`POST /settings/data/archive`: the archive, made while it is sent; nothing of it is stored."""
    sent, person = await read_form(request, _MAX_FORM), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    request.app[RATE_LIMITS].take(DOWNLOADS, str(person.account.id))
    db, actor = request.app[NODE].db, person.actor
    pictures = request.app[UPLOADS].folder
    desk = Desk(actor=actor, addresses=request.app[ADDRESSES], pictures=pictures)
    name = f"archive-{actor.username}-{db.clock():%Y%m%d}.zip"
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex, nofollow",
        }
    )
    await response.prepare(request)
    try:
        async with aclosing(pack(db, desk, "zip")) as pieces:
            async for piece in pieces:
                if piece:
                    await response.write(piece)
        await response.write_eof()
    except ConnectionError:
        log.info("archive.left", extra={"account": person.account.id})
    else:
        log.info("archive.downloaded", extra={"account": person.account.id})
    return response


async def bring(request: web.Request) -> web.Response:
    """`POST /settings/data/import` (`kind`, `replace`, `file`, `do`: try or bring), as multipart form."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    with await asyncio.to_thread(tempfile.TemporaryFile) as spool:
        try:
            sent = await _read(request, spool, words(language(request).language).too_large)
            check_form(request, sent.fields, person)
            request.app[RATE_LIMITS].take(IMPORTS, str(person.account.id))
            wanted = _wanted(sent, words(language(request).language).no_file)
            await asyncio.to_thread(spool.seek, 0)
            arrived = await arrive(
                request.app[DESK], person.actor, spool, wanted, uploads=request.app[UPLOADS]
            )
        except (NotValid, TooLarge) as error:
            return await _page(request, person, problem=error)
    return await _page(request, person, arrived=arrived, tried=wanted.dry_run)


@dataclass(slots=True)
class _Sent:
    """What a form with a file holds; the file's bytes are in the spool. `name` is empty without one."""

    fields: dict[str, str] = field(default_factory=dict)
    name: str = ""


def _wanted(sent: _Sent, no_file: str) -> Wanted:
    if not sent.name:
        raise NotValid(no_file)
    fields = sent.fields
    kind = fields.get("kind", "")
    return Wanted(
        name=sent.name,
        kind=cast("ListKind", kind) if kind in KINDS else None,
        replacing=fields.get("replace") == "yes",
        dry_run=fields.get("do") != "bring",
    )


async def _read(request: web.Request, spool: IO[bytes], too_large: str) -> _Sent:
    """Read a form, its one file into *spool*.

    Raises:
        TooLarge: the file is larger than `MAX_FILE`.
        NotValid: it is no such form, or did not come whole in time.
    """
    if request.content_type != "multipart/form-data":
        raise NotValid("This form is to be sent as multipart/form-data.")
    if (request.content_length or 0) > MAX_FILE + (1 << 16):
        raise TooLarge(too_large.format(mib=MAX_FILE >> 20))
    sent = _Sent()
    try:
        async with asyncio.timeout(FILE_SECONDS):
            reader = await request.multipart()
            for _ in range(_MAX_FIELDS):
                part = await reader.next()
                if part is None:
                    return sent
                if not isinstance(part, BodyPartReader):
                    raise NotValid("The form cannot be read.")
                await _read_part(part, sent, spool, too_large)
    except TimeoutError as error:
        raise NotValid("The file did not arrive in time.") from error
    except UNREADABLE as error:
        raise NotValid("The form cannot be read.", detail=str(error)[:200]) from error
    raise NotValid("The form has more fields than it should.")


async def _read_part(part: BodyPartReader, sent: _Sent, spool: IO[bytes], too_large: str) -> None:
    if part.name == "file" and part.filename and not sent.name:
        sent.name = part.filename[:200]
        size = 0
        while chunk := await part.read_chunk(1 << 16):
            size += len(chunk)
            if size > MAX_FILE:
                raise TooLarge(too_large.format(mib=MAX_FILE >> 20))
            await asyncio.to_thread(spool.write, chunk)
        return
    data = bytearray()
    while chunk := await part.read_chunk(_MAX_FIELD):
        data += chunk
        if len(data) > _MAX_FIELD:
            raise NotValid("A field of the form is too long.")
    sent.fields.setdefault(part.name or "", data.decode().strip())


async def _page(
    request: web.Request,
    person: SignedIn,
    *,
    arrived: Arrived | None = None,
    tried: bool = False,
    problem: NodeError | None = None,
) -> web.Response:
    says, actor_id = words(language(request).language), person.actor.id

    def state(tx: Tx) -> tuple[dict[str, int], list[GivenUp]]:
        return wishes.waiting(tx, actor_id), wishes.given_up(tx, actor_id, limit=_SHOWN)

    waiting, given_up = await request.app[NODE].db.read(state)
    return private_page(
        request,
        "own_data.html",
        Head(title=says.title),
        person,
        status=status_of(problem, api=True) if problem is not None else 200,
        d=says,
        problem=problem,
        arrived=arrived,
        tried=tried,
        waiting=waiting,
        given_up=given_up,
        mib=MAX_FILE >> 20,
        shown=_SHOWN,
    )
