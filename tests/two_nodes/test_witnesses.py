"""Two servers that vouch for each other's logs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
import pytest

from fediverse_node.consent.notary import Notary
from fediverse_node.federation.outbox.edit import set_training_use
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.posts.model import Post
from fediverse_node.receipts import checkpoints, queries, tree
from fediverse_node.signatures import cosignatures, merkle, notes, tlog
from fediverse_node.signatures.tlog import Checkpoint, Submission
from fediverse_node.storage.tx import Tx
from fediverse_node.verify.findings import Report
from fediverse_node.verify.targets import Means, check
from fediverse_node.witnesses.collect import Collector
from fediverse_node.witnesses.model import Witness
from tests.fixtures.databases import NewDatabase
from tests.fixtures.nodes import LiveNode, Person, running_node


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A node with somebody on it, and the key with which it vouches."""

    node: LiveNode
    person: Person
    witness: str

    async def allows(self, text: str) -> Post:
        post = await publish(self.node.desk, self.person.actor, Draft(text=text, training_use=True))
        await self.signs()
        return post

    async def takes_back(self, post: Post) -> None:
        await set_training_use(self.node.desk, self.person.actor, post.id, allow=False, method="page")
        await self.signs()

    async def signs(self) -> None:
        """Sign what is due, and have it cosigned."""
        db, config = self.node.node.db, self.node.node.config
        await Notary(db).run_once()
        witnesses = [Witness(key=key, url=url) for key, url in config.consent.asked()]
        await Collector(db, self.node.node.outbound, witnesses).run_once()

    async def note(self) -> str:
        return await text_at(self.node, "/consent/checkpoint")

    async def verified(self, *witnesses: str) -> Report:
        return await check(self.node.base_url, Means(lab=True, witnesses=witnesses))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    alpha: Side
    beta: Side


async def text_at(node: LiveNode, path: str) -> str:
    async with node.http.get(path) as answer:
        assert answer.status == 200
        return await answer.text()


@pytest.fixture
async def pair(new_database: NewDatabase) -> AsyncIterator[Pair]:
    """Each is started once to have its keys, which its neighbour writes into its configuration."""
    urls = {name: new_database() for name in ("alpha", "beta")}
    people, logs, witnesses, ports = {}, {}, {}, {}
    for name, url in urls.items():
        async with running_node(url, name=name) as node:
            people[name] = await node.add_person("alice")
            await publish(node.desk, people[name].actor, Draft(text="First.", training_use=True))
            await Notary(node.node.db).run_once()
            ports[name] = int(node.base_url.rpartition(":")[2])
            logs[name] = (await text_at(node, "/consent/key")).strip()
            witnesses[name] = (await text_at(node, "/consent/witness")).strip()
    async with AsyncExitStack() as stack:
        sides = {}
        for name, other in (("alpha", "beta"), ("beta", "alpha")):
            there = f"http://127.0.0.1:{ports[other]}/consent/witness"
            settings = {
                "FEDIVERSE_NODE_CONSENT__WITNESSES": f"{witnesses[other]} {there}",
                "FEDIVERSE_NODE_CONSENT__WITNESS_FOR": logs[other],
            }
            node = await stack.enter_async_context(
                running_node(urls[name], name=name, settings=settings, port=ports[name])
            )
            sides[name] = Side(node=node, person=people[name], witness=witnesses[name])
        yield Pair(alpha=sides["alpha"], beta=sides["beta"])


async def test_each_vouches_for_the_other_whenever_its_log_grew(pair: Pair) -> None:
    for side, other in ((pair.alpha, pair.beta), (pair.beta, pair.alpha)):
        key = cosignatures.read_key(other.witness)
        await side.signs()
        post = await side.allows("Use this.")
        await side.takes_back(post)
        note = await side.note()

        assert tlog.read_checkpoint(note.partition("\n\n")[0] + "\n").size == 3
        assert cosignatures.time_of(note, key) is not None
        assert note.count("\u2014") == 2
        report = await side.verified(other.witness)
        assert report.exit_code == 0, report
        assert any(f"The witness {key.name} cosigned" in each.text for each in report.findings)
        unasked = await side.verified()
        assert unasked.exit_code == 0
        assert [each.text for each in unasked.findings if each.verdict == "noted"] == [
            f"Cosignatures of {key.name} were not checked: give their keys with --witness."
        ]


