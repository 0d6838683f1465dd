"""The guarded client: one pool of connections, every address checked where it is connected to.

aiohttp asks its resolver about names only, so a literal address would pass by it; its
`socket_factory` sees every address that is really connected to, and a name that
changes its answer between check and use (rebinding) finds no gap. Redirects are followed here by
hand, because aiohttp carries a `Signature` along to the next host.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urljoin

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from fediverse_node.kernel.errors import TooLarge
from fediverse_node.kernel.tallies import Tallies
from fediverse_node.kernel.urls import authority_of, without_fragment
from fediverse_node.outbound.ending import deadline, host_of, naming
from fediverse_node.outbound.errors import Refused
from fediverse_node.outbound.guard import AddressPolicy, literal_address, wire_form
from fediverse_node.outbound.limits import Limits, read_at_most
from fediverse_node.outbound.lines import Lines, Place, checked_socket, letter_of
from fediverse_node.outbound.resolver import Lookup, Resolver, system_lookup
from fediverse_node.outbound.tls import tls_context

#: `(method, address, headers, body)` → headers to add. Called once for every hop, with exactly what
#: is sent: the canonical address, and headers that already hold `Host`.
Sign = Callable[[str, str, Mapping[str, str], bytes], Awaitable[Mapping[str, str]]]

#: Addresses of which it is remembered what they are on the wire.
_TARGETS = 4096
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


class _Target(NamedTuple):
    """An address that was found acceptable: as it is sent, its `Host`, and where that leads."""

    wire: str
    host: str
    url: URL
    place: Place


class _Opened(NamedTuple):
    session: aiohttp.ClientSession
    resolver: Resolver
    lines: Lines


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
        self._open: _Opened | None = None
        # The same inboxes again and again, and taking an address apart takes longer than sending to it.
        self._target = lru_cache(maxsize=_TARGETS)(self._checked)

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
        opened, self._open = self._open, None
        await opened.session.close()
        await opened.lines.close()
        await opened.resolver.close()

    async def get(
        self,
        url: str,
        *,
        accept: str,
        sign: Sign | None = None,
        limit: int = 1 << 20,
        redirects: int = 3,
        cut: bool = False,
    ) -> Response:
        """Fetch *url*, following at most *redirects* redirects within its scheme.

        Each hop is checked like the first and signed afresh; nothing of one hop's headers goes
        to the next. With *cut* the beginning of a body that is too long is enough.

        Raises:
            Refused: the policy forbids it, or a redirect led astray.
            Unreachable: no whole answer came in time.
            TooLarge: the body has more than *limit* bytes, decoded.
        """
        async with deadline(url, self._limits.total):
            for _ in range(redirects + 1):
                response = await self._fetch(url, accept, sign, limit, cut=cut)
                location = response.headers.get("Location")
                if response.status not in _REDIRECTS or location is None:
                    return response
                url = _next_hop(url, location)
        raise Refused("There are too many redirects.", detail=f"{host_of(url)}: too many redirects")

    async def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str], sign: Sign | None = None
    ) -> Response:
        """Send *body* to *url* and give back whatever is answered: undecoded, cut at 64 KiB.

        Never follows a redirect: a signed activity goes where it was addressed. Over connections of its
        own kind (`lines`), which cost a tenth of the others.

        Raises:
            Refused: the policy forbids it.
            Unreachable: no whole answer came in time.
        """
        with self._counting("POST") as outcome:
            async with deadline(url, self._limits.total):
                target = self._target(url)
                sent = CIMultiDict(headers)
                sent.update({"User-Agent": self._user_agent, "Accept": "*/*"})
                await self._complete("POST", target, sent, body, sign)
                letter = letter_of("POST", target.wire, sent, body)
                with naming(url):
                    answer = await self._opened().lines.ask(target.place, letter)
            outcome.append(answer.status)
        return Response(
            status=answer.status, url=without_fragment(url), headers=answer.headers, body=answer.body
        )

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
        async with deadline(url, seconds):
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
        raise Refused("There are too many redirects.", detail=f"{host_of(url)}: too many redirects")

    async def check(self, url: str) -> None:
        """Look *url* up and say whether it may be reached now. Advice only: each request checks again.

        Raises:
            Refused: the policy forbids it.
            Unreachable: its name leads nowhere.
        """
        host, port, _ = self._checked(url).place
        if literal_address(host) is not None:
            return
        with naming(url):
            await self._opened().resolver.resolve(host, port)

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
        with self._counting(method) as outcome:
            target = self._target(url)
            sent: CIMultiDict[str] = CIMultiDict(headers)
            await self._complete(method, target, sent, body, sign)
            session = self._opened().session
            with naming(url):
                answer = await session.request(
                    method,
                    target.url,
                    headers=sent,
                    data=body or None,
                    allow_redirects=False,
                    timeout=timeout or session.timeout,
                )
            outcome.append(answer.status)
        return answer

    @contextmanager
    def _counting(self, method: str) -> Iterator[list[int]]:
        """Count one request; whoever enters appends the status that was answered."""
        outcome: list[int] = []
        try:
            yield outcome
        except Refused:
            self._tallies.count("outbound_requests", method, "refused")
            raise
        except BaseException:
            self._tallies.count("outbound_requests", method, "unreachable")
            raise
        self._tallies.count("outbound_requests", method, f"{outcome[0] // 100}xx")

    def _checked(self, url: str) -> _Target:
        wire, host = wire_form(self._policy.check_url(url), url)
        if host == self._own_authority:
            raise Refused("We do not fetch from ourselves.", detail=f"{host}: our own host")
        target = URL(wire, encoded=True)
        place = Place(target.raw_host or "", target.port or 0, target.scheme == "https")
        return _Target(wire, host, target, place)

    async def _complete(
        self, method: str, target: _Target, sent: CIMultiDict[str], body: bytes, sign: Sign | None
    ) -> None:
        """Add to the headers what every request has, and what the signer says of it."""
        sent["Host"] = target.host
        sent["Accept-Encoding"] = "identity"
        if sign is not None:
            sent.update(await sign(method, target.wire, sent, body))

    async def _fetch(self, url: str, accept: str, sign: Sign | None, limit: int, *, cut: bool) -> Response:
        answer = await self.begin("GET", url, headers={"Accept": accept}, sign=sign)
        more = (answer.content_length or 0) > limit and not cut
        content = b""
        if more or answer.status in _REDIRECTS:
            answer.release()
        else:
            content, more = await _body(answer, url, limit)
        if more and not cut:
            raise TooLarge(
                f"The answer of “{host_of(url)}” is too large.", detail=f"{host_of(url)}: over {limit} bytes"
            )
        return Response(status=answer.status, url=without_fragment(url), headers=answer.headers, body=content)

    def _opened(self) -> _Opened:
        if self._open is None:
            limits = self._limits
            resolver = Resolver(
                self._policy, lookup=self._lookup, seconds=limits.dns, threads=limits.dns_threads
            )
            context = tls_context(self._ca_file)
            connector = aiohttp.TCPConnector(
                resolver=resolver,
                socket_factory=partial(checked_socket, self._policy),
                ssl=context,
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
            lines = Lines(self._policy, resolver, context=context, limits=limits)
            self._open = _Opened(session, resolver, lines)
        return self._open


async def _body(answer: aiohttp.ClientResponse, url: str, limit: int) -> tuple[bytes, bool]:
    with naming(url):
        async with answer:
            return await read_at_most(answer.content.iter_any(), limit)


async def _pour(
    answer: aiohttp.ClientResponse, url: str, into: Callable[[bytes], Awaitable[None]], limit: int
) -> None:
    size = answer.content_length or 0
    received = 0
    async with answer:
        while max(size, received) <= limit:
            with naming(url):  # not around *into*: its own errors are not the network's
                chunk = await answer.content.readany()
            if not chunk:
                return
            received += len(chunk)
            if received <= limit:
                await into(chunk)
        answer.close()  # what still comes is not worth a connection
    raise TooLarge(
        f"The answer of “{host_of(url)}” is too large.", detail=f"{host_of(url)}: over {limit} bytes"
    )


def _next_hop(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
    except ValueError:
        target = ""
    scheme = target.partition(":")[0].lower()
    if scheme != url.partition(":")[0].lower():
        raise Refused(
            "A redirect led to another kind of address.",
            detail=f"{host_of(url)}: redirect to {scheme[:20]!r}",
        )
    return target
