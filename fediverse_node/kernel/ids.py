"""Ids: 63-bit integers that sort by time, sent to clients as decimal strings.

42 bits of milliseconds since 2020 and 21 bits drawn at random. Within a process they strictly
increase; between processes two ids of one millisecond differ but for one chance in two million,
and a primary key refuses that one.
"""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime

EPOCH_MS = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)
RANDOM_BITS = 21
_MAX_STEP = 1 << 10
#: From when on moments before `EPOCH_MS` are told apart: before that there was no web.
_FIRST_MS = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp() * 1000)
#: Random bits of the ids of that time; all of them together fit into the first two days of 2020.
_EARLY_BITS = 8


class IdFactory:
    """Makes ids for one process. Safe to call from any thread."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self, now: datetime) -> int:
        """A new id for the moment *now*, greater than every id this factory made before."""
        floor = lowest_id_at(now)
        with self._lock:
            candidate = floor | secrets.randbits(RANDOM_BITS)
            if candidate <= self._last:
                candidate = self._last + 1 + secrets.randbelow(_MAX_STEP)
            self._last = candidate
        return candidate


def lowest_id_at(moment: datetime) -> int:
    """The smallest id that could have been made at *moment* (for paging by time)."""
    return max(0, int(moment.timestamp() * 1000) - EPOCH_MS) << RANDOM_BITS


def id_at(moment: datetime) -> int:
    """An id as it would have been made at *moment*, for what is stored late and must stand in its place.

    Two of one millisecond differ but for one chance in two million; a primary key refuses that one. What is
    older than the ids are keeps its order, too, at the very beginning of their time.
    """
    early = EPOCH_MS - int(moment.timestamp() * 1000)
    if early > 0:
        since = max(EPOCH_MS - early - _FIRST_MS, 1)
        return since << _EARLY_BITS | secrets.randbits(_EARLY_BITS)
    return max(lowest_id_at(moment), 1 << RANDOM_BITS) | secrets.randbits(RANDOM_BITS)


def time_of(id_: int) -> datetime:
    """The millisecond in which *id_* was made."""
    return datetime.fromtimestamp(((id_ >> RANDOM_BITS) + EPOCH_MS) / 1000, UTC)


def parse_id(text: str) -> int | None:
    """An id as a client sent it, or None when it cannot be one. Never raises."""
    if not (0 < len(text) <= 19 and text.isascii() and text.isdigit()):
        return None
    value = int(text)
    return value if value < 1 << 63 else None