async def test_a_witness_that_is_asked_twice_or_missed_an_answer_says_the_same(pair: Pair) -> None:
    await pair.alpha.signs()
    before = await pair.alpha.note()
    await pair.alpha.signs()
    assert await pair.alpha.note() == before

    def forget(tx: Tx) -> None:
        tx.connection.exec_driver_sql("DELETE FROM consent_cosignatures")

    await pair.alpha.node.node.db.write(forget)
    await pair.alpha.signs()
    # It was asked from nothing, said where it stands, and was asked from there.
    assert cosignatures.time_of(await pair.alpha.note(), cosignatures.read_key(pair.beta.witness)) is not None


async def test_a_log_with_a_witness_that_is_away_grows_as_before(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    beta = cosignatures.read_key(pair.beta.witness)
    away = Witness(key=beta, url="http://127.0.0.1:1/consent/witness")
    alpha = pair.alpha.node.node
    await Notary(alpha.db).run_once()
    await Collector(alpha.db, alpha.outbound, [away]).run_once()

    assert "witness.no_answer" in [record.getMessage() for record in caplog.records]
    assert cosignatures.time_of(await pair.alpha.note(), beta) is None
    report = await pair.alpha.verified(pair.beta.witness)
    assert [each.text for each in report.findings if each.verdict == "broken"] == [
        f"The witness {beta.name} did not cosign the checkpoint."
    ]


async def test_a_log_that_was_rewritten_is_refused_and_named(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    await pair.alpha.signs()
    await pair.alpha.allows("Use this.")
    await pair.alpha.takes_back(await pair.alpha.allows("And this."))
    size, origin = 4, pair.alpha.node.addresses.log_name
    other = [merkle.leaf_hash(b"never said")] * 5

    def rewritten(tx: Tx, length: int, path: tuple[bytes, ...]) -> Submission:
        root = merkle.root(merkle.nodes_over(other), length)
        note = checkpoints.signer(tx).note(Checkpoint(origin=origin, size=length, root=root).text)
        return Submission(old=size, path=path, checkpoint=note)

    db = pair.alpha.node.node.db
    honest = await db.read(lambda tx: merkle.consistency_proof(tree.stored(tx), 3, 4))
    for length, path, status in ((4, (), 409), (5, tuple(honest), 422), (5, (), 422)):
        sent = await db.read(lambda tx, length=length, path=path: rewritten(tx, length, path))  # type: ignore[misc]  # bound now
        async with pair.beta.node.http.post("/consent/witness/add-checkpoint", data=sent.text) as answer:
            assert answer.status == status
            assert "\u2014" not in await answer.text()

    named = [record for record in caplog.records if record.getMessage() == "witness.fork_refused"]
    assert {vars(record)["origin"] for record in named} == {origin}
    assert {record.levelno for record in named} == {logging.ERROR}

    # Its own server is told, too, when it asks with the log it has now.
    def rewrite(tx: Tx) -> None:
        note = rewritten(tx, 5, ()).checkpoint
        assert queries.add_checkpoint(tx, 5, note)

    await db.write(rewrite)
    report = await pair.alpha.verified(pair.beta.witness)
    assert report.exit_code != 0


async def test_a_door_answers_as_the_specification_says(pair: Pair) -> None:
    await pair.alpha.signs()
    note = await pair.alpha.note()
    http, path = pair.beta.node.http, "/consent/witness/add-checkpoint"

    async def said(body: str | bytes) -> tuple[int, str, str]:
        async with http.post(path, data=body) as answer:
            return answer.status, answer.headers["Content-Type"], await answer.text()

    assert await said(f"old 0\n\n{note}") == (409, "text/x.tlog.size", "1\n")
    again = await said(f"old 1\n\n{note}")
    assert again[0] == 200
    key = cosignatures.read_key(pair.beta.witness)
    assert cosignatures.line_in(again[2], note, key) == again[2]
    signed = notes.signatures(note)[1][0][1]
    forged = notes.line_of(notes.read_key(await text_at(pair.alpha.node, "/consent/key")), bytes(64))
    assert len(signed) == 68
    assert (await said(f"old 1\n\n{note.partition(chr(10) * 2)[0]}\n\n{forged}"))[0] == 403
    assert (await said(f"old 1\n\n{note.replace('/consent', '/elsewhere')}"))[0] == 404
    assert (await said(f"old 2\n\n{note}"))[0] == 400
    assert (await said("old 1\n"))[0] == 400
    assert (await said(b"\xff"))[0] == 400
    async with aiohttp.ClientSession() as stranger, stranger.get(f"{pair.beta.node.base_url}{path}") as got:
        assert got.status == 405
