"""The guarded client: one pool of connections, every address checked where it is connected to.

aiohttp asks its resolver about names only, so a literal address would pass by it; its
`socket_factory` sees every address that is really connected to, and a name that
changes its answer between check and use (rebinding) finds no gap. Redirects are followed here by
hand, because aiohttp carries a `Signature` along to the next host.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from fediverse_node.kernel.errors import TooLarge
from fediverse_node.kernel.tallies import Tallies
from fediverse_node.kernel.urls import authority_of, without_fragment
from fediverse_node.outbound.errors import AddressRefused, Refused, Unreachable
from fediverse_node.outbound.guard import AddressPolicy, literal_address, wire_form
from fediverse_node.outbound.limits import Limits, read_at_most
from fediverse_node.outbound.resolver import Lookup, Resolver, system_lookup
from fediverse_node.outbound.tls import tls_context

#: `(method, address, headers, body)` → headers to add. Called once for every hop, with exactly what
#: is sent: the canonical address, and headers that already hold `Host`.
Sign = Callable[[str, str, Mapping[str, str], bytes], Awaitable[Mapping[str, str]]]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What another server answered.

    Attributes:
        status: any HTTP status.
        url: the address that answered, after redirects, without fragment.
        headers: names are found in any case.
        body: decoded, never longer than was asked for.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Outbound:
    """Asks other servers. Opens nothing until first used; `close` it, or use `async with`.

    Args:
        policy: which addresses may be reached.
        user_agent: `fediverse-node/<version> (+<origin>)`.
        own_origin: of this node; requests to it are refused, since a server that fetches from
            itself can be made to vouch for its own uploads.
        limits: the bounds of each exchange.
        ca_file: more certificate authorities to trust, as a PEM file.
        lookup: how names are looked up; called in a thread.
        tallies: where requests are counted.
    """

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        user_agent: str,
        own_origin: str | None = None,
        limits: Limits | None = None,
        ca_file: str | None = None,
        lookup: Lookup = system_lookup,
        tallies: Tallies | None = None,
    ) -> None:
        self._policy = policy
        self._user_agent = user_agent
        self._own_authority = authority_of(own_origin) if own_origin else None
        self._limits = limits or Limits()
        self._ca_file = ca_file
        self._lookup = lookup
        self._tallies = tallies or Tallies()
        self._open: tuple[aiohttp.ClientSession, Resolver] | None = None

    @property
    def policy(self) -> AddressPolicy:
        """Which addresses may be reached."""
        return self._policy

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection. Safe to call twice."""
        if self._open is None:
            return
        session, resolver = self._open
        self._open = None
        await session.close()
        await resolver.close()

    async def get(
        self, url: str, *, accept: str, sign: Sign | None = None, limit: int = 1 << 20, redirects: int = 3
    ) -> Response:
        """Fetch *url*, following at most *redirects* redirects within its scheme.

        Each hop is checked like the first and signed afresh; nothing of one hop's headers goes
        to the next.

        Raises:
            Refused: the policy forbids it, or a redirect led astray.
            Unreachable: no whole answer came in time.
            TooLarge: the body has more than *limit* bytes, decoded.
        """
        async with _deadline(url, self._limits.total):
            for _ in range(redirects + 1):
                response = await self._fetch(url, accept, sign, limit)
                location = response.headers.get("Location")
                if response.status not in _REDIRECTS or location is None:
                    return response
                url = _next_hop(url, location)
        raise Refused("There are too many redirects.", detail=f"{_host(url)}: too many redirects")

    async def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str], sign: Sign | None = None
    ) -> Response:
        """Send *body* to *url* and give back whatever is answered, cut at 64 KiB.

        Never follows a redirect: a signed activity goes where it was addressed.

        Raises:
            Refused: the policy forbids it.
            Unreachable: no whole answer came in time.
        """
        async with _deadline(url, self._limits.total):
            answer = await self.begin("POST", url, headers=headers, body=body, sign=sign)
            content, _ = await _body(answer, url, self._limits.answer_bytes)
        return Response(status=answer.status, url=without_fragment(url), headers=answer.headers, body=content)

    async def download(
        self,
        url: str,
        *,
        accept: str,
        into: Callable[[bytes], Awaitable[None]],
        limit: int,
        seconds: float,
        redirects: int = 3,
    ) -> Response:
        """Fetch *url* piece by piece into *into*, unsigned; the answer that is given back has no body.

        Only the body of an answer with status 200 is read, *seconds* are for all of it, redirects and body
        included. What *into* raises ends it.

        Raises:
            Refused: the policy forbids it, or a redirect led astray.
            Unreachable: no whole answer came in time.
            TooLarge: the body has more than *limit* bytes, decoded.
        """
        async with _deadline(url, seconds):
            for _ in range(redirects + 1):
                answer = await self.begin("GET", url, headers={"Accept": accept})
                location = answer.headers.get("Location")
                if answer.status not in _REDIRECTS or location is None:
                    if answer.status == 200:
                        await _pour(answer, url, into, limit)
                    answer.close()
                    found = without_fragment(url)
                    return Response(status=answer.status, url=found, headers=answer.headers, body=b"")
                answer.close()
                url = _next_hop(url, location)
        raise Refused("There are too many redirects.", detail=f"{_host(url)}: too many redirects")

    async def check(self, url: str) -> None:
        """Look *url* up and say whether it may be reached now. Advice only: each request checks again.

        Raises:
            Refused: the policy forbids it.
            Unreachable: its name leads nowhere.
        """
        target = URL(wire_form(self._policy.check_url(url), url)[0], encoded=True)
        host = target.raw_host or ""
        if literal_address(host) is not None:
            return
        _, resolver = self._opened()
        with _naming(url):
            await resolver.resolve(host, target.port or 0)

    async def begin(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        sign: Sign | None = None,
        timeout: aiohttp.ClientTimeout | None = None,  # noqa: ASYNC109 - aiohttp's own bounds, which hold until the body is read
    ) -> aiohttp.ClientResponse:
        """Send one request; the body of the answer is still to be read, and the answer to be closed.

        For adapters within this room. Without *timeout* only connecting is bounded.

        Raises:
            Refused: the policy forbids it.
            Unreachable: no answer began.
        """
        try:
            answer = await self._begin(method, url, headers=headers, body=body, sign=sign, timeout=timeout)
        except Refused:
            self._tallies.count("outbound_requests", method, "refused")
            raise
        except BaseException:
            self._tallies.count("outbound_requests", method, "unreachable")
            raise
        self._tallies.count("outbound_requests", method, f"{answer.status // 100}xx")
        return answer

    async def _begin(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        sign: Sign | None,
        timeout: aiohttp.ClientTimeout | None,  # noqa: ASYNC109 - as above
    ) -> aiohttp.ClientResponse:
        wire, host = wire_form(self._policy.check_url(url), url)
        if host == self._own_authority:
            raise Refused("We do not fetch from ourselves.", detail=f"{host}: our own host")
        sent: CIMultiDict[str] = CIMultiDict(headers)
        sent["Host"] = host
        sent["Accept-Encoding"] = "identity"
        if sign is not None:
            sent.update(await sign(method, wire, sent, body))
        session, _ = self._opened()
        with _naming(url):
            return await session.request(
                method,
                URL(wire, encoded=True),
                headers=sent,
                data=body or None,
                allow_redirects=False,
                timeout=timeout or session.timeout,
            )

    async def _fetch(self, url: str, accept: str, sign: Sign | None, limit: int) -> Response:
        answer = await self.begin("GET", url, headers={"Accept": accept}, sign=sign)
        more = (answer.content_length or 0) > limit
        content = b""
        if more or answer.status in _REDIRECTS:
            answer.release()
        else:
            content, more = await _body(answer, url, limit)
        if more:
            raise TooLarge(
                f"The answer of “{_host(url)}” is too large.", detail=f"{_host(url)}: over {limit} bytes"
            )
        return Response(status=answer.status, url=without_fragment(url), headers=answer.headers, body=content)

    def _opened(self) -> tuple[aiohttp.ClientSession, Resolver]:
        if self._open is None:
            limits = self._limits
            resolver = Resolver(
                self._policy, lookup=self._lookup, seconds=limits.dns, threads=limits.dns_threads
            )
            connector = aiohttp.TCPConnector(
                resolver=resolver,
                socket_factory=self._socket,
                ssl=tls_context(self._ca_file),
                ttl_dns_cache=limits.dns_cache,
                limit=limits.connections,
                limit_per_host=limits.connections_per_host,
                keepalive_timeout=limits.keepalive,
            )
            session = aiohttp.ClientSession(
                connector=connector,
                headers={"User-Agent": self._user_agent},
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect),
                trust_env=False,
                max_line_size=limits.header_bytes,
                max_field_size=limits.header_bytes,
                max_headers=limits.header_count,
            )
            self._open = session, resolver
        return self._open

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if not self._policy.permits(ip_address(address[0]), int(address[1])):
            raise AddressRefused("its address may not be reached")
        return socket.socket(family=family, type=kind, proto=protocol)


