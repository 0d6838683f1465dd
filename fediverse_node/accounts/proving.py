"""Passwords off the event loop, a few at a time: each takes 19 MiB and tens of milliseconds of a core."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fediverse_node.accounts import passwords
from fediverse_node.kernel.errors import NotNow

#: Hashes made at once by one process. A flood of sign-ins waits; everything else goes on.
AT_ONCE: Final = 2
#: And no more than these wait: a flood from many addresses would keep everybody waiting for minutes.
QUEUE: Final = 20
_RETRY_SECONDS: Final = 5.0
#: The hash of a password that was thrown away. Whoever asks for an unknown account waits just as long.
_NOBODYS: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$E/dC0kjBMYspD1De4wFJSQ$lwuP/19Xsq7TaFqmSeQvyLnodGvRFzSV/NqD+nskaWE"
)


class TooManyAtOnce(NotNow):
    """Too many people are signing in at this moment. Nothing was changed; try again in a few seconds."""


class Proving:
    """Makes and checks hashes of passwords for one process.

    Both methods raise `TooManyAtOnce` while `QUEUE` others wait for their turn.
    """

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether *password* is the one of the hash *stored*; never for None, at the same cost."""
        async with self._turn():
            found = await asyncio.to_thread(passwords.check_password, password, stored or _NOBODYS)
        return found and stored is not None

    async def hash(self, password: str) -> str:
        """The hash to store.

        Raises:
            As `passwords.hash_password`.
        """
        async with self._turn():
            return await asyncio.to_thread(passwords.hash_password, password)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= QUEUE:
            raise TooManyAtOnce(retry_after=_RETRY_SECONDS)
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()
