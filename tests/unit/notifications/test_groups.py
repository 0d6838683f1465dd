from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.notifications import groups
from fediverse_node.notifications import queries as notifications
from fediverse_node.notifications.groups import SPAN, Wanted, key_of
from fediverse_node.notifications.model import Notification
from fediverse_node.notifications.tables import notifications as rows
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import note, person, stranger

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 the strategy adds the zone


def told(moment: datetime, kind: str = "favourite", *, id_: int = 7, post_id: int = 5) -> Notification:
    return Notification(
        id=id_,
        actor_id=1,
        type=kind,  # type: ignore[arg-type]  # a kind
        from_actor_id=2,
        post_id=post_id,
        created_at=moment,
    )


@given(MOMENTS, st.timedeltas(timedelta(0), SPAN * 2))
def test_what_is_far_apart_is_never_in_one_group(moment: datetime, apart: timedelta) -> None:
    same = key_of(told(moment)) == key_of(told(moment + apart, id_=8))
    assert not same or apart < SPAN
    assert key_of(told(moment)) != key_of(told(moment, post_id=6))
    assert key_of(told(moment)) != key_of(told(moment, "reblog"))
    assert key_of(told(moment, "mention")) == "ungrouped-7"
    assert key_of(told(moment), {"follow"}) == "ungrouped-7"


async def test_a_group_holds_what_its_key_says_and_nothing_of_another_day(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        post, other = note(tx, alice), note(tx, alice)
        fans = [stranger(tx, f"fan{number}") for number in range(4)]
        for fan in fans:
            notifications.add(tx, alice.id, "favourite", from_actor_id=fan.id, post_id=post.id)
        notifications.add(tx, alice.id, "favourite", from_actor_id=fans[0].id, post_id=other.id)
        notifications.add(tx, alice.id, "reblog", from_actor_id=fans[0].id, post_id=post.id, filtered=True)
        early = tx.now - timedelta(days=3)
        tx.execute(rows.update().where(rows.c.from_actor_id == fans[3].id).values(created_at=early))
        found = groups.newest(tx, alice.id, Page(), Wanted())
        assert len(found) == 5
        totals = groups.totals(tx, alice.id, found)
        assert sorted(total.count for total in totals.values()) == [1, 1, 3]
        for each in found:
            members = groups.members(tx, alice.id, key_of(each), limit=40)
            total = totals[key_of(each)]
            assert (len(members), members[0].id) == (total.count, total.newest_id)
            assert {key_of(member) for member in members} == {key_of(each)}
        assert groups.members(tx, fans[0].id, key_of(found[0]), limit=40) == []
        assert groups.dismiss(tx, alice.id, key_of(found[-2])) == 3
        assert len(groups.newest(tx, alice.id, Page(), Wanted(held_back=True))) == 3

    await db.write(story)


@given(st.text(max_size=40) | st.from_regex(r"(favourite|reblog|follow|ungrouped)(-\d{0,25}){0,3}"))
def test_any_key_is_read_without_a_fault(key: str) -> None:
    groups._of_key(1, key)
