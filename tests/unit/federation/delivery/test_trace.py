from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import claims
from fediverse_node.deliveries.model import PARKED, Outcome
from fediverse_node.federation.delivery import queue
from fediverse_node.federation.delivery.slots import Slots
from fediverse_node.federation.delivery.trace import retry, trace
from fediverse_node.federation.delivery.turn import claim
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.peers import queries as peers
from fediverse_node.peers.model import Peer
from fediverse_node.posts.model import Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import START, TurnedClock
from tests.fixtures.rooms import note

HOSTS = ("a.example", "b.example", "c.example", "d.example")


async def test_each_server_has_a_line_that_says_what_happened(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    def publish(tx: Tx) -> Post:
        post = note(tx, alice)
        document = {"id": "https://here.example/activities/1", "type": "Create"}
        inboxes = [f"https://{host}/inbox" for host in HOSTS]
        queue.enqueue(tx, actor=alice, document=document, inboxes=inboxes, post_id=post.id)
        return post

    post = await db.write(publish)
    clock.turn(seconds=3)
    later = START + timedelta(hours=1)

    def deliver(tx: Tx) -> None:
        ids = {envelope.host: envelope.id for envelope in claims.candidates(tx, limit=9)}
        results = [
            ("a.example", "delivered", None, 202, None),
            ("b.example", "waiting", later, None, "connection refused"),
            ("c.example", "failed", None, 404, None),
        ]
        claims.record(
            tx,
            [
                Outcome(
                    envelope_id=ids[host],
                    state=state,  # type: ignore[arg-type]  # from the table above
                    due_at=due_at,
                    status=status,
                    error=error,
                    milliseconds=12,
                )
                for host, state, due_at, status, error in results
            ],
        )
        claims.park(tx, "d.example", probe_at=PARKED)

    await db.write(deliver)
    for name in (post.id, str(post.id), post.uri):
        rows = await db.read(partial(trace, post=name))
        assert [
            (row.host, row.activity, row.state, row.attempts, row.last_status, row.last_error, row.next_try)
            for row in rows
        ] == [
            ("a.example", "Create", "delivered", 1, 202, None, None),
            ("b.example", "Create", "waiting", 1, None, "connection refused", later),
            ("c.example", "Create", "failed", 1, 404, None, None),
            ("d.example", "Create", "waiting", 0, None, None, None),
        ]
        assert rows[0].done_at == clock.now
        assert rows[0].milliseconds == 12


async def test_what_is_not_there_has_no_trace(db: Database) -> None:
    assert await db.read(lambda tx: trace(tx, "https://nowhere.example/1")) == []
    assert await db.read(lambda tx: trace(tx, 1)) == []


async def test_trying_again_wakes_the_worker_and_a_host_that_is_left_alone_is_asked_at_once(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    post = await given_up(db, alice)

    def leave_alone(tx: Tx) -> None:
        probe_at = clock.now + timedelta(hours=3)
        peers.save(
            tx,
            Peer(host="a.example", breaker="open", failures=5, failing_since=clock.now, probe_at=probe_at),
        )

    await db.write(leave_alone)
    bell = db.bell(queue.BELL)
    assert await db.write(lambda tx: retry(tx, post.id, host="a.example")) == ["a.example"]
    async with asyncio.timeout(60):
        await bell.wait()
    claimed = await db.write(lambda tx: claim(tx, Slots(8), ()))
    assert [envelope.host for envelope in claimed.envelopes] == ["a.example"]


async def test_nothing_is_tried_again_at_a_server_that_is_shut_out(db: Database, alice: Actor) -> None:
    post = await given_up(db, alice)
    rule = DomainBlock(domain="a.example", severity="suspend")
    await db.write(lambda tx: servers.save(tx, rule))
    assert await db.write(lambda tx: retry(tx, post.id, host="a.example")) == []
    assert await db.write(lambda tx: retry(tx, post.id)) == ["b.example", "c.example", "d.example"]


async def test_an_author_is_patient_for_a_minute(db: Database, alice: Actor, clock: TurnedClock) -> None:
    post = await given_up(db, alice)
    again = partial(retry, post_id=post.id, actor_id=alice.id, patient=True)
    assert await db.write(again) == []
    clock.turn(seconds=61)
    assert await db.write(again) == list(HOSTS)


async def given_up(db: Database, alice: Actor) -> Post:
    """A post that arrived nowhere."""

    def unit(tx: Tx) -> Post:
        post = note(tx, alice)
        document = {"id": f"https://here.example/activities/{tx.new_id()}", "type": "Create"}
        inboxes = [f"https://{host}/inbox" for host in HOSTS]
        queue.enqueue(tx, actor=alice, document=document, inboxes=inboxes, post_id=post.id)
        ends = [
            Outcome(
                envelope_id=envelope.id, state="failed", due_at=None, status=404, error=None, milliseconds=1
            )
            for envelope in claims.candidates(tx, limit=9)
        ]
        claims.record(tx, ends)
        return post

    return await db.write(unit)
