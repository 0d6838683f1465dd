"""`POST /api/fediverse_node/v1/assist`: a model's suggestion, streamed as server-sent events.

    {"action": "rewrite", "text": "…"}     → event: text   data: {"text": "…"}        (as it is written)
                                              event: done   data: {"handle": …, "text": …, …}
                                              event: error  data: {"error": …}          (when it breaks off)

`done` holds what counts: the whole text, made plain, and the handle to give along when publishing. What
came before is the raw answer, to be shown as text and not as markup.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import msgspec
from aiohttp import web

from fediverse_node.assist.provider import AssistBudget, AssistUnavailable
from fediverse_node.assist.suggest import Ask, Suggested, suggest
from fediverse_node.kernel.errors import NodeError, NotNow, NotValid
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_body
from fediverse_node.web.client_api.auth import Caller, Need, bearer_of, caller, note_use
from fediverse_node.web.keys import NODE
from fediverse_node.web.problems import render

MAX_BODY = 64 * 1024
_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    # nginx would hold the pieces back until the end
    "X-Accel-Buffering": "no",
}


class _Body(msgspec.Struct, kw_only=True):
    action: str
    text: str
    language: str = ""


async def assist(request: web.Request) -> web.StreamResponse:
    """Stream a suggestion for the account of the token (scope `write:statuses`).

    A provider that fails before its first word is a 424 (a failed dependency, and not our failure), a
    share that is used up a 429; later failures are an event.
    """
    node = request.app[NODE]
    found = await node.db.read(lambda tx: _person(tx, request))
    await note_use(request, found)
    asked = _decode(await read_body(request, MAX_BODY))
    ask = Ask(account_id=found.account.id, action=asked.action, text=asked.text, language=asked.language)
    async with aclosing(suggest(node.db, node.provider, node.config.assist, ask)) as parts:
        try:
            first = await anext(parts)
        except AssistUnavailable as error:
            return _not_now(request, 424, error)
        except AssistBudget as error:
            return _not_now(request, 429, error)
        return await _stream(request, first, parts)


async def _stream(
    request: web.Request, first: str | Suggested, parts: AsyncGenerator[str | Suggested, None]
) -> web.StreamResponse:
    response = web.StreamResponse(headers=_HEADERS)
    with suppress(ConnectionError):  # whoever asked has gone; closing `parts` stops the model
        await response.prepare(request)
        await response.write(_event(first))
        try:
            async for part in parts:
                await response.write(_event(part))
        except NodeError as error:
            await response.write(_frame("error", {"error": str(error)}))
        await response.write_eof()
    return response


def _person(tx: Tx, request: web.Request) -> Caller:
    found = caller(tx, bearer_of(request), Need(scope="write:statuses"))
    assert found is not None, "a person is needed"
    return found


def _decode(body: bytes) -> _Body:
    try:
        return msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotValid(
            'Send JSON such as {"action": "rewrite", "text": "…"}.', detail=type(error).__name__
        ) from error


def _event(part: str | Suggested) -> bytes:
    if isinstance(part, str):
        return _frame("text", {"text": part})
    fields = ("handle", "text", "provider", "model", "action", "notices")
    return _frame("done", {name: getattr(part, name) for name in fields})


def _frame(event: str, data: dict[str, object]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (event.encode(), msgspec.json.encode(data))


def _not_now(request: web.Request, status: int, error: NotNow) -> web.Response:
    response = render(request, status, str(error))
    response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    return response


ROUTES = [web.post("/api/fediverse_node/v1/assist", assist)]
