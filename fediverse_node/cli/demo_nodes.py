"""The demo's two nodes: real processes, real ports, SQLite in a temporary folder."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from fediverse_node.cli import reach
from fediverse_node.config.loading import PREFIX, load
from fediverse_node.config.sections import Config
from fediverse_node.web import practice

T = TypeVar("T")
#: How long one step of the story may take before the demo gives up.
PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.02

_CONFIG = """\
[instance]
origin = "http://127.0.0.1:{port}"
name = "{name}"
description = "One of the two servers of the demo."
[server]
listen = "127.0.0.1:{port}"
[database]
url = "sqlite:///{folder}/{name}.db"
[federation]
allow_http = true
allow_private_networks = ["127.0.0.0/8"]
[limits]
rate_limits = false
[datasets]
publish = true
access = "gated"
renew_after_minutes = 0
[log]
level = "warning"
"""


class DemoFailed(Exception):
    """A step of the demo did not come to its end."""


@dataclass(frozen=True)
class DemoNode:
    """One running node."""

    name: str
    config: Config
    origin: str

    def command(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Run an operator's operation in the running server."""
        return reach.run(self.config, operation, arguments, progress=lambda _: None)

    def api(self, method: str, path: str, token: str, **form: str) -> Any:
        """Call the client API as an app would."""
        parts = urlsplit(self.origin)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request(method, path, body=json.dumps(form), headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status >= 400:
            raise DemoFailed(f"{self.name} answered {answer.status} to {method} {path}: {body[:300]!r}")
        return json.loads(body)

    def status_of(self, path: str, accept: str) -> int:
        """The status a stranger gets."""
        return self._get(path, accept)[0]

    def document(self, path: str) -> dict[str, Any]:
        """What another server gets."""
        status, body = self._get(path, "application/activity+json")
        if status != 200:
            raise DemoFailed(f"{self.name} answered {status} to a server asking for {path}.")
        found: dict[str, Any] = json.loads(body)
        return found

    def fetch(
        self, path: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """What anybody gets, or is answered to a *form*."""
        body = urlencode(form) if form is not None else None
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        status, found = self._ask(path, {**kind, **(headers or {})}, body)
        if status != 200:
            raise DemoFailed(f"{self.name} answered {status} to {path}: {found[:300]!r}")
        return found

    def _get(self, path: str, accept: str) -> tuple[int, bytes]:
        return self._ask(path, {"Accept": accept})

    def _ask(self, path: str, headers: Mapping[str, str], body: str | None = None) -> tuple[int, bytes]:
        parts = urlsplit(self.origin)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        method = "GET" if body is None else "POST"
        connection.request(method, urlsplit(path).path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found


@dataclass(frozen=True)
class DemoNodes:
    """Both nodes, and what stands behind assist."""

    alpha: DemoNode
    beta: DemoNode
    provider: str
    practising: bool
    pages: list[str] = field(default_factory=list)


def until(what: str, look: Callable[[], T | None]) -> T:
    """Look again and again until there is something to see.

    Raises:
        DemoFailed: nothing within `PATIENCE_SECONDS`.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while (found := look()) is None:
        if time.monotonic() > end:
            raise DemoFailed(f"Waited {PATIENCE_SECONDS:.0f} s in vain: {what}.")
        threading.Event().wait(_POLL_SECONDS)
    return found


@contextmanager
def running_nodes(folder: Path) -> Iterator[DemoNodes]:
    """Start alpha and beta, and a practice provider when no real one is configured; stop all at the end."""
    with _provider() as (assist, provider, practising):
        ports = _free_ports(2)
        configs = {
            name: _write(folder, name, port) for name, port in zip(("alpha", "beta"), ports, strict=True)
        }
        processes = [_start(configs["alpha"][0], assist), _start(configs["beta"][0], {})]
        try:
            alpha, beta = (DemoNode(name, config, config.origin) for name, (_, config) in configs.items())
            for node, process in zip((alpha, beta), processes, strict=True):
                _until_ready(node, process)
            yield DemoNodes(alpha, beta, provider, practising)
        finally:
            _stop(processes)


@contextmanager
def _provider() -> Iterator[tuple[dict[str, str], str, bool]]:
    key = os.environ.get("OPENAI_API_KEY")
    if key:
        base_url = os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
        model = os.environ.get("OPENAI_MODEL") or "gpt-5-mini"
        yield _assist_environment(base_url, model, key), f"{model} at {base_url}", False
        return
    port = _free_ports(1)[0]
    loop = asyncio.new_event_loop()
    runner = loop.run_until_complete(practice.serve_practice(port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        base_url = f"http://127.0.0.1:{port}/v1"
        yield _assist_environment(base_url, practice.MODEL, "practice"), practice.MODEL, True
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _assist_environment(base_url: str, model: str, key: str) -> dict[str, str]:
    return {
        "FEDIVERSE_NODE_ASSIST__BASE_URL": base_url,
        "FEDIVERSE_NODE_ASSIST__MODEL": model,
        "FEDIVERSE_NODE_ASSIST__API_KEY": key,
    }


def _write(folder: Path, name: str, port: int) -> tuple[Path, Config]:
    path = folder / f"{name}.toml"
    path.write_text(_CONFIG.format(name=name, port=port, folder=folder), encoding="utf-8")
    return path, load(path, {})


def _start(config: Path, assist: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "fediverse_node", "--config", str(config), "serve"]
    return subprocess.Popen(command, env={**plain_environment(os.environ), **assist})  # noqa: S603 ourselves


def plain_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """*environment* without settings of a real node: in a container they name its database."""
    return {name: value for name, value in environment.items() if not name.startswith(PREFIX)}


def _until_ready(node: DemoNode, process: subprocess.Popen[bytes]) -> None:
    def look() -> bool | None:
        if process.poll() is not None:
            raise DemoFailed(f"{node.name} stopped with exit code {process.returncode}; its words are above.")
        try:
            return True if node.status_of("/.well-known/nodeinfo", "application/json") == 200 else None
        except OSError:
            return None

    until(f"{node.name} to answer", look)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [listener.getsockname()[1] for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports
