"""How an exchange ends that brings no answer: by a clock or by the network, said in this room's errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiohttp

from fediverse_node.outbound.errors import AddressRefused, Refused, Unreachable


@asynccontextmanager
async def deadline(url: str, seconds: float) -> AsyncIterator[None]:
    """*seconds* for all of it.

    Raises:
        Unreachable: they are over.
    """
    clock = asyncio.timeout(seconds)
    try:
        async with clock:
            yield
    except TimeoutError as error:
        if not clock.expired():
            raise
        raise _unreachable(url, f"no whole answer within {seconds:g} s", timed_out=True) from error


@contextmanager
def naming(url: str) -> Iterator[None]:
    """Whatever the network says, as this room's two errors, naming the host and the cause."""
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:
        cause = getattr(error, "os_error", error)
        if isinstance(cause, AddressRefused):
            host = host_of(url)
            raise Refused(f"We do not connect to “{host}”.", detail=f"{host}: {cause}") from error
        timed_out = isinstance(error, TimeoutError)
        raise _unreachable(url, f"{type(error).__name__}: {cause}", timed_out=timed_out) from error


def _unreachable(url: str, reason: str, *, timed_out: bool) -> Unreachable:
    host = host_of(url)
    return Unreachable(f"“{host}” could not be reached.", detail=f"{host}: {reason}", timed_out=timed_out)


def host_of(url: str) -> str:
    """The host of *url* as it is written there, for people and logs."""
    return url.partition("://")[2].partition("/")[0][:253]
