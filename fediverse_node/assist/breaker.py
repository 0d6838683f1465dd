"""Stops asking a provider that keeps failing, so that nobody waits a minute to hear so."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from fediverse_node.assist.provider import AssistUnavailable, ModelProvider, ModelRequest

FAILURES = 5
WINDOW_SECONDS = 60.0
OPEN_SECONDS = 60.0


class WithBreaker:
    """A provider that answers “not now” for a minute after five failures within one.

    Args:
        inner: the provider that is asked.
        clock: seconds that only ever grow.
    """

    def __init__(self, inner: ModelProvider, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._inner = inner
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._open_until = 0.0

    @property
    def name(self) -> str:
        """As the provider behind says."""
        return self._inner.name

    @property
    def model(self) -> str:
        """As the provider behind says."""
        return self._inner.model

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str, None]:
        """As the provider behind; see `ModelProvider.stream`."""
        wait = self._open_until - self._clock()
        if wait > 0:
            raise AssistUnavailable(detail="breaker is open", retry_after=wait)
        try:
            async with aclosing(self._inner.stream(request)) as pieces:
                async for piece in pieces:
                    yield piece
        except AssistUnavailable:
            self._note_failure()
            raise
        self._failures.clear()

    def _note_failure(self) -> None:
        now = self._clock()
        self._failures.append(now)
        if len(self._failures) == FAILURES and now - self._failures[0] <= WINDOW_SECONDS:
            self._open_until = now + OPEN_SECONDS
            self._failures.clear()
