"""What is not eligible changes nothing about what is, and is found nowhere in what is written."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fediverse_node.actors.model import Actor
from fediverse_node.config.sections import Config, Instance
from fediverse_node.consent.model import Entry
from fediverse_node.consent.tables import consent_ledger
from fediverse_node.consent.terms import CURRENT
from fediverse_node.export.dataset import export_dataset
from fediverse_node.export.eligible import judge
from fediverse_node.export.filters import HUMAN_ONLY, Filters
from fediverse_node.export.row import row_of
from fediverse_node.posts.exportable import Candidate
from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import values_of
from fediverse_node.posts.tables import posts
from fediverse_node.receipts import issue
from fediverse_node.receipts import queries as receipts
from fediverse_node.receipts.model import Receipt
from fediverse_node.receipts.tables import consent_entries, consent_receipts
from fediverse_node.signatures import merkle
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import ADDRESSES, db, person
from tests.unit.export.test_row import ADDRESSES as ALPHA
from tests.unit.export.test_row import NOBODY, found
from tests.unit.export.test_row import a_post as a_candidate

__all__ = ["db"]

CONFIG = Config(instance=Instance(origin=ADDRESSES.origin, name="Here"))
_encode = msgspec.json.Encoder().encode

#: Each makes an allowed post one that must stay out, by changing one thing: of the post, its author, the line
#: of the ledger, or its receipt.
Case = tuple[Candidate, Actor, Entry, Receipt | None]


def allowed(number: int, **changes: Any) -> Case:
    post = a_candidate(id=number, uri=f"{ALPHA.origin}/users/alice/posts/{number}", **changes)
    made = found(post)
    entry = replace(made.granted.entry, seq=number, terms_id=CURRENT.id, terms_sha256=CURRENT.sha256)
    return post, made.author, entry, replace(made.receipt, seq=number, log_index=number)


SPOILERS: dict[str, Any] = {
    "unlisted": lambda p, a, e, r: (_with(p, visibility="unlisted"), a, e, r),
    "private": lambda p, a, e, r: (_with(p, visibility="private"), a, e, r),
    "local only": lambda p, a, e, r: (_with(p, local_only=True), a, e, r),
    "remote": lambda p, a, e, r: (_with(p, local=False), a, e, r),
    "boost": lambda p, a, e, r: (_with(p, boost_of_id=1), a, e, r),
    "deleted": lambda p, a, e, r: (_with(p, deleted_at=p.published_at), a, e, r),
    "sensitive": lambda p, a, e, r: (_with(p, sensitive=True), a, e, r),
    "edited": lambda p, a, e, r: (_with(p, revision="b" * 64), a, e, r),
    "suspended": lambda p, a, e, r: (p, dataclasses.replace(a, suspended_at=e.at), e, r),
    "moved": lambda p, a, e, r: (p, dataclasses.replace(a, moved_to="https://b.example/users/a"), e, r),
    "author gone": lambda p, a, e, r: (p, dataclasses.replace(a, deleted_at=e.at), e, r),
    "withdrawn": lambda p, a, e, r: (p, a, replace(e, kind="withdraw"), r),
    "denied": lambda p, a, e, r: (p, a, replace(e, kind="deny"), r),
    "by another": lambda p, a, e, r: (p, a, replace(e, actor_uri="https://b.example/m"), r),
    "about another": lambda p, a, e, r: (p, a, replace(e, object_uri="https://b.example/1"), r),
    "other terms": lambda p, a, e, r: (p, a, replace(e, terms_sha256="0" * 64), r),
    "no dataset": lambda p, a, e, r: (p, a, replace(e, purposes=("train-ai",)), r),
    "no receipt": lambda p, a, e, r: (p, a, e, None),
    "erased receipt": lambda p, a, e, r: (p, a, e, replace(r, document=None)),
    "ended receipt": lambda p, a, e, r: (p, a, e, replace(r, revoked_by=99)),
}


def _with(post: Candidate, **changes: Any) -> Candidate:
    return msgspec.structs.replace(post, **changes)


def rows(cases: list[Case], filters: Filters = HUMAN_ONLY) -> list[bytes]:
    judged = (judge(*case) for case in cases if filters.wants(case[0]))
    made = (row_of(each, addresses=ALPHA, detector=NOBODY) for each in judged if each is not None)
    return [_encode(row) for row in made if row is not None]


@pytest.mark.parametrize("name", SPOILERS)
def test_one_thing_keeps_a_post_out(name: str) -> None:  # EXP-01, 02, 04 to 07, 09, 13
    assert len(rows([allowed(1)])) == 1
    assert rows([SPOILERS[name](*allowed(1))]) == []


@pytest.mark.parametrize("name", SPOILERS)
def test_and_no_filter_lets_it_in(name: str) -> None:
    everything = Filters(disclosure=("human-only", "ai-assisted", "ai-autonomous"), sensitive=True)
    assert rows([SPOILERS[name](*allowed(1))], everything) == []


def test_a_sensitive_post_is_in_where_both_its_author_and_the_operator_said_so() -> None:
    post, author, entry, receipt = SPOILERS["sensitive"](*allowed(1))
    said = replace(entry, sensitive=True)
    assert len(rows([(post, author, said, receipt)], Filters(sensitive=True))) == 1
    assert rows([(post, author, said, receipt)]) == []
    assert rows([(post, author, entry, receipt)], Filters(sensitive=True)) == []


# EXP-15, R10
@settings(max_examples=1000)
@given(
    st.lists(
        st.tuples(st.sampled_from([None, *SPOILERS]), st.text(max_size=5), st.integers(0, 50)), max_size=4
    )
)
def test_what_is_not_eligible_does_not_interfere(made: list[tuple[str | None, str, int]]) -> None:
    """Rows are made of one post each: with or without the others, they are the same bytes."""
    numbers = [number * 100 + place for place, (_, _, number) in enumerate(made, start=1)]
    every = [
        allowed(number, source=f"mine {text}", source_media_type="text/plain")
        for number, (_, text, _) in zip(numbers, made, strict=True)
    ]
    world = [
        SPOILERS[name](*case) if name is not None else case
        for case, (name, _, _) in zip(every, made, strict=True)
    ]
    alone = [case for case, (name, _, _) in zip(every, made, strict=True) if name is None]
    assert rows(world) == rows(alone)
    assert len(rows(world)) == len(alone)


# EXP-16, R10

CANARIES = 10_000
#: How a canary differs from what may go out: columns of the post, of its author, of the line, of the receipt.
CATEGORIES: list[dict[str, dict[str, Any]]] = [
    {"post": {"visibility": "unlisted"}},
    {"post": {"visibility": "private"}},
    {"post": {"visibility": "direct"}},
    {"post": {"local_only": True}},
    {"post": {"local": False}},
    {"post": {"sensitive": True}},
    {"post": {"revision": "f" * 64}},
    {"post": {"ai_disclosure": "ai-assisted"}},
    {"post": {"ai_disclosure": "ai-autonomous"}},
    {"post": {"ai_disclosure": None}},
    {"line": {"kind": "withdraw"}},
    {"line": {"kind": "deny"}},
    {"line": {"actor_uri": "https://there.example/users/mallory"}},
    {"line": {"terms_sha256": "0" * 64}},
    {"line": {"purposes": ["train-ai"]}},
    {"line": {"object_uri": "https://here.example/another"}},
    {"receipt": {"document": None}},
    {"author": {"suspended_at": True}},
    {"author": {"deleted_at": True}},
    {"author": {"moved_to": "https://there.example/users/bob"}},
]


def _settle(tx: Tx) -> None:
    """Canaries of every category, and a post that may go out after every hundred."""
    issue.open_log(tx, ADDRESSES)
    good = person(tx, "alice")
    bad: dict[int, Actor] = {}
    for number, category in enumerate(CATEGORIES):
        if "author" in category:
            bad[number] = person(tx, f"bad{number}")
            _change(tx, bad[number], category["author"])
    made: dict[str, list[dict[str, Any]]] = {"post": [], "line": [], "receipt": [], "entry": []}
    for number in range(CANARIES + CANARIES // 100):
        fine = number % 101 == 100
        kind = number % len(CATEGORIES)
        category = {} if fine else CATEGORIES[kind]
        author = good if fine else bad.get(kind, good)
        _one(tx, made, author, number, category, text=f"fine {number}" if fine else f"canary-{number}-7c1e")
    tx.insert(posts, made["post"])
    tx.insert(consent_ledger, made["line"])
    tx.insert(consent_receipts, made["receipt"])
    tx.insert(consent_entries, made["entry"])
    row, level = [merkle.leaf_hash(each["entry"].encode()) for each in made["entry"]], 0
    while row:
        receipts.add_nodes(tx, [(level, number, digest) for number, digest in enumerate(row)])
        row = [merkle.node_hash(row[n], row[n + 1]) for n in range(0, len(row) - 1, 2)]
        level += 1
    for _ in made["entry"]:
        receipts.next_index(tx)


def _change(tx: Tx, author: Actor, changes: dict[str, Any]) -> None:
    from fediverse_node.actors import queries as actors  # noqa: PLC0415 only here

    actors.change(
        tx, author.id, {name: tx.now if value is True else value for name, value in changes.items()}
    )


def _one(
    tx: Tx,
    made: dict[str, list[dict[str, Any]]],
    author: Actor,
    number: int,
    category: dict[str, dict[str, Any]],
    *,
    text: str,
) -> None:
    id_ = tx.new_id()
    revision = hashlib.sha256(text.encode()).hexdigest()
    post = Post(
        id=id_,
        uri=f"{author.uri}/posts/{id_}-{text.split(maxsplit=1)[0]}",
        actor_id=author.id,
        local=True,
        visibility="public",
        content_html=f"<p>{text}</p>",
        source=text,
        source_media_type="text/plain",
        language="en",
        revision=revision,
        ai_disclosure="human-only",
        published_at=tx.now,
        created_at=tx.now,
    )
    made["post"].append(values_of(dataclasses.replace(post, **category.get("post", {}))))
    line = {
        "seq": number + 1,
        "at": tx.now,
        "kind": "grant",
        "actor_uri": author.uri,
        "object_uri": post.uri,
        "revision": revision,
        "purposes": ["train-ai", "dataset"],
        "terms_id": CURRENT.id,
        "terms_sha256": CURRENT.sha256,
        "method": "page",
    }
    made["line"].append(line | category.get("line", {}))
    receipt = {
        "id": number + 1,
        "log_index": number,
        "at": tx.now,
        "kind": "grant",
        "salt": "ab" * 32,
        "document": f'{{"object":"{post.uri}"}}',
    }
    made["receipt"].append(receipt | category.get("receipt", {}))
    made["entry"].append({"id": number, "entry": f"line {number}"})


@pytest.mark.one_engine
async def test_ten_thousand_canaries_are_nowhere(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await db.write(_settle)
    result = await export_dataset(db, CONFIG, tmp_path / "out")

    assert result.rows == CANARIES // 100
    names, written = everything_below(tmp_path)
    assert written.count(b"fine ") >= result.rows
    assert b"canary" not in written
    assert "canary" not in names
    assert "canary" not in caplog.text


def everything_below(folder: Path) -> tuple[str, bytes]:
    found = sorted(folder.rglob("*"))
    return "".join(path.name for path in found), b"".join(
        path.read_bytes() for path in found if path.is_file()
    )
