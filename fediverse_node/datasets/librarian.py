"""The worker that keeps releases true: who takes a decision back is in none within a day.

A release with a row that was taken back is made anew after a while, so that many who change their mind at
once make one release. Where that fails for too long, the release is taken down instead: nothing at all is
better than what somebody did not want.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from functools import partial
from typing import Final

from fediverse_node.config.sections import Config
from fediverse_node.consent.remembered import memory_of
from fediverse_node.datasets import making, queries, shelf
from fediverse_node.datasets.model import Release
from fediverse_node.kernel.errors import Conflict, NodeError, NotValid
from fediverse_node.receipts import issue
from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns

log = logging.getLogger(__name__)

#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY: Final = 60.0
#: A row that was taken back is handed out for so long at the very most.
PROMISE: Final = timedelta(hours=24)
#: What a new release may take before the promise is in danger.
_MARGIN: Final = timedelta(hours=1)
#: How long after its end people are told that a release holds a post of theirs.
ROWS_KEPT: Final = timedelta(days=365)
#: Rows that one transaction forgets.
_AT_ONCE: Final = 5000


class Librarian:
    """Works until it is told to stop. Several at once do no harm: one makes a release at a time."""

    def __init__(self, db: Database, config: Config) -> None:
        self._db = db
        self._config = config

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set."""
        if self._config.datasets.publish:
            await work_in_turns(self._db, issue.BELL, stop, self._turn, every=LOOK_EVERY)

    async def run_once(self) -> None:
        """Do whatever is due now."""
        release = await self._db.read(queries.current)
        if release is not None and await self._whole(release):
            await self._renew(release)
        await self._clear()

    async def _whole(self, release: Release) -> bool:
        """Whether the database knows of all that was taken back. Else the release it calls current ends."""
        try:
            await self._db.read(memory_of(self._config).require_whole)
        except Conflict as error:
            self._warn(release, error)
            await making.take_down(self._db)
            return False
        return True

    async def _renew(self, release: Release) -> None:
        since = await self._db.read(partial(queries.stale_since, release=release))
        if since is None:
            return
        age = self._db.clock() - since
        if age < timedelta(minutes=self._config.datasets.renew_after_minutes):
            return
        try:
            await making.make(self._db, self._config, release.settings)
        except Conflict:
            log.info("dataset.renewal_waits", extra={"sha256": release.sha256})
        except NotValid as error:
            # Too few are left, say: it would be refused again.
            self._warn(release, error)
            await making.take_down(self._db)
            return
        except NodeError as error:
            self._warn(release, error)
        else:
            return
        if age >= PROMISE - _MARGIN:
            await making.take_down(self._db)

    def _warn(self, release: Release, error: NodeError) -> None:
        reason = error.detail or str(error)
        log.warning("dataset.renewal_failed", extra={"sha256": release.sha256, "error": reason})

    async def _clear(self) -> None:
        before = self._db.clock() - timedelta(days=self._config.datasets.keep_days)
        for release in await self._db.read(partial(queries.on_disk_since, before=before)):
            await asyncio.to_thread(shelf.clear, shelf.folder_of(self._config), release.sha256)
            await self._db.write(partial(queries.note_cleared, release_id=release.id))
            log.info("dataset.cleared", extra={"sha256": release.sha256})
        longest = self._db.clock() - ROWS_KEPT
        for release_id in await self._db.read(partial(queries.forgettable, ended_before=longest)):
            forgetting = partial(queries.forget_rows, release_id=release_id, limit=_AT_ONCE)
            while await self._db.write(forgetting) == _AT_ONCE:
                pass
        # Of a process that was killed: looked for before the rows are read, so that none is of a new release.
        root = shelf.folder_of(self._config)
        if found := await asyncio.to_thread(shelf.names, root):
            for stray in found - await self._db.read(queries.names_on_disk):
                await asyncio.to_thread(shelf.clear, root, stray)

    async def _turn(self) -> bool:
        try:
            await self.run_once()
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the promise is still there.
            log.exception("dataset.turn_failed")
        return False
