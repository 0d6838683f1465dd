"""Counting what happens, as plain numbers in memory: cheap enough for every request.

Labels come from short lists that are written in the code. A host, a name or an address is never one:
they would tell who speaks with whom, and every stranger could make another series (PRI-17).
How the numbers are shown is decided elsewhere.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

#: Counters by name, with the names of their labels and their meaning.
COUNTERS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "inbox_activities": (("type", "result"), "Activities that reached an inbox, by what became of them."),
    "inbox_signature_failures": (("reason",), "Deliveries whose signature was refused, by why."),
    "deliveries": (("outcome",), "Attempts to deliver, by how they ended."),
    "breaker_changes": (("to",), "Breakers that opened or closed."),
    "outbound_requests": (("method", "outcome"), "Requests to other servers, by how they ended."),
}
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: Histograms by name, with the names of their labels, the upper bounds and their meaning.
HISTOGRAMS: Final[dict[str, tuple[tuple[str, ...], tuple[float, ...], str]]] = {
    "http_request_seconds": (("door", "status"), _SECONDS, "How long requests took, by door and status."),
    "delivery_seconds": (("outcome",), _SECONDS, "How long attempts to deliver took."),
    "db_write_seconds": ((), _SECONDS, "How long a transaction took that writes, with its commit."),
    "db_write_units": ((), (1, 2, 4, 8, 16, 32, 64, 128, 256), "Units of work in one such transaction."),
    "event_loop_lag_seconds": ((), _SECONDS, "How late the event loop came to what was due."),
}


@dataclass(slots=True)
class Histogram:
    """How many values fell under each bound; the last count is of those above all."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        """Count *value*."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Tallies:
    """What one process has counted since it began. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self._histograms: dict[tuple[str, tuple[str, ...]], Histogram] = {}

    def count(self, name: str, *labels: str) -> None:
        """One more of *name*, a key of `COUNTERS`."""
        with self._lock:
            self._counts[name, labels] += 1

    def observe(self, name: str, value: float, *labels: str) -> None:
        """Add *value* to *name*, a key of `HISTOGRAMS`."""
        key = (name, labels)
        with self._lock:
            found = self._histograms.get(key)
            if found is None:
                found = self._histograms[key] = Histogram(HISTOGRAMS[name][1])
            found.add(value)

    def counts(self, name: str) -> dict[tuple[str, ...], int]:
        """Every series of a counter, by its labels."""
        with self._lock:
            return {labels: count for (each, labels), count in self._counts.items() if each == name}

    def histograms(self, name: str) -> Iterable[tuple[tuple[str, ...], list[int], float]]:
        """Every series of a histogram: labels, counts under each bound and above, and the sum."""
        with self._lock:
            return [
                (labels, list(found.counts), found.total)
                for (each, labels), found in self._histograms.items()
                if each == name
            ]
