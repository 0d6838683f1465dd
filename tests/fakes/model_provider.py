"""An AI provider on loopback that speaks OpenAI's chat completions, well or badly.

    async with ModelServer() as server: … Assist(base_url=server.base_url, model="tiny") …

Set `text` for what it answers and `fault` for how it fails. It keeps every request it saw.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from fediverse_node.config.sections import Assist

KEY = "sk-canary-7f3a91c2d4e5"

#: Ways to fail before anything was said, and after.
FAULTS_AT_ONCE = (
    "401",
    "403",
    "404",
    "429",
    "500",
    "502-html",
    "html",
    "json-not-stream",
    "truncated-json",
    "wrong-schema",
    "scalar",
    "not-utf8",
    "empty",
    "silent",
    "closed",
    "redirect",
    "error-event",
    "huge-line",
)
FAULTS_LATER = ("breaks-off", "error-later", "stalls-later")


@dataclass
class ModelServer:
    """Listens on loopback while the `async with` lasts."""

    text: str = "A short answer from the model."
    fault: str = ""
    #: refuses `max_tokens`, as models that think do
    wants_completion_tokens: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    #: set when a client went away before the answer ended
    abandoned: asyncio.Event = field(default_factory=asyncio.Event)
    base_url: str = ""
    _runner: web.AppRunner | None = None
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    def config(self, **changes: Any) -> Assist:
        """The section [assist] that leads here."""
        values: dict[str, Any] = {
            "base_url": self.base_url,
            "model": "tiny-1",
            "api_key": KEY,
            "provider": "Practice",
            "timeout_seconds": 5,
        }
        return Assist(**{**values, **changes})

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        assert self._runner is not None
        await self._runner.cleanup()

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "tiny-1", "object": "model"}]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        if self.wants_completion_tokens and "max_tokens" in body:
            text = "Unsupported parameter: use 'max_completion_tokens' instead."
            return web.json_response(
                {"error": {"message": text, "type": "invalid_request_error", "param": "max_tokens"}},
                status=400,
            )
        answer = self._fails_at_once()
        if answer is not None:
            return answer
        if not body.get("stream"):
            return web.json_response(self._whole())
        return await self._stream(request)

    def _fails_at_once(self) -> web.Response | None:
        # Some providers repeat the key, or the text, in their errors.
        said = {"error": {"message": f"Incorrect API key provided: {KEY}", "type": "x", "code": "y"}}
        answers = {
            "401": web.json_response(said, status=401),
            "403": web.json_response(said, status=403),
            "404": web.json_response(said, status=404),
            "429": web.json_response(said, status=429, headers={"Retry-After": "7"}),
            "500": web.json_response(said, status=500),
            "400": web.json_response(said, status=400),
            "502-html": web.Response(
                text=f"<h1>Bad gateway {KEY}</h1>", status=502, content_type="text/html"
            ),
            "html": web.Response(text=f"<html><h1>Sign in {KEY}</h1></html>", content_type="text/html"),
            "json-not-stream": web.json_response(self._whole()),
            "redirect": web.Response(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"}),
        }
        return answers.get(self.fault)

    def _whole(self) -> dict[str, Any]:
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "tiny-1",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": self.text},
                }
            ],
        }

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await self._write(request, response)
        except ConnectionError:
            self.abandoned.set()
        except asyncio.CancelledError:
            self.abandoned.set()
            raise
        return response

    async def _write(self, request: web.Request, response: web.StreamResponse) -> None:
        if self.fault in FAULTS_AT_ONCE:
            await self._write_nonsense(request, response)
            return
        words = self.text.split(" ")
        for number, word in enumerate(words):
            await response.write(_event(_chunk({"content": word if number == 0 else f" {word}"})))
            if number == 1 and self.fault in FAULTS_LATER:
                await self._fail_later(request, response)
                return
        while self.fault == "endless":
            await response.write(_event(_chunk({"content": "more and more " * 20})))
        if self.fault == "filter":
            await response.write(_event(_chunk({}, finish="content_filter")))
        await response.write(_event(_chunk({}, finish="stop")) + b"data: [DONE]\n\n")

    async def _write_nonsense(self, request: web.Request, response: web.StreamResponse) -> None:
        nonsense = {
            "truncated-json": b'data: {"id": "chatcmpl-1", "choices": [{"delta"\n\n',
            "wrong-schema": b'data: {"choices": {"delta": "x"}}\n\ndata: {"choices": null}\n\n',
            "scalar": b"data: 17\n\ndata: [1, 2]\n\n",
            "not-utf8": b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n\n',
            "empty": _event(_chunk({}, finish="stop")) + b"data: [DONE]\n\n",
            "error-event": _event({"error": {"message": f"overloaded {KEY}"}}),
            "huge-line": b"data: " + b"x" * 10_000_000 + b"\n\n",
        }
        if self.fault == "silent":
            await self._closing.wait()
        elif self.fault == "closed":
            _abort(request)
        else:
            await response.write(nonsense[self.fault])

    async def _fail_later(self, request: web.Request, response: web.StreamResponse) -> None:
        if self.fault == "error-later":
            await response.write(_event({"error": {"message": f"overloaded {KEY}"}}))
        elif self.fault == "stalls-later":
            await self._closing.wait()
        else:
            # Not an abort: a reset may overtake what was said, and the answer would fail at once instead.
            assert request.transport is not None
            request.transport.close()


def _abort(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "tiny-1",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def _event(document: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(document)}\n\n".encode()
