"""Keeps the copies in order: what was deleted goes, what nobody noted goes, what is looked at stays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from fediverse_node.actors import queries as actors
from fediverse_node.media import queries
from fediverse_node.media.copies import Copies
from fediverse_node.media.model import Copy
from fediverse_node.moderation.policy import BELL, policy
from fediverse_node.posts import queries as posts
from fediverse_node.storage.folder import Folder
from fediverse_node.storage.turns import work_in_turns
from fediverse_node.storage.tx import Tx
from fediverse_node.web.media.admission import is_unwanted

log = logging.getLogger(__name__)

#: Seconds between two rounds: files of deleted posts are gone within a minute (PRI-11).
EVERY = 30.0
#: Rounds between two that also compare rows with files and look at people.
THOROUGH = 120
#: Copies looked at in one transaction.
BATCH = 500


class _Choice(Protocol):
    """Which of some copies are to go."""

    def __call__(self, tx: Tx, *, some: Sequence[Copy]) -> list[Copy]: ...


class Tidier:
    """Goes through the copies of a node until it is told to stop."""

    def __init__(self, copies: Copies) -> None:
        self._copies = copies
        self._rounds = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set: at once, then now and then, and whenever a server is shut out."""
        await work_in_turns(self._copies.db, BELL, stop, self._turn, every=EVERY)

    async def run_once(self, *, thorough: bool = False) -> int:
        """One round. Gives how many copies went.

        Args:
            thorough: also look for files without a row, rows without a file, and people who are gone.
        """
        copies = self._copies
        await copies.note_uses()
        gone = [each async for each in self._leaving(_unwanted)]
        if thorough:
            gone += [each async for each in self._leaving(_of_nobody)]
            gone += await self._without_file()
        await copies.clear(list({each.id: each for each in gone}.values()))
        if thorough:
            await self._sweep()
        return len(gone)

    async def _turn(self) -> bool:
        thorough = self._rounds % THOROUGH == 0
        self._rounds += 1
        try:
            await self.run_once(thorough=thorough)
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and copies still need tidying.
            log.exception("media.turn_failed")
        return False

    async def _batches(self) -> AsyncIterator[list[Copy]]:
        last = 0
        while batch := await self._copies.db.read(partial(queries.after, id_=last, limit=BATCH)):
            yield batch
            last = batch[-1].id

    async def _leaving(self, choose: _Choice) -> AsyncIterator[Copy]:
        async for batch in self._batches():
            for each in await self._copies.db.read(partial(choose, some=batch)):
                yield each

    async def _without_file(self) -> list[Copy]:
        folder, lost = self._copies.folder, []
        async for batch in self._batches():
            lost += await asyncio.to_thread(_without_file, folder, batch)
        return lost

    async def _sweep(self) -> None:
        """Delete files that nobody noted: of a process that was killed, or that could not be deleted."""
        folder = self._copies.folder
        found = await asyncio.to_thread(lambda: list(folder.strays()))
        for start in range(0, len(found), BATCH):
            some = found[start : start + BATCH]
            names = [path.name for path in some]
            noted = await self._copies.db.read(partial(queries.named, names=names))
            strays = [path for path in some if folder.is_unfinished(path) or path.name not in noted]
            await asyncio.to_thread(_delete, strays)


def _without_file(folder: Folder, some: Sequence[Copy]) -> list[Copy]:
    return [each for each in some if not folder.has(each.name)]


def _delete(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _unwanted(tx: Tx, *, some: Sequence[Copy]) -> list[Copy]:
    """Copies of posts that were deleted, and of servers whose files the operator does not want."""
    rules = policy(tx)
    asked = {each.post_id for each in some if each.post_id is not None}
    standing = posts.authors_of(tx, asked).keys() if asked else set()
    return [
        each
        for each in some
        if (each.post_id is not None and each.post_id not in standing)
        or is_unwanted(rules, each.host)
        or is_unwanted(rules, each.domain)
    ]


def _of_nobody(tx: Tx, *, some: Sequence[Copy]) -> list[Copy]:
    """Pictures of people who are gone or suspended."""
    people = actors.by_ids(tx, {each.actor_id for each in some if each.actor_id is not None})
    active = {id_ for id_, person in people.items() if person.active}
    return [each for each in some if each.actor_id is not None and each.actor_id not in active]
