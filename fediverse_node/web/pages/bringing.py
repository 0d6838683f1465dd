"""Who brings a file along at the moment: one at a time for each person, and few at once in all.

What is taken in lies in memory until it is, and may be some hundred megabytes (DOS-14).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from fediverse_node.kernel.errors import NotNow

#: Files that one process takes in at once.
AT_ONCE: Final = 4
_COME_AGAIN: Final = 60.0


@dataclass(slots=True)
class Bringing:
    """The accounts whose files one process is taking in."""

    _accounts: set[int] = field(default_factory=set)

    @contextmanager
    def turn(self, account_id: int) -> Iterator[None]:
        """The turn of an account, for as long as the context lasts.

        Raises:
            NotNow: another file of theirs is being taken in, or too many of others.
        """
        if account_id in self._accounts:
            raise NotNow(
                "Another file of yours is still being taken in. Try again when it is.",
                retry_after=_COME_AGAIN,
            )
        if len(self._accounts) >= AT_ONCE:
            raise NotNow("Too many files are being taken in. Try again in a minute.", retry_after=_COME_AGAIN)
        self._accounts.add(account_id)
        try:
            yield
        finally:
            self._accounts.discard(account_id)


BRINGING: web.AppKey[Bringing] = web.AppKey("bringing", Bringing)
