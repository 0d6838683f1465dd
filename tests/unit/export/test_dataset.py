"""The attacks on the dataset: each post here that must not go out carries a canary."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, ActorKey
from fediverse_node.config.sections import Config, Instance
from fediverse_node.consent import decisions
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import OPEN_DATASET
from fediverse_node.consent.terms import CURRENT, Terms
from fediverse_node.export import progress
from fediverse_node.export.dataset import Result, export_dataset
from fediverse_node.export.filters import HUMAN_ONLY, WITH_ASSISTANCE
from fediverse_node.kernel.clock import system_clock
from fediverse_node.kernel.errors import Conflict, NotValid
from fediverse_node.kernel.ids import IdFactory
from fediverse_node.posts import queries as posts
from fediverse_node.posts import reactions
from fediverse_node.posts.model import AiTool, Mention, Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.database import Database, Unit
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from tests.fakes import writers
from tests.fakes.writers import ALPHA, a_post, revision_of
from tests.fixtures.rooms import one_set_of_keys

CONFIG = Config(instance=Instance(origin="https://alpha.example", name="Alpha"))
BETA = Addresses("https://beta.example")
ROOT = Path(__file__).parents[3]
CANARY = "canary-7c1e"
T = TypeVar("T")


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def alice(db: Database) -> Actor:
    return await db.write(lambda tx: an_actor(tx, "alice"))


def an_actor(tx: Tx, username: str, *, addresses: Addresses = ALPHA, local: bool = True) -> Actor:
    """With a key of their own, where they are ours: receipts are signed with it."""
    actor = writers.an_actor(tx, username, addresses=addresses, local=local)
    if local:
        made = one_set_of_keys()
        key = ActorKey(
            actor_id=actor.id,
            key_id=addresses.ed25519_key(username),
            kind="ed25519",
            public_key=made.ed25519_public,
            private_key=made.ed25519_private,
        )
        actors.save_key(tx, key)
    return actor


def allow(tx: Tx, post: Post, author: Actor) -> None:
    decisions.choose(tx, subject_of(post, author), actor_uri=author.uri, allow=True, method="page")


def forbid(tx: Tx, post: Post, author: Actor) -> None:
    decisions.choose(tx, subject_of(post, author), actor_uri=author.uri, allow=False, method="page")


def allowed_post(tx: Tx, author: Actor, text: str, **changes: Any) -> Post:
    post = a_post(tx, author, text, **changes)
    allow(tx, post, author)
    return post


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "data" / "train.jsonl").read_text().splitlines()]


def texts(out: Path) -> list[str]:
    return [row["text"] for row in rows(out)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def everything(out: Path) -> bytes:
    return b"".join(
        path.name.encode() + path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()
    )


# What is allowed is there, whole and checkable


async def test_allowed_posts_are_there_in_order_and_nothing_else(
    db: Database, alice: Actor, tmp_path: Path
) -> None:
    def unit(tx: Tx) -> list[Post]:
        bob = an_actor(tx, "bob")
        return [
            allowed_post(tx, alice, "first"),
            a_post(tx, alice, CANARY),
            allowed_post(tx, bob, "second", language="ar"),
            allowed_post(tx, alice, "third", in_reply_to_uri="https://beta.example/1"),
        ]

    made = await db.write(unit)
    result = await export_dataset(db, CONFIG, tmp_path / "out")
    found = rows(tmp_path / "out")
    assert (result.rows, result.authors, result.out) == (3, 2, tmp_path / "out")
    assert [row["id"] for row in found] == [made[0].uri, made[2].uri, made[3].uri]
    assert [row["text"] for row in found] == ["first", "second", "third"]
    assert found[0]["author_ref"] == found[2]["author_ref"] != found[1]["author_ref"]
    assert CANARY.encode() not in everything(tmp_path / "out")
    assert "| posts | 3 |" in (tmp_path / "out" / "README.md").read_text()


async def test_the_manifest_vouches_for_every_file(db: Database, alice: Actor, tmp_path: Path) -> None:
    await db.write(lambda tx: allowed_post(tx, alice, "first"))
    result = await export_dataset(db, CONFIG, tmp_path / "out")
    manifest = (tmp_path / "out" / "MANIFEST.sha256").read_bytes()
    lines = [line.split("  ") for line in manifest.decode().splitlines()]
    assert [name for _, name in lines] == [
        "README.md",
        "VERIFY.md",
        "consent/checkpoint",
        "consent/key",
        "consent/proofs.jsonl",
        "consent/receipts.jsonl",
        "consent/terms/training-3.txt",
        "croissant.json",
        "data/train.jsonl",
    ]
    for digest, name in lines:
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    assert hashlib.sha256(manifest).hexdigest() == result.sha256
    row = rows(tmp_path / "out")[0]
    assert hashlib.sha256(row["text"].encode()).hexdigest() == row["content_sha256"]


async def test_a_yes_without_a_receipt_that_can_be_checked_is_left_out(
    db: Database, alice: Actor, tmp_path: Path
) -> None:
    def unit(tx: Tx) -> None:
        keyless = writers.an_actor(tx, "keyless")
        allowed_post(tx, keyless, CANARY)
        allowed_post(tx, alice, "proved")

    await db.write(unit)
    await export_dataset(db, CONFIG, tmp_path / "out")
    assert texts(tmp_path / "out") == ["proved"]
    assert CANARY.encode() not in everything(tmp_path)


async def test_a_dataset_of_nothing_is_written_too(db: Database, tmp_path: Path) -> None:
    result = await export_dataset(db, CONFIG, tmp_path / "out")
    assert (result.rows, rows(tmp_path / "out")) == (0, [])


async def test_what_is_there_already_is_not_touched(db: Database, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(Conflict):
        await export_dataset(db, CONFIG, tmp_path)
    assert names(tmp_path) == ["mine"]


async def test_it_says_how_far_it_is(
    db: Database, alice: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await db.write(lambda tx, number=number: allowed_post(tx, alice, f"post {number}"))  # type: ignore[misc]  # bound per turn
    monkeypatch.setattr(progress, "TELL_EVERY", 2)
    told: list[str] = []
    await export_dataset(db, CONFIG, tmp_path / "out", progress=told.append)
    assert [line.partition(",")[0] for line in told] == [
        "collecting: 3 posts",
        "proving: 3 posts of 3",
        "writing: 3 posts of 3",
        "writing receipts: 3 posts of 3",
        "checking again: 3 posts of 3",
    ]


# EXP-01 to EXP-14: what must stay out

#: Puts one forbidden post, and gives nothing back.
Attack = Callable[[Tx, Actor], Any]


def _by(changes: dict[str, Any]) -> Attack:
    """A post that would be allowed, but for *changes* after its author's yes."""

    def attack(tx: Tx, alice: Actor) -> None:
        post = allowed_post(tx, alice, CANARY)
        tx.execute(_posts().update().where(_posts().c.id == post.id).values(**changes))

    return attack


