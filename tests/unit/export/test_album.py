"""EXP-11 and what else holds for pictures: only those that their authors named go out, as they were named."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.export import tars
from fediverse_node.export.album import PROOFS, RECEIPTS
from fediverse_node.export.dataset import JSON_LINES, export_dataset
from fediverse_node.export.filters import WITH_ASSISTANCE, Filters
from fediverse_node.export.release import Release
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.tables import posts as post_rows
from fediverse_node.schema.migrate import migrate
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries as uploads
from tests.fixtures.albums import PICTURES, Studio, painted, rows, said, samples
from tests.fixtures.rooms import ADDRESSES, db, person

__all__ = ["db"]

CANARY = "canary-51ab"


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path / "uploads")


@pytest.fixture
async def alice(db: Database) -> Actor:
    return await db.write(lambda tx: person(tx, "alice"))


def tall(data: bytes) -> int:
    """The number that a picture was painted with: its height stands in the head of a PNG."""
    return int.from_bytes(data[20:24]) - 30


def everything(out: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file())


async def test_a_picture_goes_out_as_it_was_named_with_what_is_said_of_it(
    db: Database, studio: Studio, alice: Actor, tmp_path: Path
) -> None:
    alt = "A river, by @carol@there.example"
    post, (named, unnamed) = await db.write(
        lambda tx: studio.post(tx, alice, "Look", [painted(0), painted(1)], allowed=[0], alt=alt)
    )
    out = tmp_path / "out"
    await export_dataset(db, studio.config, out, form=PICTURES)

    ((key, (data, picture)),) = samples(out).items()
    assert key == named.sha256 == hashlib.sha256(data).hexdigest() == picture["sha256"]
    (row,) = rows(out)
    assert row["pictures"] == [key]
    shared = (
        "author_ref",
        "author_name",
        "license",
        "consent_receipt_id",
        "log_index",
        "log_salt",
        "terms_version",
        "ai_disclosure",
        "revision_sha256",
        "source",
        "created",
    )
    assert {name: picture[name] for name in shared} == {name: row[name] for name in shared}
    assert picture["post"] == post.uri
    assert picture["alt"] == "A river, by @user1"
    assert picture["pii_redactions"] == 1
    assert (picture["width"], picture["height"], picture["blurhash"]) == (60, 30, named.blurhash)
    assert picture["url"] == f"{ADDRESSES.origin}{named.path}"
    (receipt,) = [json.loads(line) for line in (out / RECEIPTS).read_text().splitlines()]
    assert receipt["mediaSha256"] == [named.sha256]
    assert unnamed.sha256.encode() not in everything(out)


async def test_without_being_asked_for_no_picture_goes_out(
    db: Database, studio: Studio, alice: Actor, tmp_path: Path
) -> None:
    await db.write(lambda tx: studio.post(tx, alice, "Look", [painted(0)], allowed=[0]))
    await export_dataset(db, studio.config, tmp_path / "out", form=JSON_LINES)
    assert rows(tmp_path / "out")[0]["pictures"] == []
    assert [path.name for path in (tmp_path / "out" / "data").iterdir()] == ["train.jsonl"]
    assert not (tmp_path / "out" / RECEIPTS).exists()


async def test_a_picture_needs_no_text_beside_it(
    db: Database, studio: Studio, alice: Actor, tmp_path: Path
) -> None:
    await db.write(lambda tx: studio.post(tx, alice, "", [painted(0)], allowed=[0]))
    out = tmp_path / "out"
    made = await export_dataset(db, studio.config, out, form=PICTURES)
    assert (made.rows, len(samples(out))) == (0, 1)
    assert (out / "consent/checkpoint").exists()
    assert "| pictures | 1 |" in (out / "README.md").read_text()


async def test_the_same_picture_is_in_once_as_it_was_allowed_first(
    db: Database, studio: Studio, alice: Actor, tmp_path: Path
) -> None:
    def unit(tx: Tx) -> str:
        bob = person(tx, "bob")
        later, _ = studio.post(tx, bob, "Later", [painted(0)])
        first, (file,) = studio.post(tx, alice, "First", [painted(0)], allowed=[0])
        studio.allow(tx, bob, later, [file.sha256])
        return first.uri

    first = await db.write(unit)
    await export_dataset(db, studio.config, tmp_path / "out", form=PICTURES)
    assert [each["post"] for each in said(tmp_path / "out")] == [first]
    assert {row["text"]: len(row["pictures"]) for row in rows(tmp_path / "out")} == {"First": 1, "Later": 0}


async def test_the_same_decisions_give_the_same_bytes_in_files_of_one_size(
    db: Database, studio: Studio, alice: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await db.write(
        lambda tx: studio.post(tx, alice, "Look", [painted(n) for n in range(4)], allowed=[0, 1, 2])
    )
    monkeypatch.setattr(tars, "LARGEST", 4000)  # one picture with what is said of it has some 2,500 bytes
    first, second = [
        await export_dataset(db, studio.config, tmp_path / name, form=PICTURES) for name in ("a", "b")
    ]
    assert first.sha256 == second.sha256
    names = sorted(path.name for path in (tmp_path / "a" / "data").glob("*.tar"))
    assert names == [f"pictures-0000{number}-of-00003.tar" for number in range(3)]
    assert list(samples(tmp_path / "a")) == sorted(samples(tmp_path / "a"))
    with tarfile.open(tmp_path / "a" / "data" / names[0]) as tar:
        for member in tar:
            assert (member.mtime, member.uid, member.gid, member.uname, member.mode) == (0, 0, 0, "", 0o644)


async def test_filters_hold_for_pictures(db: Database, studio: Studio, alice: Actor, tmp_path: Path) -> None:
    def unit(tx: Tx) -> None:
        studio.post(tx, alice, "by hand", [painted(0)], allowed=[0])
        studio.post(
            tx, alice, "helped", [painted(1)], allowed=[0], ai_disclosure="ai-assisted", human_reviewed=True
        )
        studio.post(tx, alice, "sensitive", [painted(2)], allowed=[0], sensitive=True)
        studio.post(tx, alice, "مطر", [painted(3)], allowed=[0], language="ar")
        made = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
        studio.post(tx, alice, "of a model", [painted(4)], allowed=[0], source=made)
        studio.post(tx, alice, "without", [], allowed=[])

    await db.write(unit)

    async def heights(name: str, filters: Filters) -> set[int]:
        await export_dataset(db, studio.config, tmp_path / name, filters=filters, form=PICTURES)
        return {tall(data) for data, _ in samples(tmp_path / name).values()}

    assert await heights("plain", Filters()) == {0, 3}
    assert await heights("assisted", WITH_ASSISTANCE) == {0, 1, 3, 4}
    assert await heights("sensitive", Filters(sensitive=True)) == {0, 2, 3}
    assert await heights("arabic", Filters(languages=("ar",))) == {3}
    await heights("only", Filters(with_pictures=True))
    texts = {"by hand", "مطر", "of a model"}
    assert {row["text"] for row in rows(tmp_path / "only")} == texts
    assert {row["text"] for row in rows(tmp_path / "plain")} == {*texts, "without"}


async def test_pictures_of_too_few_authors_are_not_written(
    db: Database, studio: Studio, alice: Actor, tmp_path: Path
) -> None:
    def unit(tx: Tx) -> None:
        studio.post(tx, alice, "one", [painted(0)], allowed=[0])
        studio.post(tx, person(tx, "bob"), "two", [painted(1)], allowed=[])

    await db.write(unit)
    few = Filters(min_authors=2)
    with pytest.raises(NotValid, match="pictures of 1 authors, and at least 2"):
        await export_dataset(db, studio.config, tmp_path / "out", filters=few, form=PICTURES)
    await export_dataset(db, studio.config, tmp_path / "out", filters=few)


async def test_what_is_no_longer_the_file_that_was_named_stays_out(
    db: Database, studio: Studio, alice: Actor, tmp_path: Path
) -> None:
    """EXP-11: also where the disk says something else than the rows."""

    def unit(tx: Tx) -> list[str]:
        _, files = studio.post(tx, alice, "Look", [painted(n) for n in range(3)], allowed=[0, 1, 2])
        studio.folder.delete([files[0].name])
        changed = studio.folder.path(files[1].name)
        changed.write_bytes(changed.read_bytes()[:-1] + b"x")
        return [file.sha256 for file in files]

    hashes = await db.write(unit)
    out = tmp_path / "out"
    await export_dataset(db, studio.config, out, form=PICTURES)
    assert list(samples(out)) == [hashes[2]]
    assert rows(out)[0]["pictures"] == [hashes[2]]
    assert [len((out / name).read_text().splitlines()) for name in (RECEIPTS, PROOFS)] == [1, 1]


def before_the_last_look(
    monkeypatch: pytest.MonkeyPatch, db: Database, meddle: Callable[[Tx], object]
) -> list[str]:
    """Something happens when all was written, the first time. Gives what was written, time after time."""
    written: list[str] = []
    write, loop = Release.write, asyncio.get_running_loop()

    def and_then(*arguments: Any) -> str:
        written.append(write(*arguments))
        if len(written) == 1:
            asyncio.run_coroutine_threadsafe(db.write(meddle), loop).result()
        return written[-1]

    monkeypatch.setattr(Release, "write", and_then)
    return written


MEDDLERS: dict[str, Callable[[Tx, Studio, Post, Actor], object]] = {
    "withdrawn": lambda tx, studio, post, author: studio.withdraw(tx, author, post),
    "withdrawn, and not the text": lambda tx, studio, post, author: studio.allow(tx, author, post, []),
    "deleted": lambda tx, studio, post, author: posts.remove(tx, post, actor_uri=author.uri),
    "the file was deleted": lambda tx, studio, post, author: uploads.remove_of_post(tx, post.id),
    "edited": lambda tx, studio, post, author: posts.revise(
        tx, replace(post, content_html="<p>x</p>", revision="f" * 64), mentioned=(), tagged=()
    ),
    "suspended": lambda tx, studio, post, author: actors.change(tx, author.id, {"suspended_at": tx.now}),
    "moved": lambda tx, studio, post, author: actors.change(
        tx, author.id, {"moved_to": "https://x.example/"}
    ),
}


async def test_what_is_taken_back_while_it_is_written_is_out(
    db: Database, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXP-17: each ends the picture of somebody else."""

    def unit(tx: Tx) -> tuple[str, dict[str, tuple[Post, Actor]]]:
        stays, _ = studio.post(tx, person(tx, "zoe"), "stays", [painted(0)], allowed=[0])
        going = {}
        for number, name in enumerate(MEDDLERS, start=1):
            author = person(tx, f"a{number}")
            post, _ = studio.post(tx, author, name, [painted(number)], allowed=[0], alt=f"{CANARY} {name}")
            going[name] = post, author
        return stays.uri, going

    stays, going = await db.write(unit)

    def meddle(tx: Tx) -> None:
        for name, (post, author) in going.items():
            MEDDLERS[name](tx, studio, post, author)

    written = before_the_last_look(monkeypatch, db, meddle)
    out = tmp_path / "out"
    await export_dataset(db, studio.config, out, form=PICTURES)
    assert len(written) == 2
    assert [each["post"] for each in said(out)] == [stays]
    assert [len((out / name).read_text().splitlines()) for name in (RECEIPTS, PROOFS)] == [1, 1]
    assert CANARY.encode() not in everything(out)


