"""Takes in pictures of people here: within their bounds, a few at a time, none of it in the server's loop."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from fediverse_node.credentials.keeper import Keeper
from fediverse_node.credentials.model import UNSAID, Making
from fediverse_node.credentials.signer import Signer
from fediverse_node.kernel.errors import NotFound, NotNow, NotValid
from fediverse_node.storage.database import Database
from fediverse_node.storage.folder import Folder
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries, stamping
from fediverse_node.uploads.decoding import NO_ROOM, Bounds
from fediverse_node.uploads.marking import House
from fediverse_node.uploads.model import Focus, Upload, checked_description
from fediverse_node.uploads.stamping import Made, Stamp

log = logging.getLogger(__name__)

#: Pictures that wait to be decoded; more are told to come back.
WAITING: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What somebody sends with a file.

    Attributes:
        making: how it was made.
    """

    description: str | None = None
    focus: Focus | None = None
    making: Making = UNSAID


class Uploads:
    """The pictures of one node.

    Args:
        folder: where their files lie.
        bounds: what one picture may be.
        budget: bytes that the pictures of one account may have together.
        house: what pictures name of this server.
        keeper: has the key that signs them; None: nobody does.
    """

    def __init__(
        self,
        db: Database,
        *,
        folder: Folder,
        bounds: Bounds,
        budget: int,
        house: House,
        keeper: Keeper | None = None,
    ) -> None:
        self.folder = folder
        self.bounds = bounds
        self.budget = budget
        self._house = house
        self._keeper = keeper
        self._db = db
        self._turns = asyncio.Semaphore(os.cpu_count() or 1)
        self._waiting = 0

    async def add(self, account_id: int, source: BinaryIO, sent: Sent) -> Upload:
        """Make a picture of the account's out of the file *source*.

        Raises:
            NotValid: it is no picture, or too large a one; the description is too long; the account has
                no room for it; or less is said of a model's part than the file says.
            NotNow: the server has no room or no time for it.
        """
        description = checked_description(sent.description)
        self._check_budget(await self._db.read(lambda tx: queries.used_by(tx, account_id)))
        signer = await self.signer()
        made = await self._in_turn(
            lambda: stamping.taken_in(source, sent.making, self.folder, self.bounds, self._stamp(signer))
        )
        decoded = made.decoded

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
                ai_part=made.making.part,
                ai_tool=made.making.tool,
                ai_least=made.least,
                credentials=made.papers,
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

    async def relabel(self, account_id: int, upload_id: int, said: Making) -> Upload:
        """Say of a picture of the account's how it was made, in its files, too.

        Of one in a post a new one is made, for an edit of that post; the post's history keeps the old one.

        Raises:
            NotFound: there is no such picture of theirs.
            NotValid: less is said than its file says, or than was published.
        """
        before = await self._db.read(lambda tx: queries.own(tx, account_id, upload_id))
        if before is None:
            raise NotFound("There is no such picture.")
        making = stamping.relabelled(before, said)
        if making == before.making:
            return before
        signer = await self.signer()
        made = await self._in_turn(
            lambda: stamping.marked_anew(before, making, self.folder, self._stamp(signer))
        )
        try:
            after = await self._db.write(lambda tx: self._replace(tx, before, made))
        except BaseException:
            await asyncio.to_thread(self.folder.delete, made.decoded.names)
            raise
        if before.post_id is None:
            await asyncio.to_thread(self.folder.delete, before.names)
        log.info("uploads.relabelled", extra={"upload": after.id})
        return after

    def _replace(self, tx: Tx, before: Upload, made: Made) -> Upload:
        small = made.decoded.small
        after = replace(
            before,
            name=made.decoded.whole.name,
            size=made.decoded.whole.size,
            sha256=made.decoded.whole.sha256,
            small_name=small.name if small else None,
            small_size=small.size if small else 0,
            ai_part=made.making.part,
            ai_tool=made.making.tool,
            ai_least=made.least,
            credentials=made.papers,
        )
        if before.post_id is None:
            queries.replace_waiting(tx, after)
            return after
        after = replace(after, id=tx.new_id(), post_id=None, created_at=tx.now)
        self._check_budget(queries.used_by(tx, before.account_id) + made.decoded.size)
        queries.add(tx, after)
        return after

    async def signer(self) -> Signer | None:
        """Who signs these pictures; None: nobody."""
        try:
            return await self._keeper.signer() if self._keeper is not None else None
        except NotValid as error:
            # A mistake of the operator's, whom the doctor tells: nobody's upload fails for it.
            log.warning("credentials.not_signed", extra={"reason": str(error)})
            return None

    def _stamp(self, signer: Signer | None) -> Stamp:
        return Stamp(house=self._house, signer=signer)

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

    async def _in_turn(self, work: Callable[[], Made]) -> Made:
        if self._waiting >= WAITING:
            raise NotNow("Too many pictures are being taken in. Try again in a minute.", retry_after=30)
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
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
