"""A node in a process of its own, which runs the same command an operator uses."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import aiohttp

from tests.fixtures.waiting import wait_until

#: What an operator waits for at the most before a stop is called a hang.
STOP_SECONDS = 30.0
#: For the modules to be loaded, and for a node to open its doors, on a machine that has much else to do.
BIRTH_SECONDS = 120.0
_NURSERY = Path(__file__).with_name("nursery.py")


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
        self._nursery: Process | None = None
        #: of the process that lives; 0 when none does
        self._pid = 0
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
        nursery = self._nursery or await self._open_nursery()
        began = time.monotonic()
        assert nursery.stdin is not None
        nursery.stdin.write(b"live\n")
        self._pid = await self._number(nursery)
        await wait_until("the node to answer", self._answers, seconds=BIRTH_SECONDS, every=0.01)
        self.starts.append(time.monotonic() - began)

    async def kill(self) -> None:
        """`kill -9`: it gets no chance to finish anything."""
        os.kill(self._pid, signal.SIGKILL)
        await self._end()

    async def stop(self) -> tuple[int, float]:
        """Ask it to stop, as systemd does. Gives the exit code and how many seconds it took."""
        began = time.monotonic()
        os.kill(self._pid, signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            code = await self._end()
        return code, time.monotonic() - began

    async def end(self) -> None:
        """Leave nothing behind, however the run went."""
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        if self._nursery is not None:
            self._nursery.kill()
            await self._nursery.wait()

    def complaints(self) -> list[str]:
        """Lines of its log that speak of a mistake in the program."""
        return [line for line in self._log().splitlines() if "Traceback" in line or "failed" in line.lower()]

    async def _answers(self) -> bool:
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            raise AssertionError(f"the node ended with {await self._end()}: {self._log()[-2000:]}") from None
        try:
            async with self._http.get(f"{self.origin}/.well-known/nodeinfo") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError):
            return False

    async def _end(self) -> int:
        """Wait for the end of its life; the exit code, or the signal below zero."""
        assert self._nursery is not None
        code = await self._number(self._nursery)
        self._pid = 0
        return code

    async def _open_nursery(self) -> Process:
        self._nursery = await asyncio.create_subprocess_exec(
            sys.executable,
            str(_NURSERY),
            "node.log",
            cwd=self._folder,
            env=self._environment,
            stdin=PIPE,
            stdout=PIPE,
        )
        await self._number(self._nursery)  # when everything is loaded
        return self._nursery

    async def _number(self, nursery: Process) -> int:
        assert nursery.stdout is not None
        line = await nursery.stdout.readline()
        assert line, f"the nursery is gone: {self._log()[-2000:]}"
        return int(line)

    def _log(self) -> str:
        return (self._folder / "node.log").read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
