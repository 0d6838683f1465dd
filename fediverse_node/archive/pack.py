"""Packing: everything of one person as one file, a piece at a time."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from fediverse_node.archive import contents
from fediverse_node.archive.boxes import Box, Form, open_box
from fediverse_node.archive.contents import Desk, Reader
from fediverse_node.kernel.errors import Conflict, NotValid
from fediverse_node.storage.database import Database

log = logging.getLogger(__name__)

#: The ends of a file's name that say in which form it is.
SUFFIXES: Final[dict[str, Form]] = {".zip": "zip", ".tar.gz": "tar.gz", ".tgz": "tar.gz"}

_CHUNK: Final = 1 << 18


def _quiet(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """An archive that lies there whole."""

    path: Path
    size: int


async def pack(
    db: Database, desk: Desk, form: Form, *, progress: Callable[[str], None] = _quiet
) -> AsyncGenerator[bytes, None]:
    """The bytes of the archive of `desk.actor`, as they come. Its size changes nothing about the memory used.

    Pages are read one after the other: what is said meanwhile may be in it or not.
    """
    box = open_box(form, db.clock())
    try:
        for name, read in contents.files(desk):
            progress(name)
            async for data in _file(db, box, name, read):
                yield data
        progress(contents.RECEIPTS)
        async for data in _receipts(db, box, desk):
            yield data
        progress(contents.MEDIA)
        async for data in _pictures(db, box, desk):
            yield data
        yield await asyncio.to_thread(box.close)
    finally:
        box.discard()


async def pack_to(
    db: Database, desk: Desk, path: Path, *, progress: Callable[[str], None] = _quiet
) -> Packed:
    """Write the archive to *path*, which is not there before it is whole. Only its owner may read it.

    Raises:
        NotValid: the name does not say in which form, or it cannot be written there.
        Conflict: there is a file already.
    """
    form = next((form for suffix, form in SUFFIXES.items() if path.name.endswith(suffix)), None)
    if form is None:
        raise NotValid(f"{path.name} does not end in {', '.join(SUFFIXES)}.")
    try:
        with await asyncio.to_thread(_hidden_beside, path) as file:
            try:
                await _write(file, pack(db, desk, form, progress=progress))
                size = await asyncio.to_thread(_appear, file, path)
            finally:
                await asyncio.to_thread(os.unlink, file.name)
    except FileExistsError as error:
        raise Conflict(f"{path} exists already. Choose another name.") from error
    except OSError as error:
        raise NotValid(f"{path} cannot be written: {error.strerror}.") from error
    log.info("archive.packed", extra={"actor": desk.actor.uri, "bytes": size})
    return Packed(path=path, size=size)


def _hidden_beside(path: Path) -> IO[bytes]:
    """A file for its owner's eyes only (0600), beside *path*, which is free."""
    if path.exists() or path.is_symlink():
        raise FileExistsError
    return tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)


async def _write(file: IO[bytes], pieces: AsyncGenerator[bytes, None]) -> None:
    async with aclosing(pieces) as coming:
        async for data in coming:
            await asyncio.to_thread(file.write, data)


def _appear(file: IO[bytes], path: Path) -> int:
    """Give the whole file its name, durably, unless something else has it by now. Gives its size."""
    file.flush()
    os.fsync(file.fileno())
    os.link(file.name, path)
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return os.fstat(file.fileno()).st_size


async def _file(db: Database, box: Box, name: str, read: Reader) -> AsyncIterator[bytes]:
    yield box.begin(name)
    after: int | None = 0
    while after is not None:
        begin = after
        part = await db.read(lambda tx: read(tx, begin))  # noqa: B023 awaited within its turn
        yield await asyncio.to_thread(box.add, part.data)
        after = part.after
    yield await asyncio.to_thread(box.end)


async def _receipts(db: Database, box: Box, desk: Desk) -> AsyncIterator[bytes]:
    after: int | None = 0
    while after is not None:
        begin = after
        made, after = await db.read(lambda tx: contents.receipts(tx, desk.actor, begin))  # noqa: B023 awaited within its turn
        yield await asyncio.to_thread(_put, box, made)


async def _pictures(db: Database, box: Box, desk: Desk) -> AsyncIterator[bytes]:
    after: int | None = 0 if desk.pictures is not None else None
    while after is not None:
        begin = after
        found, after = await db.read(lambda tx: contents.pictures(tx, desk.actor, begin))  # noqa: B023 awaited within its turn
        for name, file in found:
            assert desk.pictures is not None, "asked before"
            try:
                source = await asyncio.to_thread(desk.pictures.path(file).open, "rb")
            except FileNotFoundError:
                continue  # deleted meanwhile
            with source:
                yield box.begin(name)
                while chunk := await asyncio.to_thread(source.read, _CHUNK):
                    yield await asyncio.to_thread(box.add, chunk)
                yield await asyncio.to_thread(box.end)


def _put(box: Box, made: list[tuple[str, bytes]]) -> bytes:
    return b"".join(box.begin(name) + box.add(data) + box.end() for name, data in made)
