from __future__ import annotations

import pytest

from fediverse_node.kernel.errors import Conflict
from fediverse_node.reading import queries as reading
from fediverse_node.reading.model import TIMELINES
from fediverse_node.reading.tables import markers
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import note, person


async def test_a_marker_counts_its_changes(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        assert [reading.mark(tx, alice.id, "home", last).version for last in (7, 9, 8)] == [0, 1, 2]
        (marker,) = reading.markers_of(tx, alice.id, TIMELINES)
        assert (marker.timeline, marker.last_read_id, marker.updated_at) == ("home", 8, tx.now)
        assert reading.markers_of(tx, alice.id, ["notifications"]) == []
        assert reading.markers_of(tx, bob.id, TIMELINES) == []

    await db.write(story)


async def test_a_marker_that_somebody_else_changed_meanwhile_is_a_conflict(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        reading.mark(tx, alice.id, "home", 7)
        before = reading.markers_of(tx, alice.id, TIMELINES)
        tx.execute(markers.update().values(version=5))
        monkeypatch.setattr(reading, "markers_of", lambda *_: before)
        with pytest.raises(Conflict):
            reading.mark(tx, alice.id, "home", 8)

    await db.write(story)


async def test_muted_threads_are_found_among_others(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        one, other = note(tx, bob), note(tx, bob)
        assert not reading.mutes_threads(tx, alice.id)
        reading.mute_thread(tx, alice.id, one.id)
        reading.mute_thread(tx, alice.id, one.id)
        assert reading.mutes_threads(tx, alice.id)
        assert not reading.mutes_threads(tx, bob.id)
        assert not reading.mutes_threads(tx, None)
        assert reading.muted_among(tx, alice.id, [one.id, other.id]) == {one.id}
        reading.unmute_thread(tx, alice.id, [one.id])
        assert not reading.mutes_threads(tx, alice.id)

    await db.write(story)


async def test_a_note_is_replaced_and_taken_away(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        for text, kept in (("one", {bob.id: "one"}), ("two", {bob.id: "two"}), ("", {})):
            reading.note(tx, alice.id, bob.id, text)
            assert reading.notes_of(tx, alice.id, [bob.id, alice.id]) == kept

    await db.write(story)


async def test_of_whoever_is_gone_nothing_is_kept(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        post = note(tx, bob)
        for owner, other in ((alice, bob), (bob, alice)):
            reading.mark(tx, owner.id, "home", 7)
            reading.mute_thread(tx, owner.id, post.id)
            reading.note(tx, owner.id, other.id, "a friend")
        reading.forget(tx, alice.id)
        assert reading.markers_of(tx, alice.id, TIMELINES) == []
        assert not reading.mutes_threads(tx, alice.id)
        assert reading.notes_of(tx, alice.id, [bob.id]) == {}
        assert reading.mutes_threads(tx, bob.id)
        assert reading.notes_of(tx, bob.id, [alice.id]) == {alice.id: "a friend"}

    await db.write(story)
