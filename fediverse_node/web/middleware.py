"""What happens to every request, whichever door it is for: a name, a count, an answer, a line.

One middleware, because each layer costs; the headers are set when an answer is about to be sent, so
that streamed answers have them too.
"""

from __future__ import annotations

import ipaddress
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

from aiohttp import web
from aiohttp.typedefs import Middleware

from fediverse_node.kernel.errors import NodeError, NotFound, NotNow, NotValid
from fediverse_node.web import problems
from fediverse_node.web.keys import CLIENT, NODE, RATE_LIMITS, REQUEST_ID
from fediverse_node.web.rate_limits import ADDRESS, address_key
from fediverse_node.web.runner import SERVER_NAME

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Requests being answered at once by this process; more are told to come back.
MAX_OPEN_REQUESTS = 1024
#: Inboxes are counted by the server that signed (`rate_limits.INBOX`), static files not at all, and copies
#: by a rate of their own.
_FILES = ("/media/proxy/", "/media/files/")
_UNCOUNTED = ("/inbox", "/static/", "/app/", *_FILES)

#: Below here answers may last for as long as somebody listens.
STREAMS = "/api/v1/streaming"

#: Below here the path itself is the key.
KEYED_PATHS = "/deliveries/"

_CSP_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'; manifest-src 'self'; worker-src 'self'"
)
_CSP_DATA = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_ON_PAGES = {
    "Content-Security-Policy": _CSP_PAGES,
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_ON_DATA = {"Content-Security-Policy": _CSP_DATA}
#: Apps that run in a browser read the API from anywhere; what they may do, their token says. Cookies
#: are never read there, so a wildcard gives nothing away.
_ON_API = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, "
    "X-RateLimit-Reset, X-Request-Id",
    "Cache-Control": "private, no-store",
    "Vary": "Authorization",
}


def frame(trusted_proxies: Iterable[str]) -> Middleware:
    """The middleware of a node that believes `X-Forwarded-For` from *trusted_proxies*."""
    trusted = tuple(ipaddress.ip_network(network) for network in trusted_proxies)
    open_requests = 0

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        nonlocal open_requests
        started = time.perf_counter()
        # Not a secret: it only has to differ, and asking the system for it lets another thread in.
        request[REQUEST_ID] = f"{random.getrandbits(48):012x}"
        request[CLIENT] = client_address(
            request.remote or "", request.headers.getall("X-Forwarded-For", []), trusted
        )
        # Streams stay open for days: how many there may be is said elsewhere.
        weight = 0 if request.path.startswith(STREAMS) else 1
        open_requests += weight
        try:
            if open_requests > MAX_OPEN_REQUESTS:
                raise NotNow("This server is busy. Try again in half a minute.", retry_after=30)
            _admit(request)
            response = await _answered(request, handler)
        except NodeError as error:
            response = problems.answer(request, error)
        finally:
            open_requests -= weight
        _note(request, response, started)
        return response

    return middleware