def _posts() -> Any:
    from fediverse_node.posts.tables import posts as table  # noqa: PLC0415 a test may look inside

    return table


def not_opted_in(tx: Tx, alice: Actor) -> None:
    a_post(tx, alice, CANARY)


def opted_out_again(tx: Tx, alice: Actor) -> None:
    post = allowed_post(tx, alice, CANARY)
    forbid(tx, post, alice)


def deleted(tx: Tx, alice: Actor) -> None:
    post = allowed_post(tx, alice, CANARY)
    decisions.erase(tx, subject_of(post, alice))
    posts.remove(tx, post, actor_uri=alice.uri)


def deleted_without_a_word_in_the_ledger(tx: Tx, alice: Actor) -> None:
    post = allowed_post(tx, alice, CANARY)
    posts.remove(tx, post, actor_uri=alice.uri)


def edited(tx: Tx, alice: Actor) -> None:
    """EXP-06: the new text was not allowed, and the old one is gone."""
    post = allowed_post(tx, alice, f"old {CANARY}")
    new = replace(post, content_html=f"<p>new {CANARY}</p>", revision=revision_of("new"), edited_at=tx.now)
    posts.revise(tx, new, mentioned=(), tagged=())


def turned_public(tx: Tx, alice: Actor) -> None:
    """EXP-07: it could not be allowed while it was not public, and nobody has allowed it since."""
    post = a_post(tx, alice, CANARY, visibility="private")
    with pytest.raises(NotValid):
        allow(tx, post, alice)
    tx.execute(_posts().update().where(_posts().c.id == post.id).values(visibility="public"))


