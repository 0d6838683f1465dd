"""Whatever is decided, in whatever order: everything verifies, and the log says what the ledger says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fediverse_node.consent import decisions, proving, queries, terms
from fediverse_node.consent.model import Kind, Subject
from fediverse_node.receipts import checkpoints
from fediverse_node.receipts import queries as receipts
from fediverse_node.receipts.model import Receipt
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.storage.tx import Tx
from fediverse_node.verify import receipt as verifier
from fediverse_node.verify.findings import Report
from tests.fixtures.rooms import ADDRESSES, person

ALICE = ADDRESSES.actor("alice")
MOVES = ("yes", "no", "edit", "delete", "part of it")


def subject_of(number: int) -> Subject:
    return Subject(
        object_uri=f"{ALICE}/posts/{number}",
        author_uri=ALICE,
        revision="0" * 64,
        public=True,
        own=True,
        present=True,
    )


def play(tx: Tx, subject: Subject, move: str) -> Subject:
    """One move, and the post as it is after it."""
    if not subject.present:
        return subject
    if move == "yes":
        decisions.choose(tx, subject, actor_uri=ALICE, allow=True, method="page")
    elif move == "part of it":
        decisions.decide(
            tx, subject, actor_uri=ALICE, kind="grant", purposes=("train-ai",), method="client-api"
        )
    elif move == "no":
        decisions.choose(tx, subject, actor_uri=ALICE, allow=False, method="page")
    elif move == "edit":
        subject = replace(subject, revision=f"{int(subject.revision) + 1:064d}")
        decisions.supersede(tx, subject)
    else:
        subject = replace(subject, present=False)
        decisions.erase(tx, subject)
    return subject


def verified(tx: Tx, found: Receipt, key: NoteKey) -> verifier.Claim:
    """What somebody reads in a receipt and its proof who trusts only the log's key."""
    proof = checkpoints.proof_of(tx, found)
    assert proof is not None
    claim, report = verifier.read(json.loads(found.document or "")), Report()
    verifier.check_signature(claim, report, now=datetime.now(UTC))
    verifier.check_proof(claim, proof.text, key, report)
    assert report.exit_code == 0, report
    return claim


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves=st.lists(st.tuples(st.integers(1, 2), st.sampled_from(MOVES)), max_size=8))
def test_after_any_decisions_every_receipt_verifies_and_the_log_says_what_the_ledger_says(
    tx: Tx, moves: list[tuple[int, str]]
) -> None:
    with tx.connection.begin_nested() as savepoint:
        person(tx, "alice")
        posts = {number: subject_of(number) for number in (1, 2)}
        for number, move in moves:
            posts[number] = play(tx, posts[number], move)
        checkpoints.sign(tx)
        everything = receipts.in_order(tx, -1, 100)
        key = checkpoints.public_key(tx)
        assert (key is None) is (not everything)
        claims = {each.seq: verified(tx, each, key) for each in everything if each.document and key}

        allowed = decisions.decisions(tx, posts.values())
        last = {claims[each.seq].about: each for each in everything if each.seq in claims}
        standing = {uri for uri, each in last.items() if each.kind == "grant" and each.status == "active"}
        assert standing == {uri for uri, decision in allowed.items() if decision.train_ai}
        assert set(last) <= {each.object_uri for each in posts.values() if each.present}
        # Each yes but those that stand is named by exactly one line of the feed.
        ended = [each.revokes for each in receipts.endings(tx, -1, 100) if each.revokes is not None]
        grants = {each.seq for each in everything if each.kind == "grant"}
        assert grants - set(ended) == {last[uri].seq for uri in standing}
        assert set(ended) <= grants
        assert set(receipts.revoked_indices(tx, 0, 100)) == {
            each.log_index for each in everything if each.seq in ended
        }
        savepoint.rollback()


def test_lines_from_before_there_were_receipts_are_proved_with_their_own_time(tx: Tx) -> None:
    person(tx, "alice")
    kinds: tuple[Kind, ...] = ("deny", "grant", "supersede", "grant")
    for kind in kinds:
        queries.append(
            tx,
            (ALICE, f"{ALICE}/posts/1", "0" * 64),
            kind=kind,
            purposes=("train-ai", "dataset"),
            terms=terms.CURRENT,
            method="page",
        )
    lines = queries.history(tx, f"{ALICE}/posts/1")

    assert proving.catch_up(tx, 0) == lines[-1].seq
    assert proving.catch_up(tx, 0) is None

    made = receipts.in_order(tx, -1, 9)
    assert [(each.seq, each.kind, each.revokes) for each in made] == [
        (lines[1].seq, "grant", None),
        (lines[2].seq, "supersede", lines[1].seq),
        (lines[3].seq, "grant", None),
    ]
    said = json.loads(made[0].document or "")
    assert datetime.fromisoformat(said["decidedAt"]) == lines[1].at.replace(microsecond=0)


def test_a_post_that_was_deleted_before_there_were_receipts_leaves_only_lines(tx: Tx) -> None:
    person(tx, "alice")
    for kind in ("grant", "erase"):
        queries.append(
            tx,
            (ALICE, f"{ALICE}/posts/1", "0" * 64),
            kind=kind,
            purposes=("train-ai", "dataset"),
            terms=terms.CURRENT,
            method="page",
        )

    proving.catch_up(tx, 0)

    assert [(each.kind, each.status) for each in receipts.in_order(tx, -1, 9)] == [
        ("grant", "erased"),
        ("erase", "erased"),
    ]
