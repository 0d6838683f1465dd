"""The side of the doors that faces the socket: what happens before there is a request to route.

aiohttp answers broken HTTP with its parser's message, its version in `Server`, and a traceback in
the log for each; anybody could fill a disk with that. It also lets a client take for ever over its
first headers. Here broken HTTP gets a short answer and at most one line a second, and the first
headers must arrive within 15 seconds.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import web

from fediverse_node.web.problems import problem

log = logging.getLogger(__name__)

#: Seconds for the first whole set of headers on a connection.
FIRST_HEADERS_SECONDS = 15.0
#: Longer than the proxies people use keep theirs, or a request would meet a closing connection.
KEEPALIVE_SECONDS = 125.0
#: Seconds for requests that are being answered when the server stops.
SHUTDOWN_SECONDS = 15.0
SERVER_NAME = "fediverse-node"


class _Connection(web.RequestHandler):
    """One client's connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock for the first headers."""
        super().connection_made(transport)
        asyncio.get_running_loop().call_later(FIRST_HEADERS_SECONDS, self._check_first_headers)

    def _check_first_headers(self) -> None:
        if self._request_count == 0:
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 the parser's own words quote what was sent
    ) -> web.StreamResponse:
        """Answer what could not be parsed. What the application raises never gets here."""
        assert isinstance(self._manager, _Server)
        self._manager.note_malformed(request.remote or "", exc)
        text = "This is not a valid HTTP request." if status < 500 else "Something went wrong."
        response = web.Response(
            status=status,
            body=problem(status, text),
            content_type="application/problem+json",
            headers={"Server": SERVER_NAME, "X-Content-Type-Options": "nosniff"},
        )
        response.force_close()
        return response


class _Server(web.Server):
    """Makes a `_Connection` for each client."""

    _noted_at = 0.0

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)

    def note_malformed(self, client: str, error: BaseException | None) -> None:
        """One line a second at the most."""
        now = asyncio.get_running_loop().time()
        if now - self._noted_at >= 1.0:
            self._noted_at = now
            log.info("web.malformed", extra={"client": client, "error": type(error).__name__})


class _Runner(web.AppRunner):
    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        options: dict[str, Any] = made._kwargs  # noqa: SLF001 aiohttp offers no other way to choose the protocol class
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            **options,
        )


def make_runner(application: web.Application) -> web.AppRunner:
    """A runner for *application*; the caller sets it up, opens sites on it, and cleans it up."""
    return _Runner(
        application,
        access_log=None,
        auto_decompress=False,
        keepalive_timeout=KEEPALIVE_SECONDS,
        lingering_time=2.0,
        max_field_size=8190,
        max_line_size=8190,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