def dresser(
    *, https: bool, signals: Mapping[str, str], media: str = ""
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """What is said with every answer that does not say otherwise: an `on_response_prepare` handler.

    Args:
        https: whether the origin has TLS, so that browsers may insist on it.
        signals: the training-use headers of whatever nobody decided about.
        media: the origin of copies, where it is not that of the pages.
    """
    hsts = {"Strict-Transport-Security": "max-age=63072000"} if https else {}
    # Browsers ignore it without TLS, and complain.
    opener = {"Cross-Origin-Opener-Policy": "same-origin"} if https else {}
    pages = {**_EVERYWHERE, **_ON_PAGES, **opener, **hsts}
    if media:
        pages["Content-Security-Policy"] = _CSP_PAGES.replace("blob:", f"blob: {media}").replace(
            "media-src 'self'", f"media-src 'self' {media}"
        )
    data = {**_EVERYWHERE, **_ON_DATA, **hsts}
    api = {**data, **_ON_API}
    unchanged = {**_EVERYWHERE, **hsts}

    async def dress(request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        headers["Server"] = SERVER_NAME
        headers["X-Request-Id"] = request.get(REQUEST_ID, "")
        if request.path.startswith("/api/"):
            usual = api
        elif response.status == 304:
            # It names no type, and browsers write its headers over those they keep (RFC 9111, 3.2): the
            # policy for data would take pictures and styles away from a page that is looked at again.
            usual = unchanged
        else:
            usual = pages if response.content_type == "text/html" else data
        for name, value in usual.items():
            if name not in headers:
                headers[name] = value
        # All of them or none: what a post's own answer leaves out, it leaves out on purpose.
        if "Content-Usage" not in headers:
            headers.update(signals)

    return dress


def policy_with_form_target(place: str) -> str:
    """The policy of a page whose form leads on to *place*, an origin or `scheme:`, and nowhere else."""
    return _CSP_PAGES.replace("form-action 'self'", f"form-action 'self' {place}")


def client_address(peer: str, forwarded: Iterable[str], trusted: tuple[Network, ...]) -> str:
    """Who is really asking.

    `X-Forwarded-For` is read from the right, past our own proxies, and only when one of them is the
    peer: everything further left was written by the client (CVE-2025-66482 in Misskey).
    """
    address = peer
    hops = [hop.strip() for line in forwarded for hop in line.split(",")] if trusted else []
    while _is_trusted(address, trusted) and hops:
        hop = hops.pop()
        if _address(hop) is None:
            break
        address = hop
    return address


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_trusted(text: str, trusted: tuple[Network, ...]) -> bool:
    address = _address(text) if trusted else None
    return address is not None and any(address in network for network in trusted)


def _admit(request: web.Request) -> None:
    """Refuse what no door should see."""
    # With an absolute-form target aiohttp would report the host of the target instead of `Host`.
    if not request.raw_path.startswith("/") and request.method != "OPTIONS":
        raise NotValid("The request target must be a path.")
    # Nothing here has a NUL in its name, and PostgreSQL fails when it is asked for one.
    if "%00" in request.raw_path.partition("?")[0]:
        raise NotFound
    if request[CLIENT] and not request.path.startswith(_UNCOUNTED) and not request.path.endswith("/inbox"):
        request.app[RATE_LIMITS].take(ADDRESS, address_key(request[CLIENT]))


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        return problems.answer_http(request, error)
    except NodeError:
        raise
    except web.RequestPayloadError as error:
        raise NotValid("The body did not arrive whole.") from error
    except Exception:
        # The outermost loop of a request: whatever a bug raises must become an answer and a line
        # with its traceback, and must not reach aiohttp, which would show it differently.
        log.exception("web.failed", extra={"request_id": request[REQUEST_ID], "path": _path(request)})
        if request.writer.output_size > 0 and request.transport is not None:
            request.transport.abort()  # half an answer is out; the client must not take it for a whole one
        return problems.answer_unexpected(request)


def _note(request: web.Request, response: web.StreamResponse, started: float) -> None:
    if NODE in request.app and not request.path.startswith(STREAMS):
        seconds = time.perf_counter() - started
        tallies = request.app[NODE].db.tallies
        tallies.observe("http_request_seconds", seconds, _door(request.path, response), str(response.status))
    if log.isEnabledFor(logging.INFO):
        log.info(
            "web.request",
            extra={
                "method": request.method,
                "path": _path(request),
                "status": response.status,
                "milliseconds": round((time.perf_counter() - started) * 1000, 2),
                "client": request[CLIENT],
                "request_id": request[REQUEST_ID],
            },
        )


def _door(path: str, response: web.StreamResponse) -> str:
    if path.startswith(("/api/", "/oauth/")):
        return "api"
    if path.endswith("/inbox"):
        return "inbox"
    if path.startswith("/static/") or response.content_type == "text/html":
        return "pages"
    return "federation"


def _path(request: web.Request) -> str:
    """The path as it was sent, escaped, and never the query: tokens and codes stand in queries."""
    path = request.rel_url.raw_path
    # What follows opens a page, or a file of a private post, to whoever has it.
    return next((keyed for keyed in (KEYED_PATHS, *_FILES) if path.startswith(keyed)), path[:200])
