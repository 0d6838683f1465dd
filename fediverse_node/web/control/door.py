"""Speaks HTTP on the control socket: `POST /NAME` with the arguments, answered by lines of JSON.

Each line is one of `{"progress": text}`, `{"result": object}` and `{"error": text, "kind": class}`;
the last two end the answer. A client that goes away cancels its operation.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import msgspec
from aiohttp import web

from fediverse_node.kernel.errors import NodeError, NotFound
from fediverse_node.node import Node
from fediverse_node.web.control.operation import JsonDict, Operation
from fediverse_node.web.keys import NODE

log = logging.getLogger(__name__)

#: An operation's arguments hold at most a picture, in base64.
_MAX_BODY = 140 << 20


def make_control_application(node: Node) -> web.Application:
    """The application behind the control socket."""
    application = web.Application(client_max_size=_MAX_BODY)
    application[NODE] = node
    application.router.add_post("/{name}", _answer)
    return application


async def _answer(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    lines: asyncio.Queue[JsonDict | None] = asyncio.Queue()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_run(request, lines))
            while (line := await lines.get()) is not None:
                await response.write(msgspec.json.encode(line) + b"\n")
        await response.write_eof()
    except* ConnectionError:
        # Somebody who interrupts a command goes away in the middle of the answer.
        log.info("control.left", extra={"operation": request.match_info["name"]})
    return response


def _operation(name: str) -> Operation:
    # What commands need is loaded with the first of them: most servers run for weeks without one.
    from fediverse_node.web.control.routes import OPERATIONS  # noqa: PLC0415 see above

    if name not in OPERATIONS:
        raise NotFound("The running server does not know this command. Is it of an older version?")
    return OPERATIONS[name]


async def _run(request: web.Request, lines: asyncio.Queue[JsonDict | None]) -> None:
    loop = asyncio.get_running_loop()

    def progress(text: str) -> None:  # also called from reader threads
        loop.call_soon_threadsafe(lines.put_nowait, {"progress": text})

    try:
        arguments: dict[str, Any] = msgspec.json.decode(await request.read(), type=dict[str, Any])
        operation = await asyncio.to_thread(_operation, request.match_info["name"])
        result = await operation(request.app[NODE], arguments, progress)
        lines.put_nowait({"result": result})
    except NodeError as error:
        lines.put_nowait({"error": str(error), "kind": type(error).__name__})
    except msgspec.DecodeError:
        lines.put_nowait({"error": "The arguments are not a JSON object.", "kind": "NotValid"})
    except Exception:
        log.exception("control.failed", extra={"operation": request.match_info["name"]})
        lines.put_nowait({"error": "This failed inside the server; its log says more.", "kind": "NodeError"})
    finally:
        # Behind whatever `progress` has scheduled.
        loop.call_soon(lines.put_nowait, None)
