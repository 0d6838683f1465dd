from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
import sqlalchemy as sa

from fediverse_node.actors import queries as actors
from fediverse_node.receipts import document, issue, queries, tree
from fediverse_node.receipts.model import Event
from fediverse_node.receipts.tables import consent_entries
from fediverse_node.signatures import merkle, proofs
from fediverse_node.signatures.keys import from_multikey
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import ADDRESSES, person

ALICE = ADDRESSES.actor("alice")
GRANT = Event(
    seq=4,
    at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    kind="grant",
    actor_uri=ALICE,
    object_uri=f"{ALICE}/posts/1",
    revision="a" * 64,
    purposes=("train-ai", "dataset"),
    terms_id="training-1",
    terms_sha256="b" * 64,
    method="page",
)


async def test_a_receipt_is_signed_and_its_line_is_its_fingerprint(db: Database) -> None:
    await db.write(lambda tx: person(tx, "alice"))
    made = await db.write(lambda tx: issue.issue(tx, GRANT))

    assert made.document is not None
    assert made.salt is not None
    said = json.loads(made.document)
    claimed = proofs.peek(said, now=datetime.now(UTC))
    assert claimed is not None
    proofs.check(claimed, from_multikey(said["signer"]["publicKeyMultibase"], said["signer"]["id"]))
    assert (said["id"], said["event"], said["decidedAt"]) == (
        "https://here.example/consent/receipts/4",
        "grant",
        "2026-01-02T03:04:05Z",
    )
    [line] = await db.read(lambda tx: queries.entries(tx, 0, 9))
    commit = document.commitment(bytes.fromhex(made.salt), made.document)
    assert line == document.entry("grant", said["issuedAt"], commit)
    assert ALICE not in line


async def test_what_fails_leaves_no_line_and_no_gap(db: Database) -> None:
    await db.write(lambda tx: person(tx, "alice"))
    await db.write(lambda tx: issue.issue(tx, GRANT))

    def breaks(tx: Tx) -> None:
        issue.issue(tx, replace(GRANT, seq=5))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await db.write(breaks)
    second = await db.write(lambda tx: issue.issue(tx, replace(GRANT, seq=6)))

    assert second.log_index == 1
    assert await db.read(lambda tx: queries.by_seq(tx, 5)) is None


async def test_decisions_at_the_same_time_get_places_without_gaps(db: Database) -> None:
    await db.write(lambda tx: person(tx, "alice"))
    events = [replace(GRANT, seq=seq) for seq in range(1, 9)]
    made = await asyncio.gather(*(db.write(partial(issue.issue, event=event)) for event in events))

    assert sorted(each.log_index for each in made) == list(range(8))
    lines = await db.read(lambda tx: queries.entries(tx, 0, 99))
    leaves = [merkle.leaf_hash(line.encode()) for line in lines]
    assert await db.read(lambda tx: tree.root(tx, 8)) == merkle.root(merkle.nodes_over(leaves), 8)


async def test_who_has_no_key_any_more_gets_a_line_and_no_receipt(db: Database) -> None:
    def unit(tx: Tx) -> None:
        actors.forget_private_keys(tx, person(tx, "alice").id)
        issue.issue(tx, GRANT)

    await db.write(unit)

    found = await db.read(lambda tx: queries.by_seq(tx, 4))
    assert found is not None
    assert (found.status, found.salt, found.log_index) == ("erased", None, 0)


async def test_what_is_forgotten_leaves_its_line(db: Database) -> None:
    await db.write(lambda tx: person(tx, "alice"))
    await db.write(lambda tx: issue.issue(tx, GRANT))
    before = await db.read(lambda tx: queries.entries(tx, 0, 9))

    await db.write(lambda tx: issue.forget(tx, [4]))

    found = await db.read(lambda tx: queries.by_seq(tx, 4))
    assert found is not None
    assert (found.status, found.document, found.salt) == ("erased", None, None)
    assert await db.read(lambda tx: queries.entries(tx, 0, 9)) == before


@pytest.mark.parametrize("verb", ["UPDATE consent_entries SET entry = 'x'", "DELETE FROM consent_entries"])
async def test_the_database_itself_keeps_every_line(db: Database, verb: str) -> None:
    await db.write(lambda tx: person(tx, "alice"))
    await db.write(lambda tx: issue.issue(tx, GRANT))

    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"):
        await db.write(lambda tx: tx.execute(sa.text(verb)))

    count = sa.select(sa.func.count()).select_from(consent_entries)
    assert await db.read(lambda tx: tx.scalar(count)) == 1


async def test_more_receipts_are_erased_than_an_engine_takes_parameters(db: Database) -> None:
    await db.write(lambda tx: person(tx, "alice"))
    last = 66_000
    for seq in (GRANT.seq, last):
        await db.write(partial(issue.issue, event=replace(GRANT, seq=seq)))
    await db.write(lambda tx: issue.forget(tx, range(last)))
    kept = await db.read(lambda tx: queries.by_seqs(tx, [GRANT.seq, last]))
    assert [kept[seq].salt is None for seq in (GRANT.seq, last)] == [True, False]
