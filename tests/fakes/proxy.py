"""A proxy in front of a node, set up well or badly."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import unquote

import aiohttp
from aiohttp import web
from yarl import URL

_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "content-length", "content-encoding", "date"})


@dataclass
class Proxy:
    """Passes everything on to `backend`, except for what a test sets otherwise.

    Attributes:
        backend: `http://127.0.0.1:port`.
        keep_host: the backend is asked by the public name.
        keep_query: what follows “?” is passed on.
        decode: percent-encoded characters are passed on decoded.
        content_type: said of every answer instead of what the backend says.
        body_limit: longer bodies are answered with 413.
        forwarded: what it does with X-Forwarded-For: `append` the client, `replace` it by the client, or
            `pass` it on as it came.
        own: paths that it answers by itself, with a page.
        spoil: bodies are passed on with a blank more.
    """

    backend: str = ""
    keep_host: bool = True
    keep_query: bool = True
    decode: bool = False
    content_type: str | None = None
    body_limit: int = 1 << 20
    forwarded: str = "append"
    own: tuple[str, ...] = ()
    spoil: bool = False
    port: int = field(default=0, init=False)

    @property
    def origin(self) -> str:
        """Who the node behind it is to the world."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=1 << 22)
        application.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self._client = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()
        await self._runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        if len(body) > self.body_limit:
            return web.Response(status=413, text="<h1>413</h1>", content_type="text/html")
        if request.path.startswith(self.own) and self.own:
            return web.Response(status=404, text="<h1>Welcome</h1>", content_type="text/html")
        async with self._client.request(
            request.method,
            URL(f"{self.backend}{self._target(request.raw_path)}", encoded=True),
            headers=self._headers(request),
            data=body + b" " if self.spoil and body else body or None,
            allow_redirects=False,
        ) as answer:
            headers = {
                name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP
            }
            if self.content_type is not None:
                headers["Content-Type"] = self.content_type
            return web.Response(status=answer.status, body=await answer.read(), headers=headers)

    def _target(self, raw: str) -> str:
        target = raw if self.keep_query else raw.partition("?")[0]
        return unquote(target).replace(" ", "+") if self.decode else target

    def _headers(self, request: web.Request) -> dict[str, str]:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in _HOP_BY_HOP or name.lower() == "date"
        }
        if not self.keep_host:
            headers["Host"] = self.backend.partition("://")[2]
        came = headers.get("X-Forwarded-For")
        if self.forwarded == "append":
            headers["X-Forwarded-For"] = ", ".join(part for part in (came, request.remote) if part)
        elif self.forwarded == "replace":
            headers["X-Forwarded-For"] = request.remote or ""
        return headers
