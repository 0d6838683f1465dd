"""An export that was interrupted goes on, and writes what one writes that was not."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.export import eligible, release, resuming, row
from fediverse_node.export.dataset import Form, Result, export_dataset
from fediverse_node.export.filters import Filters
from fediverse_node.posts.model import Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from tests.fakes.writers import a_post
from tests.unit.export.test_dataset import (
    CONFIG,
    ROOT,
    alice,
    allow,
    allowed_post,
    an_actor,
    db,
    forbid,
    names,
    texts,
)

__all__ = ["alice", "db"]

TEXTS = ["one", "two", "three", "four", "five", "six"]
#: A page of two posts is kept each time; it ends when the fifth post is to be looked at.
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from fediverse_node.config.sections import Config, Instance
from fediverse_node.export import dataset, eligible, release
from fediverse_node.storage.engine import open_database

url, out = sys.argv[1:]
eligible.PAGE, release.KEEP_EVERY, row_of = 2, 1, release.row_of
def die_at_the_fifth(found, **given):
    if found.post.source == "five":
        os.kill(os.getpid(), signal.SIGKILL)
    return row_of(found, **given)
release.row_of = die_at_the_fifth
config = Config(instance=Instance(origin="https://alpha.example", name="Alpha"))
asyncio.run(dataset.export_dataset(open_database(url), config, Path(out)))
"""


class Interrupted(BaseException):
    """As Ctrl-C."""


@pytest.fixture(autouse=True)
def pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eligible, "PAGE", 2)
    monkeypatch.setattr(release, "KEEP_EVERY", 1)


@pytest.fixture
async def posts(db: Database, alice: Actor) -> dict[str, Post]:
    """By their texts, all allowed but for `later`, which is older than all of them."""

    def made(tx: Tx) -> dict[str, Post]:
        first = a_post(tx, alice, "later", source="later", source_media_type="text/plain")
        rest = [allowed_post(tx, alice, text, source=text, source_media_type="text/plain") for text in TEXTS]
        return {"later": first, **dict(zip(TEXTS, rest, strict=True))}

    return await db.write(made)


async def interrupted(db: Database, out: Path, monkeypatch: pytest.MonkeyPatch, **asked: Any) -> None:
    row_of = row.row_of

    def stop_at_the_fifth(found: Any, **given: Any) -> Any:
        if found.post.source == "five":
            raise Interrupted
        return row_of(found, **given)

    with monkeypatch.context() as patch:
        patch.setattr(release, "row_of", stop_at_the_fifth)
        with pytest.raises(Interrupted):
            await export_dataset(db, CONFIG, out, **asked)
    assert names(out.parent) == [".out.partial"]


async def resumed(db: Database, out: Path, **asked: Any) -> tuple[Result, str]:
    """What was written, and what was said first."""
    told: list[str] = []
    result = await export_dataset(db, CONFIG, out, progress=told.append, **asked)
    await asyncio.sleep(0)
    return result, told[0]


@pytest.mark.parametrize("format_", ["jsonl", "parquet"])
async def test_it_goes_on_and_writes_the_same(
    db: Database, posts: dict[str, Post], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: Any
) -> None:
    assert posts
    form = Form(format=format_)
    await interrupted(db, tmp_path / "out", monkeypatch, form=form)
    result, said = await resumed(db, tmp_path / "out", form=form)
    assert said == "going on, posts so far: 3"
    whole = await export_dataset(db, CONFIG, tmp_path / "whole", form=form)
    assert (result.rows, result.sha256) == (6, whole.sha256)
    assert names(tmp_path) == ["out", "whole"]


def _allowed_anew(tx: Tx, post: Post, author: Actor) -> None:
    forbid(tx, post, author)
    allow(tx, post, author)


CHANGES: dict[str, tuple[Callable[[Tx, dict[str, Post], Actor], object], list[str], str]] = {
    "withdrawn": (
        lambda tx, posts, author: forbid(tx, posts["two"], author),
        ["one", "three", "four", "five", "six"],
        "going on, posts so far: 3",
    ),
    "an older one allowed": (
        lambda tx, posts, author: allow(tx, posts["later"], author),
        ["later", *TEXTS],
        "beginning anew",
    ),
    "one in between allowed anew": (
        lambda tx, posts, author: _allowed_anew(tx, posts["three"], author),
        TEXTS,
        "going on, posts so far: 1",
    ),
    "a newer one": (
        lambda tx, _, author: allowed_post(tx, author, "seven"),
        [*TEXTS, "seven"],
        "going on, posts so far: 3",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_what_was_decided_meanwhile_is_so(
    db: Database,
    alice: Actor,
    posts: dict[str, Post],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    change, expected, first = CHANGES[name]
    await interrupted(db, tmp_path / "out", monkeypatch)
    await db.write(lambda tx: change(tx, posts, alice))
    result, said = await resumed(db, tmp_path / "out")
    assert (said, texts(tmp_path / "out")) == (first, expected)
    assert result.sha256 == (await export_dataset(db, CONFIG, tmp_path / "whole")).sha256


async def test_what_was_collected_for_something_else_is_thrown_away(
    db: Database, posts: dict[str, Post], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert posts
    await interrupted(db, tmp_path / "out", monkeypatch)
    result, said = await resumed(db, tmp_path / "out", filters=Filters(min_length=4))
    assert (result.rows, said) == (3, "beginning anew")


async def test_whoever_asks_for_it_begins_anew(
    db: Database, posts: dict[str, Post], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert posts
    await interrupted(db, tmp_path / "out", monkeypatch)
    told: list[str] = []
    result = await export_dataset(db, CONFIG, tmp_path / "out", anew=True, progress=told.append)
    assert (result.rows, told) == (6, [])


@pytest.mark.parametrize("why", ["too old", "another log"])
async def test_what_cannot_be_trusted_is_thrown_away(
    db: Database, posts: dict[str, Post], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    assert posts
    await interrupted(db, tmp_path / "out", monkeypatch)
    if why == "too old":
        monkeypatch.setattr(resuming, "OLDEST", timedelta(seconds=-1))
    else:
        # As after a backup was restored, and other decisions were made since.
        monkeypatch.setattr(resuming, "_line", lambda _, size: f"another line {size}")
    result, said = await resumed(db, tmp_path / "out")
    assert (result.rows, said) == (6, "beginning anew")


async def test_killed_it_goes_on_too(database_url: str, tmp_path: Path) -> None:
    first = open_database(database_url)
    author = await first.write(lambda tx: an_actor(tx, "alice"))
    for text in TEXTS:
        await first.write(
            lambda tx, text=text: allowed_post(tx, author, text, source=text, source_media_type="text/plain")  # type: ignore[misc]  # bound per turn
        )
    await first.close()
    out = tmp_path / "out"
    command = [sys.executable, "-c", KILLED, database_url, str(out)]
    killed = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert names(tmp_path) == [".out.partial"]
    again = open_database(database_url)
    result, said = await resumed(again, out)
    whole = await export_dataset(again, CONFIG, tmp_path / "whole")
    await again.close()
    assert (said, texts(out), result.sha256) == ("going on, posts so far: 4", TEXTS, whole.sha256)
