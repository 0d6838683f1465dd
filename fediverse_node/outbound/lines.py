"""Connections that letters go over: one letter at a time over each, used again while they are good.

Deliveries are by far most of what a server sends, and they are all alike: a POST, an answer that
nobody reads beyond its status. What this does is what the general client does, without the rest.
The address is checked where its socket is made, as it is there.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import Final, NamedTuple, cast

import aiohappyeyeballs

from fediverse_node.outbound.answers import Answer, AnswerReader
from fediverse_node.outbound.errors import AddressRefused, Garbled, Refused
from fediverse_node.outbound.guard import Address, AddressPolicy, literal_address
from fediverse_node.outbound.limits import Limits
from fediverse_node.outbound.resolver import Resolver

#: Seconds after which the next address of a host is tried beside the one before (RFC 8305).
_NEXT_ADDRESS: Final = 0.25
#: Names whose addresses are kept.
_NAMES: Final = 4096


class Place(NamedTuple):
    """Where a connection leads: a host name or literal address, a port, and whether it is encrypted."""

    host: str
    port: int
    encrypted: bool


class Line(asyncio.Protocol):
    """One connection.

    Attributes:
        idle_until: when it is closed if nobody uses it, on the loop's clock.
    """

    def __init__(self, limits: Limits) -> None:
        self.idle_until = 0.0
        self._limits = limits
        self._transport: asyncio.Transport | None = None
        self._reader: AnswerReader | None = None
        self._waiting: asyncio.Future[Answer] | None = None

    @property
    def usable(self) -> bool:
        """Another letter may go over it."""
        return self._waiting is None and self._transport is not None and not self._transport.is_closing()

    async def ask(self, letter: bytes) -> Answer:
        """Send *letter* and wait for its answer, for which the caller sets a time.

        Raises:
            OSError: the connection broke, or what came is no answer.
        """
        if self._transport is None:
            raise Garbled("the connection was closed")
        self._reader = AnswerReader(self._limits)
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(letter)
        answer = await self._waiting
        if self._reader.reusable:
            self._waiting = None
        return answer

    def abort(self) -> None:
        """Close it at once, whatever is on its way."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The loop: it is open."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is none by inheritance

    def data_received(self, data: bytes) -> None:
        """The loop: *data* has come."""
        if self._waiting is None or self._reader is None or self._waiting.done():
            # Said without being asked: it would be taken for the answer to the next letter.
            self.abort()
            return
        try:
            answer = self._reader.feed(data)
        except Garbled as error:
            self._waiting.set_exception(error)
            return
        if answer is not None:
            self._waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """The loop: it is closed, by the other side or because it broke."""
        self._transport = None
        if self._waiting is None or self._reader is None or self._waiting.done():
            return
        if exc is not None:
            self._waiting.set_exception(exc if isinstance(exc, OSError) else OSError(str(exc)))
            return
        try:
            self._waiting.set_result(self._reader.end())
        except Garbled as error:
            self._waiting.set_exception(error)


@dataclass(slots=True)
class _Host:
    """The connections to one place."""

    room: asyncio.Semaphore
    users: int = 0
    idle: list[Line] = field(default_factory=list)


