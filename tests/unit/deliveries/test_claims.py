from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import claims, queries
from fediverse_node.deliveries.model import PARKED, Outcome, State, StoredActivity
from fediverse_node.deliveries.tables import envelopes
from fediverse_node.peers import queries as peers
from fediverse_node.peers.model import Peer
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock, member


def post(tx: Tx, actor: Actor, *hosts: str) -> StoredActivity:
    id_ = tx.new_id()
    activity = StoredActivity(
        id=id_,
        uri=f"https://here.example/activities/{id_}",
        actor_id=actor.id,
        type="Create",
        post_id=None,
        public=True,
        document=b"{}",
        created_at=tx.now,
    )
    queries.store(tx, activity)
    queries.address(tx, activity, [(f"https://{host}/inbox", host, tx.now) for host in hosts])
    return activity


def outcome(id_: int, state: State = "delivered", due_at: datetime | None = None) -> Outcome:
    return Outcome(envelope_id=id_, state=state, due_at=due_at, status=202, error=None, milliseconds=5)


def hosts(tx: Tx, **which: object) -> list[str]:
    return [envelope.host for envelope in claims.candidates(tx, limit=50, **which)]  # type: ignore[arg-type]  # as given


async def test_a_leased_envelope_is_nobodys_until_the_lease_runs_out(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    def unit(tx: Tx) -> None:
        post(tx, alice, "a.example", "b.example")
        [first, _] = claims.candidates(tx, limit=50)
        claims.lease(tx, [first.id], tx.now + timedelta(seconds=60))
        assert hosts(tx) == ["b.example"]

    await db.write(unit)
    clock.turn(seconds=59)
    assert await db.write(hosts) == ["b.example"]
    clock.turn(seconds=1)
    assert await db.write(hosts) == ["a.example", "b.example"]


async def test_leases_can_be_given_back(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        post(tx, alice, "a.example", "b.example")
        ids = [envelope.id for envelope in claims.candidates(tx, limit=50)]
        claims.lease(tx, ids, tx.now + timedelta(seconds=60))
        assert hosts(tx) == []
        claims.release(tx, ids[:1])
        assert hosts(tx) == ["a.example"]
        claims.release_all(tx)
        assert hosts(tx) == ["a.example", "b.example"]

    await db.write(unit)


async def test_the_longest_due_comes_first_and_the_full_are_left_out(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    await db.write(lambda tx: post(tx, alice, "a.example"))
    clock.turn(seconds=-5)
    await db.write(lambda tx: post(tx, alice, "b.example"))
    clock.turn(seconds=5)
    assert await db.write(hosts) == ["b.example", "a.example"]
    assert await db.write(lambda tx: hosts(tx, without=["b.example"])) == ["a.example"]

    def unit(tx: Tx) -> None:
        peers.save(tx, Peer(host="a.example", failures=1, failing_since=tx.now))
        assert hosts(tx, healthy_only=True) == ["b.example"]

    await db.write(unit)


async def test_a_line_waits_for_its_first_and_other_lines_do_not(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        bob = member(tx, "bob")
        first, second = post(tx, alice, "a.example"), post(tx, alice, "a.example", "b.example")
        theirs = post(tx, bob, "a.example")
        found = claims.candidates(tx, limit=50)
        assert [(each.activity_id, each.host) for each in found] == [
            (first.id, "a.example"),
            (second.id, "b.example"),
            (theirs.id, "a.example"),
        ]
        later = tx.now + timedelta(minutes=1)
        claims.record(tx, [outcome(found[0].id, "waiting", later)])
        claims.postpone_line(tx, found[0], later)
        assert hosts(tx) == ["b.example", "a.example"]
        assert claims.next_due(tx) == later
        rows = {row.id: row for row in tx.all(envelopes.select())}
        assert sorted(row.due_at for row in rows.values()) == [tx.now, tx.now, later, later]

    await db.write(unit)


async def test_a_line_moves_on_when_its_first_is_done_or_given_up(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        for state in ("delivered", "failed"):
            post(tx, alice, "a.example")
            second = post(tx, alice, "a.example")
            [first] = claims.candidates(tx, limit=50)
            claims.record(tx, [outcome(first.id, state)])
            [now_first] = claims.candidates(tx, limit=50)
            assert now_first.activity_id == second.id
            claims.record(tx, [outcome(now_first.id)])

    await db.write(unit)


async def test_mail_that_is_put_aside_comes_back_oldest_first_and_in_steps(
    db: Database, alice: Actor
) -> None:
    def unit(tx: Tx) -> None:
        for _ in range(5):
            post(tx, member(tx, f"m{tx.new_id()}"), "a.example", "b.example")
        probe_at = tx.now + timedelta(minutes=5)
        claims.park(tx, "a.example", probe_at=probe_at)
        assert hosts(tx) == ["b.example"] * 5
        assert claims.count_due(tx, "a.example") == 0
        parked = [
            row for row in tx.all(envelopes.select().order_by(envelopes.c.id)) if row.host == "a.example"
        ]
        assert [row.due_at for row in parked] == [probe_at, *[PARKED] * 4]
        assert claims.next_due(tx) == probe_at
        assert claims.unpark(tx, "a.example", limit=3) is True
        assert claims.count_due(tx, "a.example") == 3
        assert claims.unpark(tx, "a.example", limit=3) is False
        assert claims.count_due(tx, "a.example") == 4

    await db.write(unit)


async def test_what_is_given_up_says_why(db: Database, alice: Actor, clock: TurnedClock) -> None:
    await db.write(lambda tx: post(tx, alice, "a.example"))
    clock.turn(days=8)

    def unit(tx: Tx) -> None:
        post(tx, alice, "a.example", "b.example", "c.example")
        assert claims.give_up(tx, "a.example", created_before=tx.now - timedelta(days=7)) == 1
        assert claims.give_up(tx, "b.example") == 1
        assert claims.close_inbox(tx, "https://c.example/inbox") == 1
        rows = tx.all(envelopes.select().order_by(envelopes.c.host, envelopes.c.id))
        assert [(row.host, row.state, row.last_error) for row in rows] == [
            ("a.example", "failed", "given up: the server did not answer for too long"),
            ("a.example", "waiting", None),
            ("b.example", "failed", "given up: the server did not answer for too long"),
            ("c.example", "failed", "the inbox is gone"),
        ]

    await db.write(unit)


async def test_a_host_can_be_given_time(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        post(tx, alice, "a.example", "b.example")
        claims.postpone_host(tx, "a.example", tx.now + timedelta(hours=1))
        assert hosts(tx) == ["b.example"]
        claims.postpone_host(tx, "a.example", tx.now)
        assert hosts(tx) == ["b.example"]

    await db.write(unit)


async def test_the_bytes_of_activities_are_found_together(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        one, two = post(tx, alice, "a.example"), post(tx, alice, "a.example")
        assert claims.documents(tx, [one.id, two.id, 5]) == {one.id: b"{}", two.id: b"{}"}
        assert claims.documents(tx, []) == {}

    await db.write(unit)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.sampled_from(["delivered", "failed", "retry", "turn"]), max_size=25),
    count=st.integers(1, 5),
)
async def test_whatever_happens_no_letter_overtakes_one_before_it_that_is_still_young(
    db: Database, alice: Actor, steps: list[str], count: int
) -> None:
    host = f"h{id(steps)}.example"

    def unit(tx: Tx) -> None:
        line = [post(tx, alice, host).id for _ in range(count)]
        seen: list[int] = []
        for step in steps:
            found = [each for each in claims.candidates(tx, limit=50) if each.host == host]
            assert len(found) <= 1
            if not found:
                break
            [envelope] = found
            seen.append(envelope.activity_id)
            if step in {"delivered", "failed"}:
                claims.record(tx, [outcome(envelope.id, step)])  # type: ignore[arg-type]  # one of the two
            elif step == "retry" and envelope.attempts + 1 < claims.OVERTAKEN:
                claims.record(tx, [outcome(envelope.id, "waiting", tx.now)])
        assert list(dict.fromkeys(seen)) == line[: len(set(seen))]
        claims.give_up(tx, host)

    await db.write(unit)
