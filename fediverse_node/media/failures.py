"""What could not be fetched, remembered for a while, so that nobody makes us ask again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from fediverse_node.kernel.errors import NodeError, NotFound, NotNow

#: Seconds: for what the file is, for what its server says of it, and for a server that does not answer.
FOR_WHAT_IT_IS = 86_400.0
FOR_NOT_THERE = 3_600.0
FOR_NO_ANSWER = 300.0
#: Failures remembered at once.
MAX_KEPT = 10_000


class NotShown(NotFound):
    """The file is none that is shown here."""


@dataclass(frozen=True, slots=True)
class _Failure:
    until: float
    detail: str
    kind: type[NodeError]


class Failures:
    """Failures by the key of the copy they prevented.

    Args:
        clock: seconds that only ever grow.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._found: dict[str, _Failure] = {}

    def note(self, key: str, error: NodeError) -> None:
        """Remember that a copy could not be made."""
        if isinstance(error, NotShown):
            seconds = FOR_WHAT_IT_IS
        else:
            seconds = FOR_NO_ANSWER if isinstance(error, NotNow) else FOR_NOT_THERE
        if len(self._found) >= MAX_KEPT:
            del self._found[next(iter(self._found))]
        self._found[key] = _Failure(self._clock() + seconds, error.detail, type(error))

    def check(self, key: str) -> None:
        """Pass when nothing stands against trying.

        Raises:
            NotFound: it was tried, and there is nothing to show.
            NotNow: its server did not answer a moment ago.
        """
        failure = self._found.get(key)
        if failure is None:
            return
        left = failure.until - self._clock()
        if left <= 0:
            del self._found[key]
        elif issubclass(failure.kind, NotNow):
            raise NotNow("The other server does not answer.", retry_after=left)
        else:
            raise NotFound

    def is_hopeless(self, key: str) -> bool:
        """Whether the file is known to be too large or of a kind that is not shown."""
        failure = self._found.get(key)
        return failure is not None and failure.kind is NotShown and failure.until > self._clock()

    def forget(self) -> None:
        """Try everything again."""
        self._found.clear()
