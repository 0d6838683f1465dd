"""A node in a process of its own, started by the same command an operator uses."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from pathlib import Path

import aiohttp

from tests.fixtures.waiting import wait_until

#: What an operator waits for at the most before a stop is called a hang.
STOP_SECONDS = 30.0


class NodeProcess:
    """`fediverse-node serve` on *database_url*, which may be killed and started again.

    Attributes:
        origin: who it is, the same through all its lives.
        starts: seconds from each start to the first answer.
    """

    def __init__(self, folder: Path, database_url: str, *, http: aiohttp.ClientSession) -> None:
        self._folder = folder
        self._http = http
        port = free_port()
        self.origin = f"http://127.0.0.1:{port}"
        self.starts: list[float] = []
        self._process: Process | None = None
        self._environment = {
            **os.environ,
            "FEDIVERSE_NODE_INSTANCE__ORIGIN": self.origin,
            "FEDIVERSE_NODE_SERVER__LISTEN": f"127.0.0.1:{port}",
            "FEDIVERSE_NODE_DATABASE__URL": database_url,
            "FEDIVERSE_NODE_FEDERATION__ALLOW_HTTP": "true",
            "FEDIVERSE_NODE_FEDERATION__ALLOW_PRIVATE_NETWORKS": "127.0.0.0/8",
            "FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "false",
            "FEDIVERSE_NODE_LOG__LEVEL": "warning",
        }

    async def start(self) -> None:
        """Start it and wait for its first answer."""
        began = time.monotonic()
        with (self._folder / "node.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "fediverse_node",
                "serve",
                cwd=self._folder,
                env=self._environment,
                stderr=log,
                stdout=log,
            )
        await wait_until("the node to answer", self._answers)
        self.starts.append(time.monotonic() - began)

    async def kill(self) -> None:
        """`kill -9`: it gets no chance to finish anything."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self) -> tuple[int, float]:
        """Ask it to stop, as systemd does. Gives the exit code and how many seconds it took."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            code = await self._process.wait()
        return code, time.monotonic() - began

    async def end(self) -> None:
        """Leave nothing behind, however the run went."""
        if self._process is not None and self._process.returncode is None:
            await self.kill()

    def complaints(self) -> list[str]:
        """Lines of its log that speak of a mistake in the program."""
        text = (self._folder / "node.log").read_text(encoding="utf-8", errors="replace")
        return [line for line in text.splitlines() if "Traceback" in line or "failed" in line.lower()]

    async def _answers(self) -> bool:
        assert self._process is not None
        if self._process.returncode is not None:
            text = (self._folder / "node.log").read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"the node ended with {self._process.returncode}: {text[-2000:]}")
        try:
            async with self._http.get(f"{self.origin}/.well-known/nodeinfo") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError):
            return False


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