def boosted(tx: Tx, alice: Actor) -> None:
    remote = an_actor(tx, "eve", addresses=BETA, local=False)
    post = a_post(tx, remote, CANARY, addresses=BETA)
    boost = a_post(tx, alice, "", boost_of_id=post.id, uri=f"{alice.uri}/boosts/1")
    _line(tx, boost, alice)


def remote_post(tx: Tx, alice: Actor) -> None:
    """EXP-09: also where the ledger says yes in the remote author's name."""
    remote = an_actor(tx, "eve", addresses=BETA, local=False)
    mine = allowed_post(tx, alice, "mine")
    post = a_post(tx, remote, CANARY, addresses=BETA, in_reply_to_uri=mine.uri, content_usage="train-ai=y")
    _line(tx, post, remote)


def granted_by_somebody_else(tx: Tx, alice: Actor) -> None:
    mallory = an_actor(tx, "mallory")
    _line(tx, a_post(tx, alice, CANARY), mallory)


def granted_under_other_terms(tx: Tx, alice: Actor) -> None:
    _line(tx, a_post(tx, alice, CANARY), alice, terms=Terms(id="training-0", text="Agree to all."))


def train_but_no_dataset(tx: Tx, alice: Actor) -> None:
    post = a_post(tx, alice, CANARY)
    decisions.decide(
        tx, subject_of(post, alice), actor_uri=alice.uri, kind="grant", purposes=("train-ai",), method="page"
    )


def author_who(**changes: Any) -> Attack:
    """EXP-13."""

    def attack(tx: Tx, alice: Actor) -> None:
        bob = an_actor(tx, "bob")
        allowed_post(tx, bob, CANARY)
        actors.change(tx, bob.id, {name: value or tx.now for name, value in changes.items()})

    return attack


def quoting(tx: Tx, alice: Actor) -> None:
    """EXP-08: somebody else's words inside an allowed post."""
    allowed_post(tx, alice, "mine", source=f"> {CANARY}\n\nmine", source_media_type="text/plain")


def naming(tx: Tx, alice: Actor) -> None:
    """EXP-10."""
    remote = an_actor(tx, CANARY, addresses=BETA, local=False)
    source = f"hi @{CANARY}@beta.example and @{CANARY}, mail {CANARY}@beta.example, see https://x.example/@{CANARY}"
    allowed_post(
        tx,
        alice,
        "hi",
        source=source,
        source_media_type="text/plain",
        mentioned=(Mention(actor_uri=remote.uri, name=remote.handle),),
        addressed=(remote.uri,),
    )


def _line(tx: Tx, post: Post, actor: Actor, *, terms: Terms = CURRENT) -> None:
    """A grant put into the ledger past every rule."""
    ledger.append(
        tx,
        (actor.uri, post.uri, post.revision),
        kind="grant",
        purposes=OPEN_DATASET,
        terms=terms,
        method="page",
    )


