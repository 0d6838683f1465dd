"""A server that is told to stop before it serves: real processes, and a signal at a chosen step."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

#: Runs `serve`, and asks itself to stop when the step of the first argument begins.
SERVE = """
import os, signal, sys
from fediverse_node import app
from fediverse_node.cli import main

step, times = sys.argv[1], int(sys.argv[2])
real = getattr(app, step)

def stopped(*args, **kwargs):
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGTERM)
    return real(*args, **kwargs)

setattr(app, step, stopped)
main(["serve"])
"""
PATIENCE_SECONDS = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with socket.create_server(("127.0.0.1", 0)) as free:
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    (tmp_path / "config.toml").write_text(
        f'[instance]\norigin = "{origin}"\n[server]\nlisten = "{origin[7:]}"\n[database]\nurl = "sqlite:///node.db"\n'
        "[federation]\nallow_http = true\n"
    )
    return tmp_path


def served(folder: Path, step: str, times: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SERVE, step, str(times)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("step", ["migrate", "make_application"])
def test_who_is_stopped_while_starting_leaves_cleanly(folder: Path, step: str) -> None:
    done = served(folder, step, 1)

    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr
    # What was begun was finished: the next start finds a database it can use.
    assert (folder / "node.db").exists()


def test_who_asks_twice_before_it_serves_is_not_made_to_wait(folder: Path) -> None:
    assert served(folder, "backup", 2).returncode == -signal.SIGTERM
