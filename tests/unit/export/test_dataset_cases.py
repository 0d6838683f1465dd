"""What else an export must not do, and what it does when it is asked for something."""

from __future__ import annotations

import json
import logging
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.config.sections import Config, Instance
from fediverse_node.consent import decisions, proving, terms
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import OPEN_DATASET
from fediverse_node.export import parquet
from fediverse_node.export.dataset import Form, export_dataset
from fediverse_node.export.filters import Filters
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts.model import Attachment, Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from tests.fakes.writers import a_post
from tests.fixtures.rooms import ADDRESSES, db, person

__all__ = ["db"]

CONFIG = Config(instance=Instance(origin=ADDRESSES.origin, name="Here"))
CANARY = "canary-7c1e"


@pytest.fixture
async def alice(db: Database) -> Actor:
    return await db.write(lambda tx: person(tx, "alice"))


def allowed(tx: Tx, author: Actor, text: str, **changes: Any) -> Post:
    post = a_post(tx, author, text, addresses=ADDRESSES, **changes)
    decisions.choose(tx, subject_of(post, author), actor_uri=author.uri, allow=True, method="page")
    return post


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "data" / "train.jsonl").read_text().splitlines()]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def texts(out: Path) -> list[str]:
    return [row["text"] for row in rows(out)]


def everything(out: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file())


async def test_pictures_and_what_is_said_of_them_are_not_in_it(
    db: Database, alice: Actor, tmp_path: Path
) -> None:
    """EXP-08, EXP-11: an allowed post is allowed with its text."""
    picture = Attachment(
        type="Image", media_type="image/png", url=f"https://here.example/media/{CANARY}.png", name=CANARY
    )
    await db.write(lambda tx: allowed(tx, alice, "look", attachments=(picture,)))
    await export_dataset(db, CONFIG, tmp_path / "out")
    assert texts(tmp_path / "out") == ["look"]
    assert CANARY.encode() not in everything(tmp_path)


async def test_what_is_answered_is_named_only_where_it_is_in_here(
    db: Database, alice: Actor, tmp_path: Path
) -> None:
    """EXP-08, EXP-12, EXP-14: nothing of a post that is not in it, by whomever it is."""

    def unit(tx: Tx) -> Post:
        bob = person(tx, "bob")
        hidden = a_post(tx, bob, CANARY, addresses=ADDRESSES, uri=f"https://here.example/{CANARY}")
        shown = allowed(tx, bob, "shown")
        allowed(tx, alice, "to the hidden one", in_reply_to_id=hidden.id, in_reply_to_uri=hidden.uri)
        allowed(tx, alice, "to the shown one", in_reply_to_id=shown.id, in_reply_to_uri=shown.uri)
        return shown

    shown = await db.write(unit)
    await export_dataset(db, CONFIG, tmp_path / "out")
    told = {row["text"]: row["metadata"]["in_reply_to"] for row in rows(tmp_path / "out")}
    assert told == {"shown": None, "to the hidden one": None, "to the shown one": shown.uri}
    assert CANARY.encode() not in everything(tmp_path)


