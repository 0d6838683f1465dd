"""Finding and running the peers' programs."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]

#: Where `scripts/setup-peers` puts Node.js where the machine's is too old, and the Python peers.
OWN_NODE = ROOT / ".node" / "node_modules" / ".bin" / "node"
OWN_PYTHON = ROOT / ".peers" / "venv" / "bin" / "python"
OLDEST_NODE = 22


class Missing(Exception):
    """A peer cannot run here. The message says what it lacks."""


def node_js(folder: Path) -> str:
    """The path of a Node.js that can run the peer in *folder*.

    Raises:
        Missing: there is none, or the peer is not installed.
    """
    found = _new_enough_node()
    if found is None:
        raise Missing(f"no Node.js {OLDEST_NODE} or newer")
    if not (folder / "node_modules").is_dir():
        raise Missing(f"{folder.name} is not installed: scripts/setup-peers")
    return found


def pasture_python() -> str:
    """The path of the Python that has fediverse-pasture.

    Raises:
        Missing: it is not installed.
    """
    if not OWN_PYTHON.exists():
        raise Missing("fediverse-pasture is not installed: scripts/setup-peers")
    return str(OWN_PYTHON)


@cache
def _new_enough_node() -> str | None:
    for candidate in (shutil.which("node"), str(OWN_NODE)):
        if candidate is None or not Path(candidate).exists():
            continue
        said = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False).stdout
        if said.startswith("v") and int(said[1:].split(".")[0]) >= OLDEST_NODE:
            return candidate
    return None


class PeerProcess:
    """A peer that says where it listens in its first line, as JSON, and ends when its input does."""

    def __init__(self, command: list[str], *, log: Path) -> None:
        self._command = command
        self._log = log
        self.said: dict[str, Any] = {}

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._log.parent,  # what they write beside themselves goes with the test
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"{self._command} did not start: {self._log.read_text()}"
        self.said = json.loads(line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=60)