NEVER: dict[str, dict[str, object]] = {
    "no decision": {"allowed": None},
    "only the text": {"allowed": []},
    "followers only": {"visibility": "private"},
    "unlisted": {"visibility": "unlisted"},
    "of this server only": {"local_only": True},
    "of somebody elsewhere": {"local": False},
    "without a label": {"ai_disclosure": None},
}


async def test_no_picture_without_a_yes_that_is_in_force(
    db: Database, studio: Studio, alice: Actor, tmp_path: Path
) -> None:
    """EXP-01, EXP-02, EXP-09, EXP-11: the one that is in differs from each of the others in one thing."""

    def unit(tx: Tx) -> None:
        studio.post(tx, alice, "yes", [painted(0)], allowed=[0])
        for number, changes in enumerate(NEVER.values(), start=1):
            now = dict(changes)
            allowed = cast("list[int] | None", now.pop("allowed", [0]))
            post, _ = studio.post(tx, alice, "no", [painted(number)], allowed=allowed, alt=CANARY)
            if now:
                # What was once allowed does not stay so, whatever forgot to say it.
                tx.execute(post_rows.update().where(post_rows.c.id == post.id).values(**now))

    await db.write(unit)
    await export_dataset(db, studio.config, tmp_path / "out", form=PICTURES)
    assert [tall(data) for data, _ in samples(tmp_path / "out").values()] == [0]
    assert CANARY.encode() not in everything(tmp_path / "out")