async def _body(answer: aiohttp.ClientResponse, url: str, limit: int) -> tuple[bytes, bool]:
    with _naming(url):
        async with answer:
            return await read_at_most(answer.content.iter_any(), limit)


async def _pour(
    answer: aiohttp.ClientResponse, url: str, into: Callable[[bytes], Awaitable[None]], limit: int
) -> None:
    size = answer.content_length or 0
    received = 0
    async with answer:
        while max(size, received) <= limit:
            with _naming(url):  # not around *into*: its own errors are not the network's
                chunk = await answer.content.readany()
            if not chunk:
                return
            received += len(chunk)
            if received <= limit:
                await into(chunk)
        answer.close()  # what still comes is not worth a connection
    raise TooLarge(f"The answer of “{_host(url)}” is too large.", detail=f"{_host(url)}: over {limit} bytes")


def _next_hop(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
    except ValueError:
        target = ""
    scheme = target.partition(":")[0].lower()
    if scheme != url.partition(":")[0].lower():
        raise Refused(
            "A redirect led to another kind of address.", detail=f"{_host(url)}: redirect to {scheme[:20]!r}"
        )
    return target


@asynccontextmanager
async def _deadline(url: str, seconds: float) -> AsyncIterator[None]:
    clock = asyncio.timeout(seconds)
    try:
        async with clock:
            yield
    except TimeoutError as error:
        if not clock.expired():
            raise
        raise _unreachable(url, f"no whole answer within {seconds:g} s", timed_out=True) from error


@contextmanager
def _naming(url: str) -> Iterator[None]:
    """Whatever the network says, as this room's two errors, naming the host and the cause."""
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:
        cause = getattr(error, "os_error", error)
        if isinstance(cause, AddressRefused):
            host = _host(url)
            raise Refused(f"We do not connect to “{host}”.", detail=f"{host}: {cause}") from error
        timed_out = isinstance(error, TimeoutError)
        raise _unreachable(url, f"{type(error).__name__}: {cause}", timed_out=timed_out) from error


def _unreachable(url: str, reason: str, *, timed_out: bool) -> Unreachable:
    host = _host(url)
    return Unreachable(f"“{host}” could not be reached.", detail=f"{host}: {reason}", timed_out=timed_out)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0][:253]