ATTACKS: dict[str, Attack] = {
    "EXP-01 unlisted": _by({"visibility": "unlisted"}),
    "EXP-01 followers only": _by({"visibility": "private"}),
    "EXP-01 direct": _by({"visibility": "direct"}),
    "EXP-02 not opted in": not_opted_in,
    "EXP-04 opted out again": opted_out_again,
    "EXP-05 deleted": deleted,
    "EXP-05 deleted, ledger silent": deleted_without_a_word_in_the_ledger,
    "EXP-06 edited": edited,
    "EXP-07 private, then public": turned_public,
    "EXP-08 boosted": boosted,
    "EXP-08 quoted": quoting,
    "EXP-09 remote": remote_post,
    "EXP-10 named": naming,
    "EXP-13 suspended": author_who(suspended_at=None),
    "EXP-13 deleted": author_who(deleted_at=None),
    "EXP-13 moved": author_who(moved_to="https://beta.example/users/bob"),
    "granted by somebody else": granted_by_somebody_else,
    "granted under other terms": granted_under_other_terms,
    "allowed for training, not for the dataset": train_but_no_dataset,
    "sensitive": _by({"sensitive": True}),
    "AI-autonomous": _by({"ai_disclosure": "ai-autonomous"}),
    "of which nothing is known": _by({"ai_disclosure": None}),
    "of an unknown kind": _by({"ai_disclosure": "mostly-human"}),
}


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("include_ai_assisted", [False, True])
async def test_the_canary_is_nowhere(
    db: Database,
    alice: Actor,
    tmp_path: Path,
    name: str,
    include_ai_assisted: bool,  # noqa: FBT001 a column of the table
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    await db.write(lambda tx: ATTACKS[name](tx, alice))
    await db.write(lambda tx: allowed_post(tx, alice, "the twin that may go out"))
    filters = WITH_ASSISTANCE if include_ai_assisted else HUMAN_ONLY
    await export_dataset(db, CONFIG, tmp_path / "out", filters=filters)
    assert texts(tmp_path / "out")[-1] == "the twin that may go out"
    assert CANARY.encode() not in everything(tmp_path)
    assert CANARY not in caplog.text


async def test_an_earlier_post_is_in_once_its_author_includes_it(
    db: Database, alice: Actor, tmp_path: Path
) -> None:
    """EXP-03: a yes speaks for one post; those before it, and those after, stay out."""

    def unit(tx: Tx) -> None:
        a_post(tx, alice, CANARY)
        early = a_post(tx, alice, "early")
        a_post(tx, alice, CANARY)
        allow(tx, early, alice)
        a_post(tx, alice, CANARY)

    await db.write(unit)
    await export_dataset(db, CONFIG, tmp_path / "out")
    assert texts(tmp_path / "out") == ["early"]
    assert CANARY.encode() not in everything(tmp_path)


async def test_an_edited_post_is_in_with_its_new_text_once_that_is_allowed(
    db: Database, alice: Actor, tmp_path: Path
) -> None:
    def unit(tx: Tx) -> None:
        post = allowed_post(tx, alice, f"old {CANARY}")
        new = replace(post, content_html="<p>new</p>", revision=revision_of("new"), edited_at=tx.now)
        posts.revise(tx, new, mentioned=(), tagged=())
        allow(tx, new, alice)

    await db.write(unit)
    await export_dataset(db, CONFIG, tmp_path / "out")
    assert texts(tmp_path / "out") == ["new"]
    assert CANARY.encode() not in everything(tmp_path)


@pytest.mark.parametrize(("include", "expected"), [(False, ["human"]), (True, ["human", "assisted"])])
async def test_assisted_posts_are_in_only_when_asked_for_and_always_labelled(
    db: Database,
    alice: Actor,
    tmp_path: Path,
    include: bool,  # noqa: FBT001 a column of the table
    expected: list[str],
) -> None:
    def unit(tx: Tx) -> None:
        allowed_post(tx, alice, "human")
        allowed_post(
            tx,
            alice,
            "assisted",
            ai_disclosure="ai-assisted",
            ai_tools=(AiTool(name="tiny", provider="P", action="rewrite"),),
            human_reviewed=True,
        )

    await db.write(unit)
    filters = WITH_ASSISTANCE if include else HUMAN_ONLY
    await export_dataset(db, CONFIG, tmp_path / "out", filters=filters)
    assert texts(tmp_path / "out") == expected
    for row in rows(tmp_path / "out"):
        assert row["ai_disclosure"] == ("ai-assisted" if row["text"] == "assisted" else "human-only")
        assert bool(row["ai_tools"]) is (row["text"] == "assisted")


async def test_other_peoples_names_are_placeholders(db: Database, alice: Actor, tmp_path: Path) -> None:
    await db.write(lambda tx: naming(tx, alice))
    await export_dataset(db, CONFIG, tmp_path / "out")
    row = rows(tmp_path / "out")[0]
    assert row["text"] == "hi @user1 and @user2, mail <EMAIL>, see <PROFILE>"
    assert row["pii_redactions"] == 4


# EXP-15: what is not eligible cannot change a byte


@dataclass
class Noise:
    """Changes to things that are not in the dataset."""

    alice: Actor
    mine: Post
    names: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    def __call__(self, tx: Tx, move: str) -> None:
        if move in ATTACKS:
            # The attacks that leave an allowed post behind would rightly change the export.
            stranger = an_actor(tx, f"stranger{next(self.names)}")
            ATTACKS[move](tx, stranger)
        else:
            self._around(tx, move)

    def _around(self, tx: Tx, move: str) -> None:
        someone = an_actor(tx, f"someone{next(self.names)}", addresses=BETA, local=False)
        if move == "favourite":
            reactions.favourite(tx, self.mine.id, someone.id, f"{someone.uri}/likes/1")
        elif move == "reply":
            a_post(tx, someone, "re", addresses=BETA, in_reply_to_uri=self.mine.uri)
        elif move == "boost":
            a_post(tx, someone, "", boost_of_id=self.mine.id, uri=f"{someone.uri}/boosts/1")
        elif move == "private post":
            a_post(tx, self.alice, CANARY, visibility="private")
        elif move == "denied post":
            forbid(tx, a_post(tx, self.alice, CANARY), self.alice)
        elif move == "profile":
            actors.change(tx, self.alice.id, {"name": f"Alice {next(self.names)}", "summary_html": CANARY})
        elif move == "deny private":
            forbid(tx, a_post(tx, self.alice, CANARY, visibility="direct"), self.alice)


#: Everything above but for the attacks that need their author's name to be free, or that leave an
#: allowed post of their own.
ONCE_ONLY = ("EXP-08 boosted", "EXP-08 quoted", "EXP-09", "EXP-10", "EXP-13", "granted by somebody else")
AROUND = ("favourite", "reply", "boost", "private post", "denied post", "profile", "deny private")
NOISE = [*(name for name in ATTACKS if not name.startswith(ONCE_ONLY)), *AROUND]


@contextmanager
def rolled_back(db: Database) -> Iterator[Tx]:
    with db.engine.connect() as connection:
        transaction = connection.begin()
        if connection.dialect.name == "sqlite":
            # On SQLite our engine leaves it to `SqliteDatabase` to begin.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield Tx(connection, now=system_clock() + timedelta(seconds=1), ids=IdFactory())
        transaction.rollback()


class OneTransaction:
    """A database whose every read is inside one open transaction, so that a test can undo all of it."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def read(self, unit: Unit[T]) -> T:
        return unit(self._tx)

    write = read


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves=st.lists(st.sampled_from(NOISE), max_size=8))
def test_nothing_else_on_the_server_changes_a_byte(
    database_url: str, tmp_path_factory: pytest.TempPathFactory, moves: list[str]
) -> None:
    async def run() -> None:
        db = open_database(database_url)
        folder = tmp_path_factory.mktemp("noise")
        try:
            with rolled_back(db) as tx:
                alice = an_actor(tx, "alice")
                mine = allowed_post(tx, alice, "mine")
                allowed_post(tx, alice, "mine too")
                noise = Noise(alice, mine)
                one = cast("Database", OneTransaction(tx))
                before = await export_dataset(one, CONFIG, folder / "before")
                for move in moves:
                    noise(tx, move)
                after = await export_dataset(one, CONFIG, folder / "after")
                assert before.sha256 == after.sha256
                assert everything(folder / "before") == everything(folder / "after")
                # The passing twin: what is eligible does change it.
                allowed_post(tx, alice, "one more")
                assert (await export_dataset(one, CONFIG, folder / "third")).sha256 != after.sha256
        finally:
            await db.close()

    asyncio.run(run())


# EXP-17: changes while it runs


class Meddling:
    """A database in which something happens right before the reading number *at*."""

    def __init__(self, db: Database, at: int, meddle: Callable[[], Awaitable[object]]) -> None:
        self._db, self._at, self._meddle = db, at, meddle
        self.reads = 0

    async def read(self, unit: Unit[T]) -> T:
        self.reads += 1
        if self.reads == self._at:
            await self._meddle()
        return await self._db.read(unit)

    async def write(self, unit: Unit[T]) -> T:
        return await self._db.write(unit)


async def meddled(db: Database, out: Path, at: int, unit: Callable[[Tx], object]) -> Result:
    return await export_dataset(cast("Database", Meddling(db, at, lambda: db.write(unit))), CONFIG, out)


MEDDLERS: dict[str, Callable[[Tx, Post, Actor], Any]] = {
    "opted out": forbid,
    "deleted": lambda tx, post, author: posts.remove(tx, post, actor_uri=author.uri),
    "edited": lambda tx, post, author: posts.revise(
        tx, replace(post, content_html="<p>x</p>", revision="f" * 64), mentioned=(), tagged=()
    ),
    "hidden": lambda tx, post, author: _by_now(tx, post, visibility="private"),
    "suspended": lambda tx, post, author: actors.change(tx, author.id, {"suspended_at": tx.now}),
    "labelled": lambda tx, post, author: _by_now(tx, post, ai_disclosure="ai-assisted"),
}


def _by_now(tx: Tx, post: Post, **changes: Any) -> None:
    tx.execute(_posts().update().where(_posts().c.id == post.id).values(**changes))


@pytest.mark.parametrize("name", MEDDLERS)
@pytest.mark.parametrize("at", [3, 5])
async def test_what_is_taken_back_while_it_runs_is_not_in_it(
    db: Database, alice: Actor, tmp_path: Path, name: str, at: int
) -> None:
    """Reading 2 collects; 3 stands before the writing, 4 proves, 5 is the last look at what was written."""

    def unit(tx: Tx) -> tuple[Actor, Post]:
        bob = an_actor(tx, "bob")
        return bob, allowed_post(tx, bob, CANARY)

    bob, post = await db.write(unit)
    await db.write(lambda tx: allowed_post(tx, alice, "stays"))
    result = await meddled(db, tmp_path / "out", at, lambda tx: MEDDLERS[name](tx, post, bob))
    assert (result.rows, result.authors, texts(tmp_path / "out")) == (1, 1, ["stays"])
    assert CANARY.encode() not in everything(tmp_path)
    assert "| posts | 1 |" in (tmp_path / "out" / "README.md").read_text()
    # As if it had never been there.
    again = await export_dataset(db, CONFIG, tmp_path / "again")
    assert again.sha256 == result.sha256


async def test_what_is_allowed_while_it_runs_waits_for_the_next_one(
    db: Database, alice: Actor, tmp_path: Path
) -> None:
    await db.write(lambda tx: allowed_post(tx, alice, "early"))
    await meddled(db, tmp_path / "out", 3, lambda tx: allowed_post(tx, alice, "late"))
    assert texts(tmp_path / "out") == ["early"]


async def test_cancelling_leaves_nothing(db: Database, alice: Actor, tmp_path: Path) -> None:
    await db.write(lambda tx: allowed_post(tx, alice, "x"))
    reached = asyncio.Event()

    async def wait() -> None:
        reached.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        running = group.create_task(
            export_dataset(cast("Database", Meddling(db, 3, wait)), CONFIG, tmp_path / "out")
        )
        await reached.wait()
        assert not (tmp_path / "out").exists()
        running.cancel()
    # What was collected is there for whoever asks again, and for nobody else to see.
    assert names(tmp_path) == [".out.partial"]
    assert (tmp_path / ".out.partial").stat().st_mode & 0o777 == 0o700


# EXP-18: killed while it runs

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from fediverse_node.config.sections import Config, Instance
from fediverse_node.export import dataset, folder, release
from fediverse_node.storage.engine import open_database

where, url, out = sys.argv[1:]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if where == "collecting":
    release.row_of = die
elif where == "writing":
    release.card = die
elif where == "syncing":
    release.sync = die
else:
    dataset.appear = die
config = Config(instance=Instance(origin="https://alpha.example", name="Alpha"))
asyncio.run(dataset.export_dataset(open_database(url), config, Path(out)))
"""


@pytest.mark.parametrize("where", ["collecting", "writing", "syncing", "appearing"])
async def test_killed_at_any_point_it_shows_nothing_and_the_next_one_is_whole(
    database_url: str, tmp_path: Path, where: str
) -> None:
    db = open_database(database_url)
    alice = await db.write(lambda tx: an_actor(tx, "alice"))
    await db.write(lambda tx: allowed_post(tx, alice, "mine"))
    await db.close()
    out = tmp_path / "out"
    command = [sys.executable, "-c", KILLED, where, database_url, str(out)]
    killed = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not out.exists()
    assert names(tmp_path) == [".out.partial"]
    db = open_database(database_url)
    result = await export_dataset(db, CONFIG, out)
    await db.close()
    assert (result.rows, texts(out)) == (1, ["mine"])
    assert names(tmp_path) == ["out"]


def test_the_people_of_these_tests_live_where_the_export_says() -> None:
    assert CONFIG.origin == ALPHA.origin
