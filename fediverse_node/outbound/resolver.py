"""Names to addresses, in threads of our own, and only the addresses that may be reached.

The event loop's default threads are few and shared: a handful of name servers that never answer
would stop everything else. Here they hold threads that do nothing but this, one name holds at
most one of them, and the threads do not keep the process from ending.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from queue import SimpleQueue
from threading import Thread

from aiohttp.abc import AbstractResolver, ResolveResult

from fediverse_node.outbound.errors import AddressRefused
from fediverse_node.outbound.guard import Address, AddressPolicy

#: Blocking: the addresses of a host as text. Raises OSError when there are none.
Lookup = Callable[[str], Sequence[str]]
_Outcome = Sequence[str] | OSError
_Job = tuple[str, "asyncio.Future[_Outcome]"]


def system_lookup(host: str) -> list[str]:
    """What the machine's resolver says about *host*, in the order it prefers."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver(AbstractResolver):
    """aiohttp's resolver, asked for every name that is not in its cache.

    Args:
        policy: which addresses may be given out.
        lookup: how a name is looked up; called in a thread.
        seconds: how long a caller waits.
        threads: how many look-ups run at once.
    """

    def __init__(
        self, policy: AddressPolicy, *, lookup: Lookup = system_lookup, seconds: float, threads: int
    ) -> None:
        self._policy = policy
        self._lookup = lookup
        self._seconds = seconds
        self._max_threads = threads
        self._threads = 0
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._running: dict[str, asyncio.Future[_Outcome]] = {}

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - aiohttp's signature; both are asked for
    ) -> list[ResolveResult]:
        """The permitted addresses of *host* for *port*; of several, those that are not are left out.

        Raises:
            AddressRefused: it has addresses, and none may be reached.
            OSError: it has none, or none came in time.
        """
        try:
            async with asyncio.timeout(self._seconds):
                outcome = await asyncio.shield(self._ask(host))
        except TimeoutError:
            raise OSError(f"no answer from DNS within {self._seconds:g} s") from None
        if isinstance(outcome, OSError):
            raise outcome
        addresses = [ip_address(text) for text in outcome]
        permitted = [ip for ip in addresses if self._policy.permits(ip, port)]
        if not permitted:
            raise AddressRefused(f"none of its addresses may be reached on port {port}")
        return [_result(host, ip, port) for ip in permitted]

    def _ask(self, host: str) -> asyncio.Future[_Outcome]:
        waiting = self._running.get(host)
        if waiting is not None:
            return waiting
        future: asyncio.Future[_Outcome] = asyncio.get_running_loop().create_future()
        self._running[host] = future
        future.add_done_callback(lambda _: self._running.pop(host, None))
        if self._threads < min(len(self._running), self._max_threads):
            self._threads += 1
            # Not a ThreadPoolExecutor: the interpreter waits for its threads at exit, and a
            # look-up that hangs would hold up a clean stop.
            Thread(target=self._work, name="dns", daemon=True).start()
        self._jobs.put((host, future))
        return future

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            host, future = job
            outcome: _Outcome
            try:
                outcome = self._lookup(host)
            except OSError as error:
                outcome = error
            except ValueError as error:  # the resolver's own idea of what a name may look like
                outcome = OSError(str(error))
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                future.get_loop().call_soon_threadsafe(_settle, future, outcome)

    async def close(self) -> None:
        """Let the threads go and wake everybody who still waits."""
        for _ in range(self._threads):
            self._jobs.put(None)
        self._threads = 0
        for future in list(self._running.values()):
            _settle(future, OSError("the client has been closed"))


def _settle(future: asyncio.Future[_Outcome], outcome: _Outcome) -> None:
    if not future.done():
        future.set_result(outcome)


def _result(host: str, ip: Address, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=str(ip),
        port=port,
        family=socket.AF_INET6 if ip.version == 6 else socket.AF_INET,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
