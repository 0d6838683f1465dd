"""What a witness says to a log. It is worth something only if it never vouches for two histories."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fediverse_node.actors.addresses import Addresses
from fediverse_node.signatures import cosignatures, merkle, notes
from fediverse_node.signatures.tlog import Checkpoint, Submission
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.vault import Vault
from fediverse_node.witnesses import cosign, sealing
from fediverse_node.witnesses.model import Answer

HERE = Addresses("https://here.example")
ORIGIN = "log.example/consent"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUSTED = {ORIGIN: notes.key_of(ORIGIN, PRIVATE)}
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(9)]
#: The same log with another third line.
FORK = [*LEAVES[:2], merkle.leaf_hash(b"other"), *LEAVES[3:]]


def submission(
    old: int,
    size: int,
    leaves: list[bytes] = LEAVES,
    *,
    proof_of: list[bytes] | None = None,
    signer: Ed25519PrivateKey = PRIVATE,
    origin: str = ORIGIN,
) -> str:
    """What a log with *leaves* sends; its proof may be that of another one."""
    root = merkle.root(merkle.nodes_over(leaves), size)
    path = merkle.consistency_proof(merkle.nodes_over(proof_of or leaves), min(old, size), size)
    checkpoint = Checkpoint(origin=origin, size=size, root=root)
    note = notes.sign(checkpoint.text, origin, signer)
    return Submission(old=old, path=tuple(path), checkpoint=note).text


async def ask(db: Database, body: str) -> Answer:
    handed = cosign.at_the_door(body, TRUSTED)
    if isinstance(handed, Answer):
        return handed
    return await db.write(partial(cosign.answer, handed=handed, addresses=HERE))


@pytest.fixture
async def db(database_url: str) -> Database:
    return open_database(database_url)


async def test_a_log_that_grows_is_cosigned_each_time(db: Database) -> None:
    for old, size in ((0, 3), (3, 3), (3, 8), (8, 9)):
        body = submission(old, size)
        said = await ask(db, body)
        key = await db.read(cosign.public_key)

        assert said.verdict == "cosigned"
        assert key is not None
        assert key.name == "here.example/consent/witness"
        note = body.partition("\n\n")[2]
        assert cosignatures.time_of(note + said.line, key) is not None
        assert notes.open_note(note + said.line, TRUSTED[ORIGIN]) == note.partition("\n\n")[0] + "\n"
    await db.close()


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("", "malformed"),
        (submission(5, 3), "malformed"),
        (submission(3, 5, origin="other.example/consent"), "unknown"),
        (submission(3, 5, signer=Ed25519PrivateKey.from_private_bytes(bytes(32))), "unsigned"),
        (submission(3, 5).replace("\n5\n", "\n6\n"), "unsigned"),
        (submission(0, 5), "conflict"),
        (submission(2, 5), "conflict"),
        (submission(4, 5), "conflict"),
        (submission(3, 3, FORK), "conflict"),
        (submission(3, 5, FORK), "inconsistent"),
        (submission(3, 5, FORK, proof_of=LEAVES), "inconsistent"),
        (submission(3, 5, LEAVES, proof_of=FORK), "inconsistent"),
    ],
)
async def test_what_does_not_go_on_from_what_was_cosigned_is_refused(
    db: Database, body: str, verdict: str, caplog: pytest.LogCaptureFixture
) -> None:
    await ask(db, submission(0, 3))
    with caplog.at_level(logging.WARNING):
        said = await ask(db, body)

    assert (said.verdict, said.line) == (verdict, "")
    assert said.size == (3 if verdict == "conflict" else 0)
    # A stranger, too, can send a log's checkpoint with a proof that is none: nobody is accused of that.
    is_fork = body in {submission(3, 3, FORK), submission(3, 5, FORK)}
    event = "witness.fork_refused" if is_fork else "witness.proof_refused"
    said_of_it = [record for record in caplog.records if record.getMessage().startswith("witness.")]
    named = [(record.getMessage(), vars(record)["origin"]) for record in said_of_it]
    assert named == ([(event, ORIGIN)] if is_fork or verdict == "inconsistent" else [])
    assert (await ask(db, submission(3, 5))).verdict == "cosigned"
    await db.close()


@pytest.mark.parametrize("old", [0, 3])
async def test_of_two_histories_that_come_at_once_only_one_is_cosigned(database_url: str, old: int) -> None:
    # As two processes that share a database: each of them writes in turns of its own.
    first = open_database(database_url)
    second = first if first.sole_writer else open_database(database_url)
    if old:
        await ask(first, submission(0, old, LEAVES[:2] + FORK[2:]))
    ones = [submission(old, size, FORK) for size in (4, 5, 6)]
    others = [submission(old, size, LEAVES if old == 0 else FORK[:3] + LEAVES[4:]) for size in (4, 5, 6)]
    said = await asyncio.gather(*(ask(first, body) for body in ones), *(ask(second, body) for body in others))

    cosigned = [body for body, answer in zip(ones + others, said, strict=True) if answer.line]
    assert len(cosigned) == 1
    assert {answer.verdict for answer in said} == {"cosigned", "conflict"}
    await first.close()
    if second is not first:
        await second.close()


async def test_the_key_is_sealed_like_every_other(db: Database) -> None:
    made = await db.write(partial(cosign.open_key, addresses=HERE))
    assert await db.read(sealing.count_pending) == 0
    db.vault = Vault([bytes(32)])

    assert await db.read(sealing.count_pending) == 1
    assert await db.write(partial(cosign.open_key, addresses=HERE)) == made
    await db.close()
