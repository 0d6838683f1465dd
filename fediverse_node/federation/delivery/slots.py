"""Who may be sent to now: a bounded number of slots, of which the slow hold a quarter at most.

Pure bookkeeping for one worker. A host is slow from the moment an exchange with it has lasted
longer than `SLOW_AFTER` or has failed, until one ends well and quickly. An unknown host counts as
quick: it may turn slow while it holds slots, and if more than the slow share do so at once,
`excess` names the exchanges that have to end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

#: Seconds after which an exchange is slow.
SLOW_AFTER = 2.0
#: The part of all slots that slow hosts may hold together.
SLOW_SHARE = 4
#: Connections to one host: to begin with, and after it has answered well for a while.
FIRST_WINDOW = 2
WIDEST_WINDOW = 8
#: How many hosts are remembered as quick or slow when nothing is on its way to them.
MEMORY = 20_000


class Slots:
    """The slots of one worker.

    Args:
        total: how many exchanges may run at once.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.slow_limit = max(total // SLOW_SHARE, 1)
        #: exchanges that hold a slot, the oldest first, and the host of each
        self._held: dict[Hashable, str] = {}
        self._count: Counter[str] = Counter()
        self._window: dict[str, int] = {}
        self._slow: dict[str, None] = {}
        self._slow_taken = 0

    def copy(self) -> Slots:
        """The same slots, to plan with: what is taken there is not taken here."""
        other = Slots(self.total)
        other._held = dict(self._held)
        other._count = Counter(self._count)
        other._window = dict(self._window)
        other._slow = dict(self._slow)
        other._slow_taken = self._slow_taken
        return other

    @property
    def free(self) -> int:
        """Slots nobody holds."""
        return self.total - len(self._held)

    @property
    def free_for_slow(self) -> int:
        """Slots that a slow host may still take."""
        return max(min(self.free, self.slow_limit - self._slow_taken), 0)

    @property
    def slow_taken(self) -> int:
        """Slots that slow hosts hold."""
        return self._slow_taken

    def take(self, host: str, key: Hashable, *, suspect: bool = False, alone: bool = False) -> bool:
        """Take a slot for exchange *key* with *host*, if it may have one now.

        Args:
            host: who is sent to.
            key: names the exchange until `give_back`.
            suspect: the last exchange with it, perhaps of another process, failed.
            alone: only if nothing else is on its way to it (a probe).
        """
        if suspect:
            self._mark(host)
        if self.free <= 0 or self._count[host] >= (1 if alone else self._window_of(host)):
            return False
        if host in self._slow:
            if self._slow_taken >= self.slow_limit:
                return False
            self._slow_taken += 1
        self._held[key] = host
        self._count[host] += 1
        return True

    def give_back(self, key: Hashable, *, well: bool, seconds: float) -> None:
        """Exchange *key* has ended, *well* or not, after *seconds*."""
        host = self._held.pop(key)
        self._count[host] -= 1
        if not self._count[host]:
            del self._count[host]
        if host in self._slow:
            self._slow_taken -= 1
        if well and seconds <= SLOW_AFTER:
            self._unmark(host)
            self._window[host] = min(self._window_of(host) + 1, WIDEST_WINDOW)
        else:
            self._mark(host)
            self._window[host] = FIRST_WINDOW
        _forget_oldest(self._window)
        # A host is not forgotten while it holds slots: they are counted by what is remembered.
        if len(self._slow) > MEMORY and (oldest := next(iter(self._slow))) not in self._count:
            del self._slow[oldest]

    def turned_slow(self, key: Hashable) -> None:
        """Exchange *key* has become slow, if it still runs."""
        host = self._held.get(key)
        if host is not None:
            self._mark(host)

    def excess(self) -> list[Hashable]:
        """The exchanges that have to end so that the slow keep to their share: the oldest slow ones."""
        over = self._slow_taken - self.slow_limit
        if over <= 0:
            return []
        return [key for key, host in self._held.items() if host in self._slow][:over]

    def full_hosts(self) -> list[str]:
        """Hosts that can take no more at the moment; slow ones too, once their share is used up."""
        share_used = self.free_for_slow == 0
        return [
            host
            for host, count in self._count.items()
            if count >= self._window_of(host) or (share_used and host in self._slow)
        ]

    def _window_of(self, host: str) -> int:
        return self._window.get(host, FIRST_WINDOW)

    def _mark(self, host: str) -> None:
        if host not in self._slow:
            self._slow[host] = None
            self._slow_taken += self._count.get(host, 0)

    def _unmark(self, host: str) -> None:
        if host in self._slow:
            del self._slow[host]
            self._slow_taken -= self._count.get(host, 0)


def _forget_oldest(memory: dict[str, int]) -> None:
    if len(memory) > MEMORY:
        del memory[next(iter(memory))]
