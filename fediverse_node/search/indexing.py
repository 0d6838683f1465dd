"""The worker that fills the index: in batches, behind everybody's back, begun anew where it stopped.

It reads and takes words apart beside everybody else, and then writes a batch in one short transaction.
Where several processes share a database, each may have one: of two batches that were read side by side
only the first is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.ids import time_of
from fediverse_node.search import hashtags, queries, sources
from fediverse_node.search.describing import Described, describe
from fediverse_node.search.sources import FILL, TURN, Agenda
from fediverse_node.search.tables import search_authors, search_late, search_marks
from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Rung when the index is to be filled anew.
BELL: Final = "search"
#: Posts in one batch: few enough that nobody waits for its transaction.
BATCH: Final = 100
#: Seconds after which the worker looks whether something was written.
LOOK_EVERY: Final = 3.0
#: How often it looks whether authors changed their minds, which means to look at all of them.
MINDS_EVERY: Final = timedelta(minutes=10)
#: Old posts between two lines in the log.
SAY_EVERY: Final = 10_000
#: Where several write at once: how long after its ids were made a transaction may be committed.
LAG: Final = timedelta(seconds=10)

_MOVE_ON = sources.NEXT_TURN.where(search_marks.c.reached == sa.bindparam("turn"))
_WALKED = search_authors.update().where(search_authors.c.actor_id == sa.bindparam("author_id"))
_WALKED = _WALKED.values(below=sa.bindparam("rest", type_=sa.BigInteger))
_DONE_LATE = search_late.delete().where(search_late.c.post_id.in_(sa.bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How things stand with the index.

    Attributes:
        posts: how many it has.
        begun: whether there is one.
        left_below: posts with a smaller id are still to be gone through; None: all were.
    """

    posts: int
    begun: bool
    left_below: int | None


class Indexer:
    """Fills the index until it is told to stop. Several at once do no harm.

    Args:
        db: where the posts are.
        lag: how long a transaction that has its ids may take until it is committed.
    """

    def __init__(self, db: Database, *, lag: timedelta | None = None) -> None:
        self._db = db
        # One writer commits in the order in which it makes ids.
        self._lag = lag if lag is not None else timedelta(0) if db.sole_writer else LAG
        self._looked_at: datetime | None = None
        self._filled = 0
        self._said = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set."""
        await work_in_turns(self._db, BELL, stop, self._turn, every=LOOK_EVERY)

    async def run_once(self, progress: Callable[[int], None] | None = None) -> int:
        """Do everything that is to be done, and give how many posts were looked at. For tests and tools.

        Args:
            progress: told after each batch how many old posts have been gone through.
        """
        await self._db.write(sources.changed_minds)
        total = 0
        while True:
            made, more = await self._batch()
            total += made
            if progress is not None:
                progress(self._filled)
            if not more:
                return total

    async def _turn(self) -> bool:
        try:
            now = self._db.clock()
            if self._looked_at is None or now - self._looked_at >= MINDS_EVERY:
                self._looked_at = now
                if await self._db.read(sources.have_changed_minds):
                    await self._db.write(sources.changed_minds)
            _, more = await self._batch()
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("search.turn_failed")
            return False
        return more

    async def _batch(self) -> tuple[int, bool]:
        """One batch: how many posts it looked at, and whether there are more."""

        def look(tx: Tx) -> tuple[Agenda, Described]:
            found = sources.agenda(tx, limit=BATCH, lag=self._lag)
            return found, describe(tx, found.ids)

        agenda, described = await self._db.read(look)
        if agenda.turn is None:
            await self._db.write(lambda tx: begin(tx, self._lag))
            return 0, True
        if agenda.empty:
            return 0, False
        if await self._db.write(lambda tx: keep(tx, agenda, described)):
            self._say(agenda)
        return len(agenda.ids) + len(agenda.gone), agenda.more

    def _say(self, agenda: Agenda) -> None:
        self._filled += agenda.filled
        reached = agenda.marks.get(FILL)
        if reached == 0:
            log.info("search.filled", extra={"posts": self._filled})
        elif reached is not None and self._filled - self._said >= SAY_EVERY:
            self._said = self._filled
            log.info("search.filling", extra={"posts": self._filled, "reached": to_rfc3339(time_of(reached))})


def begin(tx: Tx, lag: timedelta) -> None:
    """Begin to follow what changes, unless somebody has just done so."""
    marks = sources.first_marks(tx, lag)
    if tx.insert_new(search_marks, {"name": TURN, "reached": marks.pop(TURN)}):
        tx.insert(search_marks, [{"name": name, "reached": reached} for name, reached in marks.items()])


def keep(tx: Tx, agenda: Agenda, described: Described) -> bool:
    """Write a batch. False when somebody else has written one since it was read: then nothing is."""
    if tx.change(_MOVE_ON, {"turn": agenda.turn}) == 0:
        return False
    written = [each for each in described.documents if each.post_id not in agenda.gone]
    queries.take_out(tx, (agenda.ids.keys() | agenda.gone) - {each.post_id for each in written})
    queries.write(tx, written)
    # Whoever has a line here keeps it: what was written down before was written down as it says.
    seen = [
        {"actor_id": id_, "indexable": indexable, "below": None} for id_, indexable in described.minds.items()
    ]
    tx.insert_missing(search_authors, seen)
    hashtags.note(tx, described.tagged)
    for name, reached in agenda.marks.items():
        tx.upsert(search_marks, {"name": name, "reached": reached}, key=["name"])
    if agenda.late:
        tx.change(_DONE_LATE, {"ids": agenda.late})
    if agenda.author is not None:
        author_id, rest = agenda.author
        tx.change(_WALKED, {"author_id": author_id, "rest": rest})
    return True


def state(tx: Tx) -> State:
    """How things stand."""
    marks = sources.marks_of(tx)
    return State(posts=queries.count(tx), begun=TURN in marks, left_below=marks.get(FILL) or None)


def begin_anew(tx: Tx) -> None:
    """Empty the index, and have it filled again."""
    queries.forget_everything(tx)
    tx.ring(BELL)
