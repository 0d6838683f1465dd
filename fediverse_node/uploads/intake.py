"""Takes in files of people here: within their bounds, a few at a time, none of it in the server's loop."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from fediverse_node.credentials.keeper import Keeper
from fediverse_node.credentials.model import UNSAID, Making
from fediverse_node.credentials.signer import Signer
from fediverse_node.kernel.errors import Conflict, NotFound, NotNow, NotValid
from fediverse_node.kernel.kinds import LOOKS_AT, Kind
from fediverse_node.storage.database import Database
from fediverse_node.storage.folder import Folder
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import jobs, queries, recording, stamping
from fediverse_node.uploads.decoding import NO_ROOM, Bounds
from fediverse_node.uploads.marking import House
from fediverse_node.uploads.model import Focus, Job, Shape, Upload, checked_description
from fediverse_node.uploads.sent_kinds import is_recording, sent_kind_of
from fediverse_node.uploads.stamping import Made, Stamp, Workshop

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
        # A film takes minutes of one processor: pictures go past it.
        self._films = asyncio.Semaphore(1)
        self._waiting = 0

    @property
    def db(self) -> Database:
        """Where they are noted."""
        return self._db

    @property
    def largest(self) -> int:
        """Bytes of the largest file that can be sent, of whatever kind."""
        plays = recording.is_offered(self.bounds)
        return max(self.bounds.size, self.bounds.play_size if plays else 0)

    def most(self, start: bytes) -> int:
        """Bytes that a file which begins so may have."""
        plays = _is_recording(sent_kind_of(start)) and recording.is_offered(self.bounds)
        return self.bounds.play_size if plays else self.bounds.size

    async def add(
        self,
        account_id: int,
        source: BinaryIO,
        sent: Sent,
        *,
        shape: Shape | None = None,
        job: Job | None = None,
    ) -> Upload:
        """Make a picture, film or sound of the account's out of the file *source*, and wait for it.

        Args:
            account_id: whose it is.
            source: what was sent.
            sent: what is said of it.
            shape: that a picture is to have.
            job: what this does; done with it.

        Raises:
            NotValid: it is nothing that can be taken, or too large; the description is too long; the account
                has no room for it; or less is said of a model's part than the file says.
            NotNow: the server has no room or no time for it.
            Conflict: the job is not wanted any more.
        """
        description = checked_description(sent.description)
        self._check_budget(await self._db.read(lambda tx: queries.used_by(tx, account_id)))
        made = await self._made(source, sent.making, shape)
        said = replace(sent, description=description)

        def unit(tx: Tx) -> Upload:
            self._check_budget(queries.used_by(tx, account_id) + made.decoded.size)
            upload = _noted(tx, account_id, made, said, job)
            queries.add(tx, upload)
            return upload

        try:
            upload = await self._db.write(unit)
        except BaseException:
            await asyncio.to_thread(self.folder.delete, made.decoded.names)
            raise
        log.info("uploads.stored", extra={"upload": upload.id, "bytes": made.decoded.size})
        return upload

    async def _made(self, source: BinaryIO, making: Making, shape: Shape | None) -> Made:
        workshop = await self._workshop()
        turns = self._films if _is_recording(await asyncio.to_thread(_kind, source)) else self._turns
        try:
            return await self._in_turn(
                lambda: stamping.taken_in(source, making, workshop, shape), turns=turns
            )
        except asyncio.CancelledError:
            # A thread cannot be cancelled, and what it waits for may take minutes.
            workshop.bounds.given_up.set()
            raise

    async def begin(self, account_id: int, source: BinaryIO, sent: Sent) -> Upload | Job:
        """Take in the file *source*: a picture at once; of film and sound something is made after a while.

        Raises:
            As `add`, as far as it can be known by now.
        """
        kind = await asyncio.to_thread(_kind, source)
        if kind is None or not _is_recording(kind) or not recording.is_offered(self.bounds):
            return await self.add(account_id, source, sent)
        description = checked_description(sent.description)
        name, size = await asyncio.to_thread(_shelved, self.folder, source)

        def unit(tx: Tx) -> Job:
            waiting, held = jobs.waiting_of(tx, account_id)
            if waiting >= jobs.MOST_WAITING:
                raise NotNow(
                    f"{waiting} of your films and sounds are still being made. Try again later.",
                    retry_after=60,
                )
            self._check_budget(queries.used_by(tx, account_id) + held)
            job = Job(
                id=tx.new_id(),
                account_id=account_id,
                name=name,
                size=size,
                kind=kind.media_type,
                description=description,
                focus=sent.focus,
                ai_part=sent.making.part,
                ai_tool=sent.making.tool,
                refusal=None,
                created_at=tx.now,
            )
            jobs.add(tx, job)
            return job

        try:
            return await self._db.write(unit)
        except BaseException:
            await asyncio.to_thread(self.folder.delete, [name])
            raise

    async def picture_for(self, account_id: int, upload_id: int, source: BinaryIO) -> Upload:
        """Let a picture out of *source* stand for a file of the account's that waits for its post.

        Raises:
            NotFound: there is no such file of theirs.
            Conflict: it is in a post.
            NotValid, NotNow: as `add`.
        """
        before = await self._db.read(lambda tx: queries.own(tx, account_id, upload_id))
        if before is None:
            raise NotFound("There is no such picture.")
        workshop = await self._workshop()
        making = before.making
        made = await self._in_turn(lambda: stamping.taken_in(source, making, workshop, recording.POSTER))
        picture, small = made.decoded, made.decoded.whole
        after = replace(
            before,
            small_name=small.name,
            small_type=small.media_type,
            small_size=small.size,
            blurhash=picture.blurhash if before.play is not None else before.blurhash,
        )

        def unit(tx: Tx) -> None:
            self._check_budget(queries.used_by(tx, account_id) + small.size)
            queries.replace_waiting(tx, after)

        try:
            await self._db.write(unit)
        except BaseException:
            await asyncio.to_thread(self.folder.delete, picture.names)
            raise
        await asyncio.to_thread(self.folder.delete, [each for each in [before.small_name] if each])
        return after

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
        workshop = await self._workshop()
        made = await self._in_turn(
            lambda: stamping.marked_anew(before, making, workshop.folder, workshop.stamp)
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

    async def _workshop(self) -> Workshop:
        stamp = Stamp(house=self._house, signer=await self.signer())
        bounds = replace(self.bounds, given_up=threading.Event())
        return Workshop(folder=self.folder, bounds=bounds, stamp=stamp)

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

    async def _in_turn(self, work: Callable[[], Made], *, turns: asyncio.Semaphore | None = None) -> Made:
        if self._waiting >= WAITING:
            raise NotNow("Too many pictures are being taken in. Try again in a minute.", retry_after=30)
        self._waiting += 1
        try:
            async with turns or self._turns:
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


def _noted(tx: Tx, account_id: int, made: Made, sent: Sent, job: Job | None) -> Upload:
    """The row of what was made; of a job with what is said of it by now.

    Raises:
        Conflict: the job is not wanted any more.
    """
    said = jobs.finish(tx, job.id) if job is not None else None
    if job is not None and said is None:
        raise Conflict("This file is not wanted any more.")
    decoded = made.decoded
    small = decoded.small
    return Upload(
        id=job.id if job is not None else tx.new_id(),
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
        description=said.description if said is not None else sent.description,
        focus=said.focus if said is not None else sent.focus,
        created_at=tx.now,
        deleted_at=None,
        ai_part=made.making.part,
        ai_tool=made.making.tool,
        ai_least=made.least,
        credentials=made.papers,
        play=decoded.play,
    )


def _kind(source: BinaryIO) -> Kind | None:
    source.seek(0)
    return sent_kind_of(source.read(LOOKS_AT))


def _is_recording(kind: Kind | None) -> bool:
    return kind is not None and is_recording(kind)


def _shelved(folder: Folder, source: BinaryIO) -> tuple[str, int]:
    """A copy of what was sent, where it outlives this request: its name and bytes."""
    if not folder.has_room():
        raise NotNow(NO_ROOM, detail=f"{folder.root} is nearly full")
    name, file = folder.begin()
    try:
        source.seek(0)
        shutil.copyfileobj(source, file, 1 << 20)
        size = source.tell()
        folder.keep(name, file)
    except OSError as error:
        raise NotNow(NO_ROOM, detail=str(error)) from error
    finally:
        folder.abandon(name, file)  # a no-op for what was kept
    return name, size
