"""toot, as a person uses it: what they type, and what the program prints."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients.letting_in import let_in
from tests.fixtures.nodes import LiveNode, Person
from tests.fixtures.sign_in import signed_in_browser

#: Nothing of a database differs from engine to engine here that the doors' own tests do not try.
pytestmark = pytest.mark.one_engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Somebody's terminal, in which toot is logged in."""

    process: asyncio.subprocess.Process

    async def types(self, *words: str) -> str:
        """What is printed."""
        typed, screen = self.process.stdin, self.process.stdout
        assert typed is not None
        assert screen is not None
        async with asyncio.timeout(60):
            typed.write(json.dumps(words).encode() + b"\n")
            done = json.loads(await screen.readline())
        assert done["code"] == 0, (words, done["printed"])
        return str(done["printed"])

    async def reads(self, *words: str) -> Any:
        """The same, as JSON."""
        return json.loads(await self.types(*words, "--json"))


@asynccontextmanager
async def terminal(node: LiveNode, person: Person, home: Path) -> AsyncIterator[Terminal]:
    """One of this person's; *home* is where toot keeps what it knows."""
    await log_in(node, person, home)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("toot_terminal.py")),
        env={"XDG_CONFIG_HOME": str(home), "PATH": ""},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 22,
    )
    try:
        yield Terminal(process=process)
    finally:
        process.kill()
        await process.communicate()


async def log_in(node: LiveNode, person: Person, home: Path) -> None:
    """`toot login`, which shows an address and asks for the code that stands there at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "toot",
        "login",
        "--instance",
        node.base_url,
        env={"XDG_CONFIG_HOME": str(home), "PATH": "", "PYTHONUNBUFFERED": "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(60):
        shown = b""
        while b"Open link" not in shown:
            chunk = await process.stdout.read(4096)
            assert chunk, shown.decode()
            shown += chunk
        address = re.search(rf"{re.escape(node.base_url)}\S+", shown.decode())
        assert address, shown.decode()
        code = await let_in(await signed_in_browser(node, person), address[0], "toot")
        rest, _ = await process.communicate(f"n\n{code}\n".encode())
    assert "Successfully logged in" in rest.decode()


async def test_people_log_in_and_live_in_their_terminals(
    alpha: LiveNode, alice: Person, bob: Person, picture: Path, tmp_path: Path
) -> None:
    async with (
        terminal(alpha, alice, tmp_path / "alice") as hers,
        terminal(alpha, bob, tmp_path / "bob") as his,
    ):
        await live(alpha, hers, his, picture)


async def live(alpha: LiveNode, hers: Terminal, his: Terminal, picture: Path) -> None:
    assert "@alice" in await hers.types("whoami")
    assert alpha.name in await hers.types("instance")
    assert (await hers.reads("whois", "bob"))["acct"] == "bob"

    post = await hers.reads("post", "Look, @bob #cats", "--media", str(picture), "--description", "half red")
    assert post["media_attachments"][0]["description"] == "half red"
    asked = await hers.reads("post", "Which?", "--poll-option", "tea", "--poll-option", "coffee")
    assert [each["title"] for each in asked["poll"]["options"]] == ["tea", "coffee"]
    assert "tea" in await his.types("polls", "vote", asked["poll"]["id"], "0")
    answer = await his.reads("post", "@alice Nice!", "--reply-to", post["id"])
    assert "Nice!" in await hers.types("thread", post["id"])

    for verb in ("favourite", "reblog", "bookmark", "unbookmark"):
        await his.types(verb, post["id"])
    told = await hers.types("notifications")
    assert "Nice!" in told
    assert "bob" in told
    assert "alice" not in await his.types("blocked")

    await his.types("follow", "alice")
    assert "alice" in await his.types("following", "bob")
    assert "bob" in await hers.types("followers", "alice")
    await hers.types("post", "for followers", "--visibility", "private")
    assert "for followers" in await his.types("timelines", "home")
    assert "Look" in await his.types("timelines", "tag", "cats")
    assert "Look" in await his.types("timelines", "account", "alice")
    assert "Which?" in await his.types("timelines", "public", "--local")

    await his.types("lists", "create", "friends")
    await his.types("lists", "add", "friends", "alice")
    assert "alice" in await his.types("lists", "accounts", "friends")
    await hers.types("post", "for the list")
    assert "for the list" in await his.types("timelines", "list", "friends")
    assert "alice" in await his.types("search", "alice")
    await hers.types("pin", asked["id"])
    assert "muted" in await his.types("mute", "alice")
    assert "alice" in await his.types("muted")
    await hers.types("delete", post["id"])
    assert answer["in_reply_to_id"] == post["id"]
