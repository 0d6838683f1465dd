from __future__ import annotations

from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import claims, queries
from fediverse_node.deliveries.model import Outcome, StoredActivity
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import START

CREATES = ("Create", "Announce")


HERE = "https://here.example"


def stored(
    tx: Tx,
    actor: Actor,
    type_: str = "Create",
    *,
    post_id: int | None = 1,
    public: bool = True,
    origin: str = HERE,
) -> StoredActivity:
    id_ = tx.new_id()
    activity = StoredActivity(
        id=id_,
        uri=f"{origin}/activities/{id_}",
        actor_id=actor.id,
        type=type_,
        post_id=post_id,
        public=public,
        document=b'{"text":1}',
        created_at=tx.now,
    )
    queries.store(tx, activity)
    return activity


def addressed(tx: Tx, activity: StoredActivity, *hosts: str) -> None:
    queries.address(tx, activity, [(f"https://{host}/inbox", host, tx.now) for host in hosts])


async def test_an_activity_is_found_by_its_id(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        activity = stored(tx, alice)
        assert queries.by_uri(tx, activity.uri) == activity
        assert queries.by_uri(tx, "https://here.example/activities/0") is None

    await db.write(unit)


async def test_the_outbox_holds_public_activities_of_some_types_newest_first(
    db: Database, alice: Actor
) -> None:
    def unit(tx: Tx) -> None:
        first = stored(tx, alice)
        stored(tx, alice, public=False)
        stored(tx, alice, "Like")
        second = stored(tx, alice, "Announce", post_id=2)
        assert queries.published(tx, alice.id, Page(), types=CREATES) == [second, first]
        assert queries.published(tx, alice.id, Page(max_id=second.id), types=CREATES) == [first]
        assert queries.published(tx, alice.id, Page(limit=1), types=CREATES) == [second]
        assert queries.count_published(tx, alice.id, types=CREATES) == 2
        assert queries.count_published(tx, 1, types=CREATES) == 0

    await db.write(unit)


async def test_an_inbox_has_one_envelope_for_one_activity(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        activity = stored(tx, alice)
        addressed(tx, activity, "a.example", "b.example")
        addressed(tx, activity, "a.example")
        assert queries.counts(tx) == {"waiting": 2}

    await db.write(unit)


async def test_what_is_withdrawn_is_not_served_not_sent_and_not_kept(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        activity, other = stored(tx, alice, post_id=1), stored(tx, alice, post_id=2)
        deletion = stored(tx, alice, "Delete", post_id=1)
        for each in (activity, other, deletion):
            addressed(tx, each, "a.example")
        queries.withdraw(tx, 1, types=("Create", "Update"))
        gone = queries.by_uri(tx, activity.uri)
        assert gone is not None
        assert (gone.public, gone.document) == (False, b"")
        assert queries.by_uri(tx, other.uri) == other
        assert queries.by_uri(tx, deletion.uri) == deletion
        assert [(row.activity, row.state) for row in queries.trace(tx, 1)] == [
            ("Create", "failed"),
            ("Delete", "waiting"),
        ]
        assert [row.state for row in queries.trace(tx, 2)] == ["waiting"]

    await db.write(unit)


async def test_who_may_have_a_copy_is_who_was_sent_one(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        activity = stored(tx, alice)
        addressed(tx, activity, "tried.example", "underway.example", "untouched.example")
        ids = {envelope.host: envelope.id for envelope in claims.candidates(tx, limit=9)}
        claims.lease(tx, [ids["underway.example"]], START.replace(year=2030))
        outcome = Outcome(
            envelope_id=ids["tried.example"],
            state="waiting",
            due_at=START.replace(year=2030),
            status=None,
            error="timed out",
            milliseconds=1,
        )
        claims.record(tx, [outcome])
        assert queries.inboxes_of(tx, 1) == {"https://tried.example/inbox", "https://underway.example/inbox"}
        assert queries.inboxes_of(tx, 2) == set()

    await db.write(unit)


async def test_its_author_finds_all_that_was_written_but_for_what_was_withdrawn(
    db: Database, alice: Actor
) -> None:
    def unit(tx: Tx) -> None:
        assert queries.newest_id(tx, alice.id) == 0
        first = stored(tx, alice, public=False)
        gone = stored(tx, alice, post_id=2)
        last = stored(tx, alice, "Follow", post_id=None, public=False)
        handed_on = stored(tx, alice, post_id=None, public=False, origin=f"{HERE}.net")
        queries.withdraw(tx, 2, types=CREATES)
        assert queries.written(tx, alice.id, Page(), own_origin=HERE) == [last, first]
        assert queries.written(tx, alice.id, Page(since_id=first.id), own_origin=HERE) == [last]
        assert queries.count_written(tx, alice.id, own_origin=HERE) == 2
        assert queries.newest_id(tx, alice.id) == handed_on.id
        assert queries.creates_of(tx, [1, 2, 3]) == {1: first.uri, 2: gone.uri}
        assert queries.creates_of(tx, []) == {}

    await db.write(unit)
