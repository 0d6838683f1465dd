"""Takes in pictures of people here: within their bounds, a few at a time, none of it in the server's loop."""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from fediverse_node.kernel.errors import NotNow, NotValid
from fediverse_node.storage.database import Database
from fediverse_node.storage.folder import Folder
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries
from fediverse_node.uploads.decoding import NO_ROOM, Bounds, decode
from fediverse_node.uploads.model import Decoded, Focus, Upload, checked_description

log = logging.getLogger(__name__)

#: Pictures that wait to be decoded; more are told to come back.
WAITING: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What somebody sends with a file."""

    description: str | None = None
    focus: Focus | None = None


class Uploads:
    """The pictures of one node.

    Args:
        folder: where their files lie.
        bounds: what one picture may be.
        budget: bytes that the pictures of one account may have together.
    """

    def __init__(self, db: Database, *, folder: Folder, bounds: Bounds, budget: int) -> None:
        self.folder = folder
        self.bounds = bounds
        self.budget = budget
        self._db = db
        self._turns = asyncio.Semaphore(os.cpu_count() or 1)
        self._waiting = 0

    async def add(self, account_id: int, source: BinaryIO, sent: Sent) -> Upload:
        """Make a picture of the account's out of the file *source*.

        Raises:
            NotValid: it is no picture, or too large a one; the description is too long; the account has
                no room for it.
            NotNow: the server has no room or no time for it.
        """
        description = checked_description(sent.description)
        self._check_budget(await self._db.read(lambda tx: queries.used_by(tx, account_id)))
        decoded = await self._decoded(source)

        def unit(tx: Tx) -> Upload:
            self._check_budget(queries.used_by(tx, account_id) + decoded.size)
            small = decoded.small
            upload = Upload(
                id=tx.new_id(),
                account_id=account_id,
                post_id=None,
                name=decoded.whole.name,
                media_type=decoded.whole.media_type,
                size=decoded.whole.size,
                sha256=decoded.whole.sha256,
                small_name=small.name if small else None,
                small_type=small.media_type if small else None,
                small_size=small.size if small else 0,
                width=decoded.width,
                height=decoded.height,
                blurhash=decoded.blurhash,
                description=description,
                focus=sent.focus,
                created_at=tx.now,
                deleted_at=None,
            )
            queries.add(tx, upload)
            return upload

        try:
            upload = await self._db.write(unit)
        except BaseException:
            await asyncio.to_thread(self.folder.delete, decoded.names)
            raise
        log.info("uploads.stored", extra={"upload": upload.id, "bytes": decoded.size})
        return upload

    async def workplace(self) -> Path:
        """Where what is sent may lie while it comes in: on the disk that has room for it.

        Raises:
            NotNow: it has none.
        """

        def made() -> Path | None:
            self.folder.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            return self.folder.root if self.folder.has_room() else None

        place = await asyncio.to_thread(made)
        if place is None:
            raise NotNow(NO_ROOM, detail=f"{self.folder.root} is nearly full")
        return place

    async def _decoded(self, source: BinaryIO) -> Decoded:
        if self._waiting >= WAITING:
            raise NotNow("Too many pictures are being taken in. Try again in a minute.", retry_after=30)
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(decode, source, self.folder, self.bounds)
        finally:
            self._waiting -= 1

    def _check_budget(self, size: int) -> None:
        if self.budget == 0:
            raise NotValid("Pictures cannot be uploaded to this server.")
        if size >= self.budget:
            raise NotValid(
                f"Your pictures take up all the room that an account has here: {self.budget >> 20} MiB. "
                "Delete posts with pictures to make room."
            )
