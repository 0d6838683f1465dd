from __future__ import annotations

from datetime import timedelta

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.deliveries.tables import envelopes
from fediverse_node.federation.delivery import queue
from fediverse_node.peers import queries as peers
from fediverse_node.peers.model import Peer
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import START

DOCUMENT = {"id": "https://here.example/activities/1", "type": "Create", "content": "é"}


async def test_a_letter_is_stored_once_and_addressed_often(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        inboxes = ["https://a.example/inbox", "https://b.example:8443/inbox", "https://a.example/inbox"]
        queue.enqueue(tx, actor=alice, document=DOCUMENT, inboxes=inboxes, post_id=5, public=True)

    await db.write(unit)
    stored = await db.read(lambda tx: deliveries.by_uri(tx, DOCUMENT["id"]))
    assert stored is not None
    assert (
        stored.document == '{"id":"https://here.example/activities/1","type":"Create","content":"é"}'.encode()
    )
    assert (stored.type, stored.post_id, stored.public) == ("Create", 5, True)
    found = await db.read(lambda tx: tx.all(envelopes.select()))
    assert {(row.host, row.inbox, row.due_at, row.actor_id) for row in found} == {
        ("a.example", "https://a.example/inbox", START, alice.id),
        ("b.example:8443", "https://b.example:8443/inbox", START, alice.id),
    }


async def test_without_inboxes_it_is_stored_and_nobody_is_woken(db: Database, alice: Actor) -> None:
    bell = db.bell(queue.BELL)
    await db.write(lambda tx: queue.enqueue(tx, actor=alice, document=DOCUMENT, inboxes=[]))
    assert await db.read(lambda tx: deliveries.by_uri(tx, DOCUMENT["id"])) is not None
    assert not bell.is_set()


async def test_an_address_that_is_none_is_left_out(db: Database, alice: Actor) -> None:
    inboxes = ["ftp://x.example/inbox", "https://user:pw@x.example/", "https://ok.example/inbox"]
    await db.write(lambda tx: queue.enqueue(tx, actor=alice, document=DOCUMENT, inboxes=inboxes))
    assert [row.host for row in await db.read(lambda tx: tx.all(envelopes.select()))] == ["ok.example"]


async def test_mail_for_a_host_that_is_left_alone_waits_for_its_probe(db: Database, alice: Actor) -> None:
    probe = START + timedelta(hours=2)

    def unit(tx: Tx) -> None:
        peers.save(
            tx, Peer(host="x.example", breaker="open", failures=9, failing_since=START, probe_at=probe)
        )
        inboxes = ["https://x.example/inbox", "https://y.example/inbox"]
        queue.enqueue(tx, actor=alice, document=DOCUMENT, inboxes=inboxes)

    await db.write(unit)
    found = await db.read(lambda tx: tx.all(envelopes.select()))
    assert {row.host: row.due_at for row in found} == {"x.example": probe, "y.example": START}


@pytest.mark.parametrize("hidden", ["bto", "bcc"])
async def test_hidden_recipients_never_leave(db: Database, alice: Actor, hidden: str) -> None:
    document = {**DOCUMENT, hidden: ["https://x.example/users/secret"]}
    with pytest.raises(AssertionError):
        await db.write(lambda tx: queue.enqueue(tx, actor=alice, document=document, inboxes=[]))
    assert await db.read(deliveries.counts) == {}
