from __future__ import annotations

import pytest

from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation import ai_filters
from fediverse_node.moderation import policy as policies
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


@pytest.mark.parametrize("most", [20_000, 1])
async def test_what_people_hide_is_found_however_many_they_are(
    db: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(policies, "MAX_CONCERNED", most)

    def story(tx: Tx) -> None:
        alice, bob, carol = (person(tx, name) for name in ("alice", "bob", "carol"))
        ai_filters.choose(tx, alice.id, "all")
        ai_filters.choose(tx, bob.id, "autonomous")
        wanted = {alice.id: "all", bob.id: "autonomous", carol.id: "off", None: "off"}
        assert {id_: ai_filters.of_person(tx, id_) for id_ in wanted} == wanted
        ai_filters.choose(tx, alice.id, "autonomous")
        ai_filters.choose(tx, bob.id, "off")
        assert ai_filters.of_person(tx, alice.id) == "autonomous"
        assert ai_filters.of_person(tx, bob.id) == "off"

    await db.write(story)


async def test_in_public_the_stronger_of_two_wishes_counts(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        assert ai_filters.for_timeline(tx, alice.id, in_public=True) == "off"
        ai_filters.choose_for_all(tx, "autonomous")
        assert ai_filters.for_timeline(tx, alice.id, in_public=True) == "autonomous"
        assert ai_filters.for_timeline(tx, alice.id, in_public=False) == "off"
        ai_filters.choose(tx, alice.id, "all")
        assert ai_filters.for_timeline(tx, alice.id, in_public=True) == "all"
        assert ai_filters.for_timeline(tx, None, in_public=True) == "autonomous"

    await db.write(story)


def test_a_filter_has_one_of_three_names() -> None:
    assert [ai_filters.filter_named(name) for name in ai_filters.FILTERS] == ["off", "autonomous", "all"]
    for name in ("", "some", "ALL"):
        with pytest.raises(NotValid):
            ai_filters.filter_named(name)


def test_only_what_says_so_is_left_out() -> None:
    words = (None, "human-only", "ai-assisted", "ai-autonomous", "something new")
    left_out = {
        hides: [word for word in words if ai_filters.leaves_out(hides, word)] for hides in ai_filters.FILTERS
    }
    assert left_out == {
        "off": [],
        "autonomous": ["ai-autonomous"],
        "all": ["ai-assisted", "ai-autonomous"],
    }
