"""Reads what an app sent where files may come with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import BinaryIO, Final

from aiohttp import web

from fediverse_node.web.client_api.forms import Fields, sent_fields
from fediverse_node.web.keys import UPLOADS
from fediverse_node.web.uploading import Room, is_multipart, received

_NONE: Final[Mapping[str, BinaryIO]] = {}


@asynccontextmanager
async def sent(
    request: web.Request, names: frozenset[str]
) -> AsyncIterator[tuple[Fields, Mapping[str, BinaryIO]]]:
    """Query and body, and the files that came in the fields *names*, which vanish with the context.

    Raises:
        As `sent_fields` and `received`.
    """
    if not names or not is_multipart(request):
        yield await sent_fields(request), _NONE
        return
    uploads = request.app[UPLOADS]
    room = Room(names=names, size=uploads.bounds.size, files=len(names), folder=await uploads.workplace())
    async with received(request, room) as form:
        yield form.fields(request), form.files
