"""Reads a form with files (RFC 7578) as it comes in: files go to nameless files on the disk, never to memory.

Nothing of a file's name or type is believed (WEB-18). What is longer than it may be is refused while
it comes, and what was read of it is gone when the form is let go of.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, cast

from aiohttp import (
    BadContentDispositionHeader,
    BadContentDispositionParam,
    BodyPartReader,
    MultipartReader,
    web,
)
from aiohttp.http_exceptions import HttpProcessingError

from fediverse_node.kernel.errors import NotNow, NotValid, TooLarge
from fediverse_node.web.forms import Fields, Value, nest, query_values

#: Seconds for a whole form: a large picture over a slow line.
FORM_SECONDS: Final = 300.0
#: Bytes of all that is no file, and parts.
MAX_TEXT: Final = 512 * 1024
MAX_PARTS: Final = 100
_CHUNK: Final = 1 << 18
#: Characters of a file's name that are kept.
_MAX_NAME: Final = 200
#: What aiohttp raises about a form that is none, or does not come whole.
UNREADABLE: Final = (
    ValueError,
    RuntimeError,
    AssertionError,
    LookupError,
    HttpProcessingError,
    web.RequestPayloadError,
    BadContentDispositionHeader,
    BadContentDispositionParam,
)
_NOT_READ: Final = "The form cannot be read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a form may bring.

    Attributes:
        names: of the fields that may hold a file; a file in another one is refused.
        size: bytes of one file.
        files: files in all.
        folder: where they are written; it exists.
        keep: False to read past them.
        seconds: that the whole form may take.
        measure: bytes that one file may have, by its first ones; None: `size`, whatever it is.
        too_large, no_room: what is said of a file that is, and where there is no room for one.
    """

    names: frozenset[str]
    size: int
    files: int
    folder: Path | None = None
    keep: bool = True
    seconds: float = FORM_SECONDS
    measure: Callable[[bytes], int] | None = None
    too_large: str = "A picture has at most {mib} MiB."
    no_room: str = "There is no room for pictures at the moment."


@dataclass(slots=True)
class Form:
    """A form, while it is read and after. Its files vanish with it.

    Attributes:
        names: what the sender calls each file, and no more than that: no path is made of one.
    """

    pairs: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, BinaryIO] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    text: int = 0

    def fields(self, request: web.Request) -> Fields:
        """Query and texts, as `web.forms` gives them."""
        values: dict[str, Value] = {**query_values(request), **nest(self.pairs)}
        return Fields(values)

    def texts(self) -> Mapping[str, str]:
        """The first text of each name, without NULs."""
        return {name: text.replace("\0", "") for name, text in reversed(self.pairs)}


def refuse_broken_headers() -> None:
    """Make an error of what aiohttp only warns of: a part of a form whose header cannot be read.

    The warning would quote the header, and Python would keep each of them: whoever sends many different
    ones would fill the memory, and write into the log what they like. It holds for the whole process.
    """
    for kind in (BadContentDispositionHeader, BadContentDispositionParam):
        warnings.filterwarnings("error", category=kind)


def is_multipart(request: web.Request) -> bool:
    """Whether a form with files was sent."""
    return request.content_type == "multipart/form-data"


@asynccontextmanager
async def received(request: web.Request, room: Room) -> AsyncIterator[Form]:
    """The form that is sent, with its files, for as long as the context lasts.

    Raises:
        TooLarge: a file, or the rest, is longer than it may be, or says so.
        NotValid: it cannot be read, did not come whole in time, or holds files that nobody asked for.
        NotNow: there is no room on the disk.
        web.HTTPUnsupportedMediaType: it is no such form, or compressed.
    """
    if not is_multipart(request) or request.headers.get("Content-Encoding", "identity") != "identity":
        raise web.HTTPUnsupportedMediaType
    most = room.size * room.files + MAX_TEXT
    if request.content_length is not None and request.content_length > most:
        raise _too_large(room, room.size)
    with contextlib.ExitStack() as stack:
        form = Form()
        try:
            async with asyncio.timeout(room.seconds):
                await _read(request, room, form, stack)
        except TimeoutError as error:
            raise NotValid("The form did not arrive in time.") from error
        except OSError as error:
            raise NotNow(room.no_room, detail=str(error)) from error
        yield form


async def _read(request: web.Request, room: Room, form: Form, stack: contextlib.ExitStack) -> None:
    try:
        parts = await request.multipart()
        for _ in range(MAX_PARTS):
            part = await parts.next()
            if part is None:
                return
            if isinstance(part, MultipartReader):
                raise NotValid(_NOT_READ)
            await _take(part, room, form, stack)
    except UNREADABLE as error:
        raise NotValid(_NOT_READ, detail=type(error).__name__) from error
    raise NotValid(_NOT_READ, detail="too many parts")


async def _take(part: BodyPartReader, room: Room, form: Form, stack: contextlib.ExitStack) -> None:
    if part.name is None:
        raise NotValid(_NOT_READ)
    if part.filename is None:
        form.pairs.append((part.name, await _text(part, form)))
        return
    first = await part.read_chunk(_CHUNK)
    if not first:
        # A browser sends a file field that nobody filled in.
        return
    if part.name not in room.names or part.name in form.files or len(form.files) >= room.files:
        raise NotValid("Files cannot be sent in this field.")
    file = _spool(room.folder)
    stack.callback(file.close)
    form.files[part.name], form.names[part.name] = file, part.filename[:_MAX_NAME]
    size, most = 0, room.measure(first) if room.measure is not None else room.size
    while first:
        size += len(first)
        if size > most:
            raise _too_large(room, most)
        if room.keep:
            await asyncio.to_thread(file.write, first)
        first = await part.read_chunk(_CHUNK)
    await asyncio.to_thread(file.flush)


def _spool(folder: Path | None) -> BinaryIO:
    return cast("BinaryIO", tempfile.TemporaryFile(dir=folder))


async def _text(part: BodyPartReader, form: Form) -> str:
    found = bytearray()
    while chunk := await part.read_chunk():
        form.text += len(chunk)
        if form.text > MAX_TEXT:
            raise TooLarge(f"The texts of a form have at most {MAX_TEXT} bytes.")
        found += chunk
    return found.decode("utf-8")


def _too_large(room: Room, most: int) -> TooLarge:
    return TooLarge(room.too_large.format(mib=most >> 20))