@pytest.mark.one_engine
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["nothing", "text", "first", "both"]), st.booleans()), max_size=5))
def test_only_named_pictures_are_in_whatever_was_decided(
    template: Path, tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[str, bool]]
) -> None:
    """EXP-15, EXP-16: each post has two pictures that differ from all others."""
    folder = tmp_path_factory.mktemp("plan")
    studio = Studio(folder / "uploads")
    shutil.copy(template, folder / "node.sqlite3")
    named = {"nothing": None, "text": [], "first": [0], "both": [0, 1]}

    def unit(tx: Tx) -> set[str]:
        alice, wanted = person(tx, "alice"), set()
        for number, (decision, taken_back) in enumerate(plan):
            pictures = [painted(2 * number), painted(2 * number + 1)]
            post, files = studio.post(tx, alice, f"{number}", pictures, allowed=named[decision])
            if taken_back:
                studio.withdraw(tx, alice, post)
            else:
                wanted |= {files[place].sha256 for place in named[decision] or ()}
        return wanted

    async def run() -> None:
        db = open_database(f"sqlite:///{folder / 'node.sqlite3'}")
        wanted = await db.write(unit)
        await export_dataset(db, studio.config, folder / "out", form=PICTURES)
        assert list(samples(folder / "out")) == sorted(wanted)
        await db.close()

    asyncio.run(run())


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database that nothing was put into."""
    path = tmp_path_factory.mktemp("template") / "node.sqlite3"
    migrate(f"sqlite:///{path}")
    return path
