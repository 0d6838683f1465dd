from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.uploads import recording

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="cages are built of Linux")

PYTHON = "/usr/bin/python3"
#: What somebody who took over a decoder would try, and is refused: the number of the error, one in a line.
PROGRAM = """
import ctypes, os, socket
def number(deed):
    try:
        return deed() and 0
    except OSError as error:
        return error.errno
libc = ctypes.CDLL(None, use_errno=True)
def look_at_parent():
    if libc.ptrace(16, os.getppid(), 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "")
def kill_parent():
    os.kill(os.getppid(), 0)
print(*map(number, (socket.socket, socket.socketpair, look_at_parent, kill_parent)))
print(sorted(name for name in os.environ if name not in {"LC_ALL", "LC_CTYPE", "__CF_USER_TEXT_ENCODING"}))
"""


def caged(arguments: list[str], *, program: str, **bounds: Any) -> subprocess.CompletedProcess[bytes]:
    job = {
        "program": str(Path(program).resolve()),
        "arguments": arguments,
        "files": [],
        "memory": 1 << 30,
        "seconds": 20,
        "bytes": 1 << 20,
        **bounds,
    }
    command = [sys.executable, "-I", str(recording._PROGRAM), json.dumps(job)]
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env={"SECRET": "1"},
        pass_fds=bounds.get("files", ()),
    )


@pytest.mark.skipif(not Path(PYTHON).exists(), reason="there is no Python where programs of the system are")
def test_what_runs_in_it_has_no_network_no_neighbours_and_no_secrets() -> None:
    # WEB-16
    done = caged(["-I", "-S", "-c", PROGRAM], program=PYTHON)
    assert done.stdout.decode().splitlines() == ["1 1 1 1", "[]"], done.stderr


def test_it_reads_and_writes_the_files_that_it_is_given_and_no_other(tmp_path: Path) -> None:
    # WEB-16: the refusal needs Landlock, which not every kernel has
    given, other = tmp_path / "given", tmp_path / "other"
    given.write_bytes(b"given")
    other.write_bytes(b"other")
    with given.open("rb") as file:
        handle = file.fileno()
        done = caged([f"/proc/self/fd/{handle}"], program="/bin/cat", files=[handle])
        assert done.stdout == b"given", done.stderr
        refused = caged([str(other)], program="/bin/cat", files=[handle])
    if refused.returncode == 0:
        pytest.skip("this kernel has no Landlock")
    assert refused.stdout == b""
    assert b"Permission denied" in refused.stderr


def test_it_ends_when_it_takes_too_much_memory_or_disk(tmp_path: Path) -> None:
    # WEB-16 (its twin: the same program within its bounds, above)
    with (tmp_path / "made").open("wb") as file:
        handle = file.fileno()
        arguments = ["if=/dev/zero", f"of=/proc/self/fd/{handle}", "bs=1000", "count=3000"]
        done = caged(arguments, program="/bin/dd", files=[handle])
        assert done.returncode != 0
    assert (tmp_path / "made").stat().st_size <= 1 << 20
    assert caged(["bs=900M", "count=1"], program="/bin/dd", memory=64 << 20).returncode != 0
