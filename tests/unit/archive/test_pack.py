from __future__ import annotations

import asyncio
import csv
import io
import json
import tarfile
import zipfile
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.activitystreams.load import load_json
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.archive import pack as module
from fediverse_node.archive.contents import Desk
from fediverse_node.archive.pack import pack, pack_to
from fediverse_node.consent.notary import Notary
from fediverse_node.federation.outbox import block as blocking
from fediverse_node.federation.outbox import follow as following
from fediverse_node.federation.outbox import react
from fediverse_node.federation.outbox.desk import Desk as WritingDesk
from fediverse_node.federation.outbox.edit import set_training_use
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.errors import Conflict, NotValid
from fediverse_node.oauth import tokens
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.storage.database import Database
from fediverse_node.verify.targets import Means, check
from tests.fixtures.outbox import member
from tests.fixtures.rooms import ADDRESSES, follow, note, stranger

FILES = {
    "README.txt",
    "actor.json",
    "outbox.json",
    "likes.json",
    "following_accounts.csv",
    "followers.csv",
    "blocked_accounts.csv",
    "muted_accounts.csv",
    "blocked_domains.csv",
    "consent/decisions.jsonl",
}


async def packed(db: Database, who: Actor) -> dict[str, bytes]:
    """What is in an archive, by name."""
    data = b"".join([piece async for piece in pack(db, Desk(actor=who, addresses=ADDRESSES), "zip")])
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


