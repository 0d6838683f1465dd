"""`/settings/data`: everything of one's own to take along, and what one brings along from elsewhere."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import Final, cast

from aiohttp import web

from fediverse_node.archive.arrive import Arrived, Wanted, arrive
from fediverse_node.archive.contents import Desk
from fediverse_node.archive.csvs import KINDS, ListKind
from fediverse_node.archive.pack import pack
from fediverse_node.imports import wishes
from fediverse_node.imports.model import GivenUp
from fediverse_node.kernel.errors import NodeError, NotNow, NotValid, TooLarge
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import ADDRESSES, DESK, NODE, RATE_LIMITS, UPLOADS
from fediverse_node.web.pages.bringing import BRINGING
from fediverse_node.web.pages.own_data_strings import words
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.problems import status_of
from fediverse_node.web.rate_limits import Rate
from fediverse_node.web.sessions import SignedIn, check_form, current, to_sign_in
from fediverse_node.web.uploading import Form, Room, is_multipart, received

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
_FILE: Final = "file"
_NO_ROOM: Final = "There is no room for this file at the moment."
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
    try:
        with request.app[BRINGING].turn(person.account.id):
            arrived, tried = await _brought(request, person)
    except (NotNow, NotValid, TooLarge) as error:
        return await _page(request, person, problem=error)
    except OSError:
        return await _page(request, person, problem=NotNow(_NO_ROOM))
    return await _page(request, person, arrived=arrived, tried=tried)


async def _brought(request: web.Request, person: SignedIn) -> tuple[Arrived, bool]:
    """What came of the file that is sent, and whether it was only tried."""
    says = words(language(request).language)
    room = Room(
        names=frozenset({_FILE}),
        size=MAX_FILE,
        files=1,
        seconds=FILE_SECONDS,
        too_large=says.too_large,
        no_room=_NO_ROOM,
    )
    if not is_multipart(request):
        raise NotValid("This form is to be sent as multipart/form-data.")
    async with received(request, room) as sent:
        check_form(request, sent.texts(), person)
        request.app[RATE_LIMITS].take(IMPORTS, str(person.account.id))
        wanted = _wanted(sent, says.no_file)
        file = sent.files[_FILE]
        await asyncio.to_thread(file.seek, 0)
        arrived = await arrive(request.app[DESK], person.actor, file, wanted, uploads=request.app[UPLOADS])
    return arrived, wanted.dry_run


def _wanted(sent: Form, no_file: str) -> Wanted:
    if _FILE not in sent.files:
        raise NotValid(no_file)
    fields = sent.texts()
    kind = fields.get("kind", "")
    return Wanted(
        name=sent.names[_FILE],
        kind=cast("ListKind", kind) if kind in KINDS else None,
        replacing=fields.get("replace") == "yes",
        dry_run=fields.get("do") != "bring",
    )


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
