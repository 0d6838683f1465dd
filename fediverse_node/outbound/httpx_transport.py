"""Lets a library that speaks httpx2 go out through the guarded client, and nowhere else.

The openai SDK takes any `httpx2.AsyncClient`; give it one made by `httpx_client`, and the address
check at connection time, TLS and pool are those of `Outbound`. Imported only by who uses it:
httpx2 comes with the SDK and is slow to load.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx2

from fediverse_node.kernel.urls import same_origin
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.errors import Refused, Unreachable

#: Set by the client itself, or true only of bytes that are not decoded yet.
_NOT_SENT = frozenset({"host", "accept-encoding", "content-length", "transfer-encoding", "connection"})
_NOT_PASSED_ON = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def httpx_client(outbound: Outbound, *, base_url: str, total: float, limit: int) -> httpx2.AsyncClient:
    """A client whose every request goes through *outbound*, to the origin of *base_url* only.

    No redirects, no proxies, no cookies kept. Closing it leaves *outbound* open: its owner closes it.

    Args:
        outbound: usually one of its own, whose policy is `AddressPolicy.trusting(base_url)`.
        base_url: an API key for this origin is never sent to another.
        total: seconds for one request with the whole of its answer, streamed or not.
        limit: bytes of one answer, decoded.
    """
    transport = GuardedTransport(outbound, origin=base_url, total=total, limit=limit)
    return httpx2.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)


class GuardedTransport(httpx2.AsyncBaseTransport):
    """httpx2's side of the adapter; see `httpx_client`."""

    def __init__(self, outbound: Outbound, *, origin: str, total: float, limit: int) -> None:
        self._outbound = outbound
        self._origin = origin
        self._total = total
        self._limit = limit

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send *request*; the answer's body streams as it arrives.

        Raises:
            httpx2.TransportError: with what `Outbound` raised as its cause.
        """
        url = str(request.url)
        if not same_origin(url, self._origin):
            raise httpx2.UnsupportedProtocol("Requests go to the configured origin only.", request=request)
        seconds = request.extensions.get("timeout", {})
        bounds = aiohttp.ClientTimeout(
            total=self._total, sock_connect=seconds.get("connect"), sock_read=seconds.get("read")
        )
        headers = {name: value for name, value in request.headers.items() if name not in _NOT_SENT}
        with _in_httpx_terms(request):
            answer = await self._outbound.begin(
                request.method, url, headers=headers, body=await request.aread(), timeout=bounds
            )
        return httpx2.Response(
            status_code=answer.status,
            headers=[
                (name, value) for name, value in answer.headers.items() if name.lower() not in _NOT_PASSED_ON
            ],
            stream=_Body(answer, request, self._limit),
            request=request,
        )


class _Body(httpx2.AsyncByteStream):
    def __init__(self, answer: aiohttp.ClientResponse, request: httpx2.Request, limit: int) -> None:
        self._answer = answer
        self._request = request
        self._limit = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        with _in_httpx_terms(self._request):
            async for chunk in self._answer.content.iter_any():
                size += len(chunk)
                if size > self._limit:
                    raise httpx2.ReadError(f"The answer is over {self._limit} bytes.", request=self._request)
                yield chunk

    async def aclose(self) -> None:
        self._answer.release()


@contextmanager
def _in_httpx_terms(request: httpx2.Request) -> Iterator[None]:
    try:
        yield
    except Refused as error:
        raise httpx2.UnsupportedProtocol(error.detail, request=request) from error
    except Unreachable as error:
        kind = httpx2.ConnectTimeout if error.timed_out else httpx2.ConnectError
        raise kind(error.detail, request=request) from error
    except TimeoutError as error:
        raise httpx2.ReadTimeout("The answer took too long.", request=request) from error
    except (aiohttp.ClientError, OSError) as error:
        raise httpx2.ReadError(f"{type(error).__name__}: {error}", request=request) from error
