"""A practice provider: speaks chat completions on loopback, so that assist can be tried without a model.

It is no model. It gives the text back slightly tidied and says so in every answer. The demo starts it
when no provider is configured.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

MODEL = "practice-model"
NOTICE = "(written by the practice provider, which is no model)"


def make_practice_application() -> web.Application:
    """`POST /v1/chat/completions`, streamed or not, and `GET /v1/models`."""
    application = web.Application()
    application.router.add_post("/v1/chat/completions", _complete)
    application.router.add_get("/v1/models", _models)
    return application


async def serve_practice(port: int) -> web.AppRunner:
    """Listen on a loopback port. The caller cleans the runner up."""
    runner = web.AppRunner(make_practice_application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


async def _models(_request: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [{"id": MODEL, "object": "model"}]})


async def _complete(request: web.Request) -> web.StreamResponse:
    asked: dict[str, Any] = await request.json()
    text = _answer(asked)
    if not asked.get("stream"):
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return web.json_response(_envelope("chat.completion", choice))
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    words = text.split(" ")
    for number, word in enumerate(words):
        delta = {"content": word if number == 0 else f" {word}"}
        await _event(response, {"index": 0, "delta": delta, "finish_reason": None})
    await _event(response, {"index": 0, "delta": {}, "finish_reason": "stop"})
    await response.write(b"data: [DONE]\n\n")
    return response


async def _event(response: web.StreamResponse, choice: dict[str, Any]) -> None:
    line = json.dumps(_envelope("chat.completion.chunk", choice))
    await response.write(f"data: {line}\n\n".encode())


def _envelope(kind: str, choice: dict[str, Any]) -> dict[str, Any]:
    return {"id": "practice", "object": kind, "created": 0, "model": MODEL, "choices": [choice]}


def _answer(asked: dict[str, Any]) -> str:
    said = [
        str(message.get("content", ""))
        for message in asked.get("messages", [])
        if message.get("role") == "user"
    ]
    tidied = " ".join((said[-1] if said else "").split())[:2000]
    sentence = tidied[:1].upper() + tidied[1:]
    end = "" if sentence.endswith((".", "!", "?")) else "."
    return f"{sentence}{end} {NOTICE}"
