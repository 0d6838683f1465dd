"""Yeses that are not in force any more, and of which no line of the ledger says so, are ended there.

Nothing here takes a yes away: whatever is found had ended by itself, with its author's standing or its post.
It is for those of whom nobody wrote it down at the time: an author who was suspended or moved before there
was a rule for that, a post that became sensitive, a crash between two turns.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import Entry, Method
from fediverse_node.posts import queries as posts
from fediverse_node.posts.subject import subject_of
from fediverse_node.receipts import issue
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Lines that one turn looks at.
BATCH: Final = 500


class Sweep:
    """Goes round the yeses that stand, a few in each turn. Several at once do no harm."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._after = 0

    async def take_turn(self) -> int:
        """Look at the next few, and end what has lapsed; gives how many that were."""
        after, done = self._after, 0
        lines = await self._db.read(lambda tx: ledger.all_standing(tx, after, BATCH))
        self._after = lines[-1].seq if len(lines) == BATCH else 0
        # Mostly there is nothing to write, and whoever only looks takes no place among the writers.
        lapsed = await self._db.read(lambda tx: len(_lapsed(tx, lines))) if lines else 0
        if lapsed:
            done = await self._db.write(lambda tx: _end(tx, lines))
            log.info("consent.swept", extra={"count": done})
        return done


def _end(tx: Tx, lines: list[Entry]) -> int:
    issue.hold(tx)  # two that sweep at once would each write the line
    last = ledger.latest(tx, [entry.object_uri for entry in lines])
    standing = [entry for entry in lines if last[entry.object_uri].seq == entry.seq]
    found = _lapsed(tx, standing)
    for entry, method in found:
        decisions.end(tx, entry, method=method)
    return len(found)


def _lapsed(tx: Tx, lines: Iterable[Entry]) -> list[tuple[Entry, Method]]:
    """Those of *lines* that are not in force, each with the rule that ended it."""
    entries = list(lines)
    written = posts.by_uris(tx, [entry.object_uri for entry in entries])
    authors = actors.by_uris(tx, {entry.actor_uri for entry in entries})
    found: list[tuple[Entry, Method]] = []
    for entry in entries:
        author, post = authors.get(entry.actor_uri), written.get(entry.object_uri)
        if author is not None and author.deleted_at is not None:
            continue  # what a deleted account left is erased, receipts and all
        if author is None or post is None or decisions.granted(subject_of(post, author), entry) is None:
            found.append((entry, _why(author)))
    return found


def _why(author: Actor | None) -> Method:
    if author is not None and author.suspended_at is not None:
        return "suspend"
    return "move" if author is not None and author.moved_to is not None else "lapse"
