"""Programs of JavaScript libraries, each in a process of its own that is told what to do, step by step."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.peers.processes import Missing, node_js

FOLDER = Path(__file__).parent / "javascript"


class Refused(Exception):
    """The library raised: what it says, and the HTTP status, where it knows one."""

    def __init__(self, said: str, status: int | None) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A library, and whoever uses it."""

    process: asyncio.subprocess.Process

    async def step(self, **step: Any) -> Any:
        """Do one thing, and give what came of it.

        Raises:
            Refused: the library raised.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(step).encode() + b"\n")
        async with asyncio.timeout(60):
            line = await self.process.stdout.readline()
        assert line, "the program has ended"
        said = json.loads(line)
        if "error" in said:
            raise Refused(said["error"], said["status"])
        return said["value"]

    async def open(self, url: str, token: str | None = None) -> None:
        """Speak to *url* from now on, with or without a token."""
        await self.step(open={"url": url, **({"accessToken": token} if token else {})})

    async def call(self, name: str, *given: Any, **how: Any) -> Any:
        """Call something of the library's."""
        return await self.step(call=name, **{"with": given, **how})


@asynccontextmanager
async def running(name: str) -> AsyncIterator[Program]:
    """Start the program *name*; the test is skipped where it is not installed."""
    try:
        node = node_js(FOLDER)
    except Missing as missing:
        pytest.skip(str(missing))
    process = await asyncio.create_subprocess_exec(
        node,
        str(FOLDER / f"{name}.mjs"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    try:
        yield Program(process=process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(60):
            await process.wait()