class Lines:
    """Every connection that letters go over. `close` it.

    Args:
        policy: which addresses may be reached.
        resolver: gives the addresses of names.
        context: what is asked of an encrypted connection.
        limits: the bounds.
    """

    def __init__(
        self, policy: AddressPolicy, resolver: Resolver, *, context: ssl.SSLContext, limits: Limits
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._context = context
        self._limits = limits
        self._room = asyncio.Semaphore(limits.connections)
        self._hosts: dict[Place, _Host] = {}
        self._busy: set[Line] = set()
        self._idle = 0
        self._closed = False
        self._sweeping: asyncio.TimerHandle | None = None
        self._names: dict[tuple[str, int], tuple[float, list[aiohappyeyeballs.AddrInfoType]]] = {}

    async def ask(self, place: Place, letter: bytes) -> Answer:
        """Send *letter* to *place* and wait for the answer, for which the caller sets a time.

        Raises:
            AddressRefused: it may not be reached.
            OSError: it could not be, or what came is no answer.
        """
        host = self._hosts.get(place)
        if host is None:
            host = self._hosts[place] = _Host(asyncio.Semaphore(self._limits.connections_per_host))
        host.users += 1
        try:
            async with host.room, self._room:
                line = self._kept(host) or await self._dial(place)
                self._busy.add(line)
                try:
                    return await line.ask(letter)
                finally:
                    # Also when the caller's time is over: whatever is still to come is not for the next one.
                    self._put_back(host, line)
        finally:
            host.users -= 1
            self._forget(place, host)

    async def close(self) -> None:
        """Close every connection; what is on its way over one of them ends with an error."""
        self._closed = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        for line in (*self._busy, *(line for host in self._hosts.values() for line in host.idle)):
            line.abort()
        self._hosts.clear()
        await asyncio.sleep(0)  # the loop closes an aborted connection in its next round

    def _kept(self, host: _Host) -> Line | None:
        now = asyncio.get_running_loop().time()
        while host.idle:
            line = host.idle.pop()
            self._idle -= 1
            if line.usable and line.idle_until > now:
                return line
            line.abort()
        return None

    def _put_back(self, host: _Host, line: Line) -> None:
        self._busy.discard(line)
        if self._closed or not line.usable or self._idle >= self._limits.connections:
            line.abort()
            return
        loop = asyncio.get_running_loop()
        line.idle_until = loop.time() + self._limits.keepalive
        host.idle.append(line)
        self._idle += 1
        if self._sweeping is None:
            self._sweeping = loop.call_later(self._limits.keepalive, self._sweep)

    def _sweep(self) -> None:
        """Close what nobody has used for a while."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for place, host in list(self._hosts.items()):
            good = [line for line in host.idle if line.usable and line.idle_until > now]
            for line in host.idle:
                if line not in good:
                    line.abort()
            self._idle -= len(host.idle) - len(good)
            host.idle = good
            self._forget(place, host)
        self._sweeping = loop.call_later(self._limits.keepalive, self._sweep) if self._idle else None

    def _forget(self, place: Place, host: _Host) -> None:
        if not host.users and not host.idle and self._hosts.get(place) is host:
            del self._hosts[place]

    async def _dial(self, place: Place) -> Line:
        addresses = await self._addresses(place)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._limits.connect):
            found = await aiohappyeyeballs.start_connection(
                addresses,
                happy_eyeballs_delay=_NEXT_ADDRESS,
                interleave=1,
                loop=loop,
                socket_factory=self._socket,
            )
            try:
                _, line = await loop.create_connection(
                    partial(Line, self._limits),
                    sock=found,
                    ssl=self._context if place.encrypted else None,
                    server_hostname=place.host if place.encrypted else None,
                )
            except BaseException:
                found.close()  # if the loop has not taken it yet
                raise
        return line

    async def _addresses(self, place: Place) -> list[aiohappyeyeballs.AddrInfoType]:
        literal = literal_address(place.host)
        if literal is not None:
            return [_info(literal, place.port)]
        now = asyncio.get_running_loop().time()
        until, known = self._names.get((place.host, place.port), (0.0, []))
        if until > now:
            return known
        results = await self._resolver.resolve(place.host, place.port)
        known = [_info(ip_address(result["host"]), place.port) for result in results]
        if len(self._names) >= _NAMES:
            self._names.clear()
        self._names[place.host, place.port] = (now + self._limits.dns_cache, known)
        return known

    def _socket(self, info: aiohappyeyeballs.AddrInfoType) -> socket.socket:
        return checked_socket(self._policy, info)


def checked_socket(policy: AddressPolicy, info: aiohappyeyeballs.AddrInfoType) -> socket.socket:
    """A socket for the address of *info*, which is the one that will be connected to.

    Raises:
        AddressRefused: it may not be reached.
    """
    family, kind, protocol, _, address = info
    if not policy.permits(ip_address(address[0]), int(address[1])):
        raise AddressRefused("its address may not be reached")
    return socket.socket(family=family, type=kind, proto=protocol)


def letter_of(method: str, url: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """One request as it goes over the wire, to an address in its wire form.

    Raises:
        Refused: a header would end the head, or begin another one.
    """
    _, _, rest = url.partition("://")
    target = rest[rest.index("/") :]
    head = "\n".join(
        (
            f"{method} {target} HTTP/1.1",
            *[f"{name}: {value}" for name, value in headers.items()],
            f"Content-Length: {len(body)}",
            "\n",
        )
    )
    if head.count("\n") != len(headers) + 3 or "\r" in head or "\0" in head:
        raise Refused("This cannot be sent.", detail=f"{rest[:100]}: a header holds more than its value")
    return head.replace("\n", "\r\n").encode() + body


def _info(ip: Address, port: int) -> aiohappyeyeballs.AddrInfoType:
    if ip.version == 6:
        return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (str(ip), port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (str(ip), port))