async def test_an_export_is_written_down_with_its_count_and_its_hash(
    db: Database, alice: Actor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """EXP-20: what was asked for stands in its card."""
    caplog.set_level(logging.INFO)
    await db.write(lambda tx: allowed(tx, alice, "long enough for it"))
    made = await export_dataset(db, CONFIG, tmp_path / "out", filters=Filters(min_length=10))
    (told,) = [record for record in caplog.records if record.msg == "export.written"]
    assert (told.__dict__["rows"], told.__dict__["sha256"]) == (1, made.sha256)
    assert "- text of at least 10 characters" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.one_engine
async def test_a_restored_backup_does_not_bring_back_what_was_taken_back(tmp_path: Path) -> None:
    """EXP-21: the list of revocations that was kept beside the backup is what counts."""
    from fediverse_node.schema.migrate import migrate  # noqa: PLC0415 only here

    url = f"sqlite:///{tmp_path / 'node.sqlite3'}"
    migrate(url)
    db = open_database(url)

    def unit(tx: Tx) -> Post:
        alice = person(tx, "alice")
        allowed(tx, alice, "stays")
        return allowed(tx, alice, CANARY)

    await db.write(unit)
    await export_dataset(db, CONFIG, tmp_path / "first")
    (receipt,) = [row["consent_receipt_id"] for row in rows(tmp_path / "first") if row["text"] == CANARY]
    await db.close()
    backup = tmp_path / "backup.sqlite3"
    shutil.copy(tmp_path / "node.sqlite3", backup)
    # The author takes it back; then the disk is lost, and the backup is what is left.
    shutil.copy(backup, tmp_path / "node.sqlite3")
    db = open_database(url)
    await export_dataset(db, CONFIG, tmp_path / "restored", ended=[receipt])
    assert texts(tmp_path / "restored") == ["stays"]
    assert CANARY.encode() not in everything(tmp_path / "restored")
    # Without that list the database is believed.
    await export_dataset(db, CONFIG, tmp_path / "believed")
    assert CANARY in texts(tmp_path / "believed")
    await db.close()


async def test_with_too_few_authors_nothing_is_written(db: Database, alice: Actor, tmp_path: Path) -> None:
    await db.write(lambda tx: allowed(tx, alice, "alone"))
    with pytest.raises(NotValid, match="posts of 1 authors, and at least 2"):
        await export_dataset(db, CONFIG, tmp_path / "out", filters=Filters(min_authors=2))
    assert names(tmp_path) == []
    await export_dataset(db, CONFIG, tmp_path / "out", filters=Filters(min_authors=1))
    assert texts(tmp_path / "out") == ["alone"]


async def test_filters_leave_out_what_was_not_asked_for(db: Database, alice: Actor, tmp_path: Path) -> None:
    def unit(tx: Tx) -> None:
        allowed(tx, alice, "a long enough text", language="en")
        allowed(tx, alice, "short", language="en")
        allowed(tx, alice, "نص طويل بما يكفي", language="ar")
        allowed(tx, alice, "an old long enough text", published_at=tx.now - timedelta(days=400))

    await db.write(unit)
    since = (db.clock() - timedelta(days=30)).date()
    filters = Filters(min_length=10, languages=("en",), since=since)
    await export_dataset(db, CONFIG, tmp_path / "out", filters=filters)
    assert texts(tmp_path / "out") == ["a long enough text"]


async def test_repeated_posts_are_in_once_and_marked(db: Database, alice: Actor, tmp_path: Path) -> None:
    await db.write(lambda tx: [allowed(tx, alice, text) for text in ("again", "again", "once")])
    await export_dataset(db, CONFIG, tmp_path / "out")
    assert texts(tmp_path / "out") == ["again", "once"]
    assert [row["dup_cluster"] is not None for row in rows(tmp_path / "out")] == [True, False]

    await export_dataset(db, CONFIG, tmp_path / "all", filters=Filters(keep_duplicates=True))
    assert texts(tmp_path / "all") == ["again", "again", "once"]
    assert len({row["dup_cluster"] for row in rows(tmp_path / "all")}) == 2


async def test_each_row_comes_with_the_terms_that_its_author_was_shown(
    db: Database, alice: Actor, tmp_path: Path
) -> None:
    def unit(tx: Tx) -> None:
        allowed(tx, alice, "new")
        old = a_post(tx, alice, "old", addresses=ADDRESSES)
        entry = ledger.append(
            tx,
            (alice.uri, old.uri, old.revision),
            kind="grant",
            purposes=OPEN_DATASET,
            terms=terms.FIRST,
            method="page",
        )
        proving.prove(tx, entry)

    await db.write(unit)
    await export_dataset(db, CONFIG, tmp_path / "out")
    assert {row["text"]: row["terms_version"] for row in rows(tmp_path / "out")} == {
        "new": "training-3",
        "old": "training-1",
    }
    assert names(tmp_path / "out/consent/terms") == [
        "training-1.txt",
        "training-3.txt",
    ]


async def test_without_what_parquet_needs_it_says_so_and_writes_nothing(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(NotValid, match="extra “data”"):
        parquet.require()
    with pytest.raises(NotValid, match="extra “data”"):
        await export_dataset(db, CONFIG, tmp_path / "out", form=Form(format="parquet"))
    assert names(tmp_path) == []
    await export_dataset(db, CONFIG, tmp_path / "out")
    assert texts(tmp_path / "out") == []
