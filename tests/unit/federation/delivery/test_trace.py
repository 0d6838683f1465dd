from __future__ import annotations

from datetime import timedelta
from functools import partial

from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import claims
from fediverse_node.deliveries.model import PARKED, Outcome
from fediverse_node.federation.delivery import queue
from fediverse_node.federation.delivery.trace import trace
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
