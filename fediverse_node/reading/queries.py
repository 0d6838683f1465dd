"""All SQL of the reading room."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import sqlalchemy as sa

from fediverse_node.kernel.errors import Conflict
from fediverse_node.reading.model import Marker, Timeline
from fediverse_node.reading.tables import account_notes, markers, muted_threads
from fediverse_node.storage.tx import Tx

#: Rung when somebody mutes their first thread, or lets their last one be heard again.
BELL: Final = "muted threads"

_BY: sa.BindParameter[int] = sa.bindparam("by", type_=sa.BigInteger)
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_MARKERS = sa.select(
    markers.c.timeline, markers.c.last_read_id, markers.c.version, markers.c.updated_at
).where(markers.c.actor_id == _BY)
_MUTED = sa.select(muted_threads.c.root_id).where(
    muted_threads.c.actor_id == _BY, muted_threads.c.root_id.in_(_IDS)
)
_MUTED_BY = sa.select(muted_threads.c.actor_id).where(muted_threads.c.root_id.in_(_IDS))
_MUTING = sa.select(muted_threads.c.actor_id).distinct()
_NOTES = sa.select(account_notes.c.target_id, account_notes.c.note).where(
    account_notes.c.actor_id == _BY, account_notes.c.target_id.in_(_IDS)
)


def markers_of(tx: Tx, actor_id: int, timelines: Collection[Timeline]) -> list[Marker]:
    """Where somebody stopped reading these timelines, as far as they said."""
    found = [
        Marker(timeline=row[0], last_read_id=row[1], version=row[2], updated_at=row[3])
        for row in tx.all(_MARKERS, {"by": actor_id})
    ]
    return [marker for marker in found if marker.timeline in timelines]


def mark(tx: Tx, actor_id: int, timeline: Timeline, last_read_id: int) -> Marker:
    """Note where somebody stopped reading.

    Raises:
        Conflict: another app of theirs said something else in the same moment.
    """
    before = next(iter(markers_of(tx, actor_id, [timeline])), None)
    values = {"last_read_id": last_read_id, "updated_at": tx.now}
    if before is None:
        made = {"actor_id": actor_id, "timeline": timeline, "version": 0, **values}
        written = tx.insert_new(markers, made)
    else:
        where = (
            markers.c.actor_id == actor_id,
            markers.c.timeline == timeline,
            markers.c.version == before.version,
        )
        change = markers.update().where(*where).values(version=before.version + 1, **values)
        written = tx.execute(change).rowcount == 1
    if not written:
        raise Conflict("Conflict during update, please try again.")
    version = 0 if before is None else before.version + 1
    return Marker(timeline=timeline, last_read_id=last_read_id, version=version, updated_at=tx.now)


def mute_thread(tx: Tx, actor_id: int, root_id: int) -> None:
    """Let somebody hear nothing more of a thread."""
    tx.insert_new(muted_threads, {"actor_id": actor_id, "root_id": root_id, "created_at": tx.now})
    tx.ring(BELL)


def unmute_thread(tx: Tx, actor_id: int, root_ids: Collection[int]) -> None:
    """Let somebody hear of a thread again: its root of today and, if it was another, that of then."""
    where = (muted_threads.c.actor_id == actor_id, muted_threads.c.root_id.in_(list(root_ids)))
    tx.execute(muted_threads.delete().where(*where))
    tx.ring(BELL)


def mutes_threads(tx: Tx, actor_id: int | None) -> bool:
    """Whether somebody mutes any thread. Mostly no statement: the few who do are remembered."""
    return actor_id is not None and actor_id in tx.remembered(BELL, _muting)


def muted_among(tx: Tx, actor_id: int, post_ids: Iterable[int]) -> set[int]:
    """Those of *post_ids* that somebody muted a thread by."""
    return {row[0] for row in tx.all(_MUTED, {"by": actor_id, "ids": list(set(post_ids))})}


def muting_among(tx: Tx, post_ids: Iterable[int]) -> set[int]:
    """Who muted a thread by one of *post_ids*. No statement where nobody mutes any."""
    if not tx.remembered(BELL, _muting):
        return set()
    return {row[0] for row in tx.all(_MUTED_BY, {"ids": list(set(post_ids))})}


def note(tx: Tx, actor_id: int, target_id: int, text: str) -> None:
    """Write something down about somebody; an empty text takes it away."""
    if text:
        values = {"actor_id": actor_id, "target_id": target_id, "note": text}
        tx.upsert(account_notes, values, key=["actor_id", "target_id"])
    else:
        where = (account_notes.c.actor_id == actor_id, account_notes.c.target_id == target_id)
        tx.execute(account_notes.delete().where(*where))


def notes_of(tx: Tx, actor_id: int, target_ids: Iterable[int]) -> dict[int, str]:
    """What somebody wrote down about others, by their id, in one statement."""
    rows = tx.all(_NOTES, {"by": actor_id, "ids": list(set(target_ids))})
    return {row[0]: row[1] for row in rows}


def forget(tx: Tx, actor_id: int) -> None:
    """Forget everything that somebody kept who is gone."""
    for table in (markers, muted_threads, account_notes):
        tx.execute(table.delete().where(table.c.actor_id == actor_id))
    tx.ring(BELL)


def _muting(tx: Tx) -> frozenset[int]:
    return frozenset(row[0] for row in tx.all(_MUTING, {}))
