"""How a command reaches the node: a running server over its socket, or else the database itself.

A SQLite file has one writing process. While a server runs, its commands go to it; while none runs,
the command opens the file under the same lock. On PostgreSQL every process may open the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fediverse_node import app
from fediverse_node.config.sections import Config
from fediverse_node.kernel import errors
from fediverse_node.web.control.routes import OPERATIONS

JsonDict = dict[str, Any]
_KINDS = {kind.__name__: kind for kind in vars(errors).values() if isinstance(kind, type)}


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


def run(config: Config, name: str, arguments: JsonDict, *, progress: Callable[[str], None]) -> JsonDict:
    """Run the operation *name*, wherever the node is.

    Raises:
        NodeError: what the operation raised, also when it ran in the server.
    """
    path = app.control_socket_path(config)
    if path is not None and path.exists():
        with contextlib.closing(_UnixConnection(path)) as connection:
            try:
                connection.connect()
            except OSError:
                pass  # left behind by a server that was killed
            else:
                return _ask(connection, name, arguments, progress)
    return asyncio.run(_run_here(config, name, arguments, progress))


def _ask(
    connection: http.client.HTTPConnection, name: str, arguments: JsonDict, progress: Callable[[str], None]
) -> JsonDict:
    connection.request("POST", f"/{name}", body=json.dumps(arguments))
    last: JsonDict = {}
    with connection.getresponse() as answer:
        for raw in answer:
            last = json.loads(raw)
            if "progress" in last:
                progress(last["progress"])
    if "result" in last:
        result: JsonDict = last["result"]
        return result
    if "error" in last:
        raise _KINDS.get(last.get("kind", ""), errors.NodeError)(last["error"])
    raise errors.NotNow("The server stopped before it had answered. Try again.")


async def _run_here(
    config: Config, name: str, arguments: JsonDict, progress: Callable[[str], None]
) -> JsonDict:
    app.prepare_database(config)
    async with app.open_node(config) as node:
        return await OPERATIONS[name](node, arguments, progress)