async def checked(files: dict[str, bytes], folder: Path) -> Counter[str]:
    """What `verify` makes of the receipts when nobody may be asked: how many findings of each kind."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    means = Means(key=files["consent/key"].decode().strip(), offline=True)
    report = await check(str(folder / "consent" / "receipts"), means)
    return Counter(each.verdict for each in report.findings)


def read(files: dict[str, bytes], name: str) -> Any:
    return load_json(files[name], limit=1 << 24)


def rows(files: dict[str, bytes], name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(files[name].decode(), newline="")))


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def say(
    desk: WritingDesk, who: Actor, text: str, visibility: Visibility = "public", **more: Any
) -> Post:
    return await publish(desk, who, Draft(text=text, visibility=visibility, **more))


async def test_an_account_that_did_nothing_has_every_file(db: Database, alice: Actor) -> None:
    files = await packed(db, alice)
    assert set(files) == FILES
    assert read(files, "outbox.json")["orderedItems"] == []
    assert read(files, "outbox.json")["totalItems"] == 0
    assert "@alice@here.example" in files["README.txt"].decode()
    assert all(name in files["README.txt"].decode() for name in FILES - {"README.txt"})


async def test_everything_they_said_is_there_the_oldest_first(
    db: Database, desk: WritingDesk, alice: Actor
) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    theirs = await db.write(lambda tx: note(tx, bob, content_html="<p>words of bob</p>"))
    every: tuple[Visibility, ...] = ("public", "unlisted", "private", "direct")
    for visibility in every:
        await say(desk, alice, f"said {visibility} to @bob@here.example #Cats", visibility)
    await react.boost(desk, alice, theirs.id)
    gone = await say(desk, alice, "a mistake")
    await db.write(lambda tx: posts.remove(tx, gone, actor_uri=alice.uri))
    files = await packed(db, alice)
    outbox = read(files, "outbox.json")
    assert (outbox["type"], outbox["totalItems"]) == ("OrderedCollection", 5)
    *said, boost = outbox["orderedItems"]
    assert [item["type"] for item in said] == ["Create"] * 4
    assert [
        "said " + visibility in item["object"]["content"]
        for visibility, item in zip(every, said, strict=True)
    ]
    assert said[0]["object"]["tag"][0]["type"] == "Mention"
    assert said[0]["object"]["source"]["content"].startswith("said public")
    assert (boost["type"], boost["object"]) == ("Announce", theirs.uri)
    whole = b"".join(files.values()).decode()
    assert "words of bob" not in whole
    assert "a mistake" not in whole


async def test_a_long_history_is_whole(db: Database, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fediverse_node.archive.contents.PAGE", 5)

    def write(tx: Any) -> None:
        for number in range(10):
            note(tx, alice, content_html=f"<p>{number}</p>")

    await db.write(write)
    outbox = read(await packed(db, alice), "outbox.json")
    assert [item["object"]["content"] for item in outbox["orderedItems"]] == [
        f"<p>{n}</p>" for n in range(10)
    ]
    assert outbox["totalItems"] == 10


async def test_the_lists_are_those_mastodon_takes_in(db: Database, desk: WritingDesk, alice: Actor) -> None:
    people = [await db.write(lambda tx, name=name: stranger(tx, name)) for name in ("bob", "carol", "dave")]  # type: ignore[misc]  # mypy sees no default
    bob, carol, dave = people
    await db.write(lambda tx: follow(tx, bob, alice))
    await db.write(lambda tx: follow(tx, alice, carol))
    await blocking.block(desk, alice, dave.id)
    await blocking.mute(desk, alice, bob.id, notifications=False)
    await blocking.shun(desk, alice, "spam.example")
    theirs = await db.write(lambda tx: note(tx, carol))
    await react.favourite(desk, alice, theirs.id)
    files = await packed(db, alice)
    assert rows(files, "following_accounts.csv") == [
        ["Account address", "Show boosts", "Notify on new posts", "Languages"],
        ["carol@there.example", "true", "false", ""],
    ]
    assert rows(files, "followers.csv") == [["Account address"], ["bob@there.example"]]
    assert rows(files, "blocked_accounts.csv") == [["dave@there.example"]]
    assert rows(files, "muted_accounts.csv") == [
        ["Account address", "Hide notifications"],
        ["bob@there.example", "false"],
    ]
    assert rows(files, "blocked_domains.csv") == [["spam.example"]]
    assert read(files, "likes.json")["orderedItems"] == [theirs.uri]


async def test_decisions_come_with_receipts_that_can_be_checked(
    db: Database, desk: WritingDesk, alice: Actor, tmp_path: Path
) -> None:
    post = await say(desk, alice, "use this", training_use=True)
    await set_training_use(desk, alice, post.id, allow=False, method="page")
    await Notary(db).run_once()
    files = await packed(db, alice)
    lines = [json.loads(line) for line in files["consent/decisions.jsonl"].splitlines()]
    assert [(line["kind"], line["post"]) for line in lines] == [("grant", post.uri), ("withdraw", post.uri)]
    assert all(len(line["log_salt"]) == 64 for line in lines)
    receipts = sorted(name for name in files if name.startswith("consent/receipts/") and "json" in name)
    assert receipts == [f"consent/{line['receipt']}" for line in lines]
    assert read(files, receipts[0])["object"] == post.uri
    assert read(files, receipts[0])["proof"]["cryptosuite"] == "eddsa-jcs-2022"

    # With what is in the archive alone; each has to be there and to be what it was.
    found = await checked(files, tmp_path)
    assert (found["broken"], found["open"]) == (0, 2), "open is only whether each still stands today"
    first = receipts[0].replace(".json", ".tlog-proof")
    exchanged = {**files, first: files[receipts[1].replace(".json", ".tlog-proof")]}
    assert (await checked(exchanged, tmp_path))["broken"] > 0


async def test_there_is_no_secret_in_it_and_nothing_others_said(
    db: Database, desk: WritingDesk, alice: Actor
) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    await following.follow(desk, alice, bob.id)
    closed = await db.write(
        lambda tx: note(
            tx, bob, visibility="private", content_html="<p>canary-closed</p>", summary="canary-cw"
        )
    )
    await say(desk, alice, "an answer", "private", in_reply_to_id=closed.id)
    account = await db.read(lambda tx: accounts.by_actor(tx, alice.id))
    assert account is not None
    await db.write(lambda tx: accounts.set_password(tx, account.id, "canary-hash"))
    token = await db.write(lambda tx: tokens.issue(tx, account.id, scopes="read", app_name="canary-app"))
    keys = [
        key.private_key for key in await db.read(lambda tx: actors.keys_of(tx, alice.id)) if key.private_key
    ]
    assert len(keys) == 2
    whole = b"".join((await packed(db, alice)).values()).decode()
    for canary in ("canary", token, "PRIVATE KEY", *(key.splitlines()[1] for key in keys)):
        assert canary not in whole
    assert closed.uri in whole


async def test_the_file_is_its_owners_and_appears_whole(db: Database, alice: Actor, tmp_path: Path) -> None:
    desk = Desk(actor=alice, addresses=ADDRESSES)
    told: list[str] = []
    made = await pack_to(db, desk, tmp_path / "alice.zip", progress=told.append)
    mode = made.path.stat().st_mode
    assert mode & 0o777 == 0o600
    assert made.size == len(made.path.read_bytes())
    assert "outbox.json" in told
    with pytest.raises(Conflict):
        await pack_to(db, desk, tmp_path / "alice.zip")
    with pytest.raises(NotValid):
        await pack_to(db, desk, tmp_path / "alice.rar")
    with pytest.raises(NotValid):
        await pack_to(db, desk, tmp_path / "nowhere" / "alice.zip")
    assert names_in(tmp_path) == ["alice.zip"]


async def test_a_tar_file_holds_the_same(db: Database, alice: Actor, tmp_path: Path) -> None:
    made = await pack_to(db, Desk(actor=alice, addresses=ADDRESSES), tmp_path / "alice.tar.gz")
    with tarfile.open(made.path) as found:
        assert set(found.getnames()) == FILES


async def test_an_interrupted_export_leaves_nothing_behind(
    db: Database, alice: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def stuck(*_: Any) -> AsyncIterator[bytes]:
        begun.set()
        await asyncio.Event().wait()
        yield b""

    monkeypatch.setattr(module, "_receipts", stuck)
    desk = Desk(actor=alice, addresses=ADDRESSES)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        packing = group.create_task(pack_to(db, desk, tmp_path / "alice.zip"))
        await begun.wait()
        packing.cancel()
    assert names_in(tmp_path) == []
