"""The command line as an operator uses it, with and without a running server.

The server is always a process of its own. A process needs a second to load the whole house, and so most
commands run inside this one; a few show that it is the same with a real one: see `Lab.process`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fediverse_node.cli.main import main

PATIENCE_SECONDS = 120.0


@dataclass
class Lab:
    """A configuration in a folder of its own, where we are, and ways to run commands there."""

    folder: Path
    port: int

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command in this process."""
        with _log_kept():
            done = CliRunner().invoke(main, words, input=stdin, prog_name="fediverse-node")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    def process(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "fediverse_node", *words],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def ask(self, *words: str, stdin: str = "") -> Any:
        done = self.run(*words, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextlib.contextmanager
    def serving(self) -> Iterator[subprocess.Popen[str]]:
        with subprocess.Popen(
            [sys.executable, "-m", "fediverse_node", "serve"],
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "FEDIVERSE_NODE_LOG__FORMAT": "json"},
        ) as process:
            reader = threading.Thread(target=lambda: process.stderr and process.stderr.read(), daemon=True)
            reader.start()
            try:
                self._until_answering(process)
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE_SECONDS)
                reader.join(PATIENCE_SECONDS)  # before what it reads is closed

    def _until_answering(self, process: subprocess.Popen[str]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            assert process.poll() is None, "the server stopped"
            assert time.monotonic() < end, "the server did not answer"
            with contextlib.suppress(OSError):
                connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
                connection.request("GET", "/.well-known/nodeinfo")
                if connection.getresponse().status == 200:
                    connection.close()
                    return
            threading.Event().wait(0.05)


@contextlib.contextmanager
def _log_kept() -> Iterator[None]:
    """A command sends the log of its process to standard error. Afterwards it goes where it went."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@pytest.fixture
def lab(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    made = Lab(tmp_path, port)
    done = made.run("init", "--origin", f"http://127.0.0.1:{port}", "--name", "Lab")
    assert done.returncode == 0, done.stderr
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace("sqlite:///data/node.db", database_url))
    return made


@pytest.mark.parametrize("serving", [False, True], ids=["at rest", "while it serves"])
def test_accounts_posts_and_decisions(lab: Lab, serving: bool) -> None:  # noqa: FBT001 a column of the table
    with lab.serving() if serving else contextlib.nullcontext():
        made = lab.ask("account", "create", "alice", "--password-stdin", stdin="correct horse battery\n")
        assert made["handle"] == f"@alice@127.0.0.1:{lab.port}"
        assert [each["name"] for each in lab.ask("account", "list")["accounts"]] == ["alice"]

        renewed = lab.ask("account", "password", "alice", "--password-stdin", stdin="another horse battery\n")
        assert renewed == {"handle": made["handle"], "signed_out": 0}

        token = lab.run("token", "create", "alice", "--scopes", "read write")
        assert token.returncode == 0
        assert len(token.stdout.strip()) >= 43
        assert token.stdout.count("\n") == 1

        post = lab.ask("post", "alice", "Hello #world", "--train", "yes")
        shown = lab.ask("consent", "show", post["uri"])
        assert shown["training_use"] == "yes"
        assert [entry["kind"] for entry in shown["entries"]] == ["grant"]

        changed = lab.ask("consent", "set", "alice", post["url"], "no")
        assert changed["training_use"] == "no"
        assert [entry["kind"] for entry in changed["entries"]] == ["grant", "withdraw"]

        assert lab.ask("trace", post["id"])["deliveries"] == []
        assert lab.ask("doctor")["findings"]


def test_a_command_is_a_process_with_words_in_and_out_and_an_exit_code(lab: Lab) -> None:
    made = lab.process(
        "account", "create", "alice", "--password-stdin", "--json", stdin="correct horse battery\n"
    )
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["handle"] == f"@alice@127.0.0.1:{lab.port}"

    refused = lab.process("account", "create", "al ice")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "user name" in refused.stderr
    assert "Traceback" not in refused.stderr

    assert lab.process("account", "make", "alice").returncode == 2
    with lab.serving():
        listed = lab.process("account", "list", "--json")
    assert [each["name"] for each in json.loads(listed.stdout)["accounts"]] == ["alice"]


def test_silence_is_no(lab: Lab) -> None:
    lab.ask("account", "create", "alice")

    post = lab.ask("post", "alice", "Hello")

    assert lab.ask("consent", "show", post["uri"])["training_use"] == "no"


def test_only_the_author_decides(lab: Lab) -> None:
    for name in ("alice", "bob"):
        lab.ask("account", "create", name)
    post = lab.ask("post", "alice", "Hello")

    done = lab.run("consent", "set", "bob", post["uri"], "yes")

    assert done.returncode == 1
    assert lab.ask("consent", "show", post["uri"])["training_use"] == "no"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("account", "create", "al ice"), "user name"),
        (("account", "create", "admin"), "reserved"),
        (("account", "password", "nobody", "--password-stdin"), "holds no password"),
        (("token", "create", "nobody"), "no account nobody"),
        (("post", "nobody", "Hello"), "no account nobody"),
        (("trace", "123"), "no post 123"),
        (("consent", "show", "https://elsewhere.example/1"), "no post"),
        (("follow", "nobody", "bob"), "no handle"),
        (("domain", "export", "missing/rules.csv"), "cannot be written"),
        (("domain", "import", "config.toml"), "line 1: “"),
        (("domain", "import", "config.toml", "--dry-run"), "lines could not be used"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_with_exit_code_1(
    lab: Lab, words: tuple[str, ...], said: str
) -> None:
    done = lab.run(*words)

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_that_was_not_understood_ends_with_2(lab: Lab) -> None:
    assert lab.run("account", "make", "alice").returncode == 2
    assert lab.run("consent", "set", "alice", "1", "perhaps").returncode == 2
    assert lab.run("profile", "alice", "--field", "a=b", "--no-fields").returncode == 2
    assert lab.run("keys", "rotate").returncode == 2
    assert lab.run("keys", "rotate", "alice", "--server").returncode == 2


def test_a_second_server_on_one_sqlite_file_is_refused(lab: Lab) -> None:
    if "sqlite" not in (lab.folder / "config.toml").read_text():
        pytest.skip("PostgreSQL is made for more than one process")
    with lab.serving():
        done = lab.process("serve")

        assert done.returncode == 1
        assert "Another process" in done.stderr


def test_what_was_published_at_rest_is_there_when_it_serves(lab: Lab) -> None:
    lab.ask("account", "create", "alice")
    post = lab.ask("post", "alice", "Written at rest")

    with lab.serving() as process:
        connection = HTTPConnection("127.0.0.1", lab.port, timeout=PATIENCE_SECONDS)
        path = post["uri"].partition(str(lab.port))[2]
        connection.request("GET", path, headers={"Accept": "application/activity+json"})
        document = json.loads(connection.getresponse().read())
        connection.close()

    assert document["id"] == post["uri"]
    assert process.returncode == 0


def test_a_stale_socket_of_a_killed_server_is_in_nobodys_way(lab: Lab) -> None:
    if "sqlite" not in (lab.folder / "config.toml").read_text():
        pytest.skip("PostgreSQL needs no socket")
    with lab.serving() as process:
        process.kill()
        process.wait(PATIENCE_SECONDS)

    assert lab.ask("account", "list") == {"accounts": []}
    with lab.serving():
        assert lab.ask("account", "list") == {"accounts": []}


def test_init_touches_nothing_that_exists(lab: Lab) -> None:
    before = (lab.folder / "config.toml").read_text()

    done = lab.run("init")

    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert (lab.folder / "config.toml").read_text() == before


def test_init_writes_a_configuration_for_the_internet_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lab = Lab(tmp_path, 0)

    assert lab.run("init", "--origin", "https://example.org").returncode == 0

    assert (tmp_path / "config.toml").stat().st_mode & 0o777 == 0o600
    assert "allow_http" not in (tmp_path / "config.toml").read_text()
    assert lab.run("--config", "other.toml", "init", "--origin", "example.org").returncode == 1
    assert not (tmp_path / "other.toml").exists()


def test_emoji_are_added_used_and_removed(lab: Lab) -> None:
    lab.ask("account", "create", "alice")
    (lab.folder / "blob.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (lab.folder / "page.png").write_bytes(b"<script>alert(1)</script>")
    assert lab.run("emoji", "add", "page", "page.png").returncode != 0

    made = lab.ask("emoji", "add", ":blob:", "blob.png")

    assert [each["code"] for each in lab.ask("emoji", "list")["emojis"]] == ["blob"]
    post = lab.ask("post", "alice", "Look :blob:", "--local-only")
    liked = lab.ask("like", "alice", post["id"], "--emoji", "blob")
    assert liked["reactions"] == [{"emoji": ":blob:", "count": 1}]
    assert made["url"].endswith(".png")
    assert lab.ask("like", "alice", post["uri"], "--emoji", "blob", "--undo")["reactions"] == []
    assert lab.ask("like", "alice", post["uri"])["favourites"] == 1
    assert lab.ask("emoji", "remove", "blob") == {"code": "blob"}
    assert lab.run("emoji", "remove", "blob").returncode != 0


def test_delivery_can_be_looked_at_while_it_serves(lab: Lab) -> None:
    with lab.serving():
        lab.ask("account", "create", "alice")
        post = lab.ask("post", "alice", "Hello")
        assert lab.ask("hosts", "--all") == {"hosts": [], "known": 0}
        assert lab.ask("deliveries", "--state", "failed")["deliveries"] == []
        assert lab.ask("trace", post["id"], "--retry")["hosts"] == []
        assert lab.ask("trace", post["id"], "--retry", "x.example")["hosts"] == []
        link = lab.ask("trace", post["id"], "--link")["url"]
        with contextlib.closing(HTTPConnection("127.0.0.1", lab.port, timeout=60)) as connection:
            connection.request("GET", link.partition(str(lab.port))[2])
            assert connection.getresponse().status == 200
        found = {each["what"]: each["state"] for each in lab.ask("doctor")["findings"]}
        assert found["signed delivery"] == found["workers"] == "well"
        words = lab.run("hosts")
        assert words.returncode == 0
        assert "All is well" in words.stdout
