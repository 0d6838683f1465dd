"""Makes copies: one download for everybody who waits for the same file, within bounds, within the budget."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from fediverse_node.credentials import process
from fediverse_node.credentials.model import Manifest
from fediverse_node.kernel.errors import NodeError, NotFound, NotNow, TooLarge
from fediverse_node.kernel.kinds import Kind
from fediverse_node.media import queries
from fediverse_node.media.arrival import Arrival
from fediverse_node.media.failures import Failures, NotShown
from fediverse_node.media.model import Copy, Wanted, key_of
from fediverse_node.media.signing import Signer
from fediverse_node.media.turns import Turns
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.errors import Refused, Unreachable
from fediverse_node.storage.database import Database
from fediverse_node.storage.folder import FREE_AT_LEAST, Folder
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Seconds for one file, from the first look-up to the last byte (limits table L).
SECONDS = 60.0
#: Downloads at once, from one server, and those that wait; and for how many seconds.
AT_ONCE = 32
AT_ONCE_FROM_ONE = 6
WAITING = 256
WAITING_SECONDS = 20.0
#: Files whose credentials are read at once: each takes a process. Of more, nobody reads them.
_READING = 4
#: Copies that are forgotten in one transaction.
_BATCH = 200
_ACCEPT = "image/avif,image/webp,image/*,video/*,audio/*;q=0.8"


class Copies:
    """The copies of one node. `open` it before it is asked.

    Args:
        root: the folder; a part of it belongs to this node.
        budget: bytes of all copies together.
    """

    def __init__(
        self,
        db: Database,
        outbound: Outbound,
        *,
        root: Path,
        budget: int,
        seconds: float = SECONDS,
        free_at_least: int = FREE_AT_LEAST,
    ) -> None:
        self.db = db
        self.budget = budget
        self.failures = Failures()
        self._outbound = outbound
        self._root = root
        self._seconds = seconds
        self._free_at_least = free_at_least
        self._opened: tuple[Signer, Folder] | None = None
        self._flights: dict[str, asyncio.Future[Copy]] = {}
        self._turns = Turns(
            at_once=AT_ONCE, from_one=AT_ONCE_FROM_ONE, waiting=WAITING, seconds=WAITING_SECONDS
        )
        self._arriving = 0
        self._reading = 0
        self._uses: dict[str, datetime] = {}

    async def open(self) -> None:
        """Learn the key, or make one."""
        secret = await self.db.read(queries.secret)
        if secret is None:
            secret = await self.db.write(queries.ensure_secret)
        signer = Signer(secret)
        self._opened = signer, Folder(self._root / signer.tag, free_at_least=self._free_at_least)

    @property
    def signer(self) -> Signer:
        """What signs addresses of copies."""
        assert self._opened is not None, "open() comes first"
        return self._opened[0]

    @property
    def folder(self) -> Folder:
        """Where the files are."""
        assert self._opened is not None, "open() comes first"
        return self._opened[1]

    def is_hopeless(self, owner: str, url: str) -> bool:
        """Whether there will be no copy of this file: it is too large, or of a kind that is not shown."""
        return self.failures.is_hopeless(key_of(owner, url))

    def used(self, copy: Copy, now: datetime) -> None:
        """Somebody looked at a copy. Written down with the next round."""
        self._uses[copy.key] = now

    async def note_uses(self) -> None:
        """Write down when copies were looked at."""
        uses, self._uses = self._uses, {}
        if uses:
            await self.db.write(lambda tx: queries.note_uses(tx, uses))

    async def make(self, wanted: Wanted) -> Copy:
        """A copy of what is *wanted*, fetched now unless somebody else just did.

        Raises:
            NotFound: there is nothing there, or nothing that is shown here.
            NotNow: its server does not answer, or there is no room.
        """
        flight = self._flights.get(wanted.key)
        if flight is not None:
            return await asyncio.shield(flight)
        self.failures.check(wanted.key)
        flight = self._flights[wanted.key] = asyncio.get_running_loop().create_future()
        try:
            async with self._turns.take(wanted.host):
                # Whoever asked just before the last copy was noted comes here just after it.
                copy = await self.db.read(partial(queries.find, key=wanted.key)) or await self._fetch(wanted)
            flight.set_result(copy)
        except BaseException as error:  # whoever waits must be woken also when this request is cancelled
            flight.set_exception(error if isinstance(error, NodeError) else NotNow(detail="interrupted"))
            flight.exception()  # nobody may be waiting, and that is no mistake
            raise
        finally:
            del self._flights[wanted.key]
        return copy

    async def clear(self, gone: Sequence[Copy]) -> None:
        """Forget some copies and delete their files, a few at a time: nobody else's write waits for all."""
        for start in range(0, len(gone), _BATCH):
            some = gone[start : start + _BATCH]
            await self.db.write(partial(queries.remove, copies=some))
            await asyncio.to_thread(self.folder.delete, [copy.name for copy in some])

    def _claim(self, size: int) -> None:
        self._arriving += size
        if size > 0 and self._arriving > self.budget:
            raise NotNow("Too many files are being fetched.", retry_after=30)

    async def _fetch(self, wanted: Wanted) -> Copy:
        arrival = Arrival(self.folder, families=wanted.families, claim=self._claim)
        try:
            name, kind = await self._download(wanted, arrival)
        except NodeError as error:
            # A full disk is our own fault, and passes.
            if isinstance(error, Unreachable) or not isinstance(error, NotNow):
                self.failures.note(wanted.key, error)
            raise
        finally:
            await arrival.abandon()
        said = await self._read(name, kind)
        return await self._note(wanted, name, kind, arrival.size, said)

    async def _download(self, wanted: Wanted, arrival: Arrival) -> tuple[str, Kind]:
        try:
            answer = await self._outbound.download(
                wanted.url,
                accept=_ACCEPT,
                into=arrival.take,
                limit=min(wanted.limit, self.budget),
                seconds=self._seconds,
            )
        except TooLarge as error:
            raise NotShown(detail=error.detail) from error
        except Refused as error:
            raise NotFound(detail=error.detail) from error
        if answer.status != 200:
            kind = Unreachable if answer.status >= 500 or answer.status == 429 else NotFound
            raise kind(detail=f"{wanted.host}: status {answer.status}")
        return await arrival.finish()

    async def _read(self, name: str, kind: Kind) -> Manifest | None:
        """What the Content Credentials in the file say, where somebody has the time to read them."""
        if kind.family != "image" or self._reading >= _READING:
            return None

        def read() -> Manifest | None:
            with self.folder.path(name).open("rb") as file:
                return process.read(file, kind.media_type)

        self._reading += 1
        try:
            return await asyncio.to_thread(read)
        finally:
            self._reading -= 1

    async def _note(self, wanted: Wanted, name: str, kind: Kind, size: int, said: Manifest | None) -> Copy:
        uses, self._uses = self._uses, {}

        def unit(tx: Tx) -> tuple[Copy, list[str]]:
            queries.note_uses(tx, uses)
            made = Copy(
                id=tx.new_id(),
                key=wanted.key,
                post_id=wanted.post_id,
                actor_id=wanted.actor_id,
                host=wanted.host,
                domain=wanted.domain,
                media_type=kind.media_type,
                size=size,
                name=name,
                used_at=tx.now,
                created_at=tx.now,
                credentials=said,
            )
            if not queries.add(tx, made):  # another process was faster
                found = queries.find(tx, made.key)
                assert found is not None
                return found, [name]
            return made, [each.name for each in queries.make_room(tx, self.budget)]

        copy, gone = await self.db.write(unit)
        await asyncio.to_thread(self.folder.delete, gone)
        log.info("media.copied", extra={"host": copy.host, "bytes": copy.size, "deleted": len(gone)})
        return copy
