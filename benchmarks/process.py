"""A real node in a process of its own, and what that process uses."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

_CONFIG = """\
[instance]
origin = "{origin}"
name = "Benchmark"

[server]
listen = "127.0.0.1:{port}"

[database]
url = "{database}"

[federation]
allow_http = true
allow_private_networks = ["127.0.0.0/8"]

[limits]
rate_limits = false

[log]
level = "{level}"
"""
#: `python -m fediverse_node` where the extra `speed` is not installed.
_WITHOUT_UVLOOP = "import sys; sys.modules['uvloop'] = None; from fediverse_node.cli import main; main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a node lives: its folder, its port and its database."""

    folder: Path
    port: int
    database: str

    @property
    def domain(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """What its ids begin with."""
        return f"http://{self.domain}"

    def configure(self, *, log_level: str) -> Path:
        """Write the configuration: the defaults with the switches of a lab."""
        path = self.folder / "config.toml"
        path.write_text(
            _CONFIG.format(origin=self.origin, port=self.port, database=self.database, level=log_level),
            encoding="utf-8",
        )
        return path


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class NodeProcess:
    """`python -m fediverse_node serve`, running; or another *command* that runs until it is stopped.

    Args:
        program: Python that ends in the command line's `main()`, where that is not all.

    Attributes:
        port: where it listens, where several processes are one node.
        seconds_to_answer: from the start of the process to its first answer.
        cpu_to_answer: CPU seconds it used until then.
    """

    def __init__(
        self,
        place: Place,
        config: Path,
        *,
        plain_loop: bool = False,
        command: Sequence[str] = ("serve",),
        port: int | None = None,
        program: str = "",
    ) -> None:
        self.place = place
        self.port = place.port if port is None else port
        self._config = config
        program = program or (_WITHOUT_UVLOOP if plain_loop else "")
        self._program = ["-c", program] if program else ["-m", "fediverse_node"]
        self._command = command
        self.seconds_to_answer = 0.0
        self.cpu_to_answer = 0.0

    async def __aenter__(self) -> Self:
        began = time.perf_counter()
        self._log = (self.place.folder / "node.log").open("ab")
        self._process = subprocess.Popen(  # noqa: ASYNC220 starting it is what is measured
            [sys.executable, *self._program, "--config", str(self._config), *self._command],
            cwd=self.place.folder,
            stderr=self._log,
            env=self._environment(),
        )
        if "serve" in self._command:
            await self._first_answer()
        self.seconds_to_answer = time.perf_counter() - began
        self.cpu_to_answer = self.cpu_seconds()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self._process.wait, 60)
        self._log.close()

    def cpu_seconds(self) -> float:
        """CPU time so far, user and system, of the process and of its children."""
        process = psutil.Process(self._process.pid)
        return self._own_cpu(process) + sum(
            sum(child.cpu_times()[:2]) for child in process.children(recursive=True)
        )

    @contextmanager
    def on_one_core(self) -> Iterator[None]:
        """Let all its threads have one core only, and leave the others to whoever makes the load."""
        before = os.sched_getaffinity(self._process.pid)
        self._pin({min(before)})
        try:
            yield
        finally:
            self._pin(before)

    def _pin(self, cores: set[int]) -> None:
        for thread in psutil.Process(self._process.pid).threads():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(thread.id, cores)

    def memory_mebibytes(self) -> float:
        """Resident memory of the process and of its children."""
        process = psutil.Process(self._process.pid)
        everybody = [process, *process.children(recursive=True)]
        return float(sum(each.memory_info().rss for each in everybody)) / (1 << 20)

    def _own_cpu(self, process: psutil.Process) -> float:
        times = process.cpu_times()
        ended = float(times.children_user + times.children_system)
        try:
            # The clock of another process (clock_getcpuclockid), because /proc counts in steps of 10 ms.
            return time.clock_gettime(((~self._process.pid) << 3) | 2) + ended
        except OSError:
            return float(times.user + times.system) + ended

    def _environment(self) -> dict[str, str]:
        """Ours, but with a place for compiled modules, which every installation has."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {
            **kept,
            "PYTHONPYCACHEPREFIX": str(self.place.folder / "compiled"),
            "FEDIVERSE_NODE_SERVER__LISTEN": f"127.0.0.1:{self.port}",
        }

    async def _first_answer(self) -> None:
        deadline = time.monotonic() + 60
        ask = f"GET /nodeinfo/2.1 HTTP/1.1\r\nHost: {self.place.domain}\r\nConnection: close\r\n\r\n".encode()
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.005)
                continue
            writer.write(ask)
            line = await reader.readline()
            writer.close()
            if line.startswith(b"HTTP/1.1 200"):
                return
        log = (self.place.folder / "node.log").read_text(encoding="utf-8", errors="replace")
        msg = f"the node did not come up:\n{log[-2000:]}{os.linesep}"
        raise RuntimeError(msg)
