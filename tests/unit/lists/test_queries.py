from __future__ import annotations

from dataclasses import replace

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import NotValid
from fediverse_node.lists import queries as lists
from fediverse_node.lists.model import MAX_LISTS, PeopleList
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


def made(tx: Tx, owner: Actor, title: str, *, exclusive: bool = False) -> PeopleList:
    new = PeopleList(
        id=tx.new_id(), actor_id=owner.id, title=title, replies_policy="list", exclusive=exclusive
    )
    lists.create(tx, new)
    return new


async def test_lists_are_their_owners_and_stand_by_name(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        work, family = made(tx, alice, "work"), made(tx, alice, "family")
        assert lists.of_actor(tx, alice.id) == [family, work]
        assert lists.of_actor(tx, bob.id) == []
        assert lists.by_id(tx, alice.id, work.id) == work
        assert lists.by_id(tx, bob.id, work.id) is None
        lists.remove(tx, family.id)
        assert lists.of_actor(tx, alice.id) == [work]

    await db.write(story)


async def test_people_stand_on_a_list_once_and_leave_all_of_them_together(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob, carol = (person(tx, name) for name in ("alice", "bob", "carol"))
        work, family, others = made(tx, alice, "work"), made(tx, alice, "family"), made(tx, bob, "x")
        for each in (work, family, others):
            lists.add(tx, each.id, [carol.id])
            lists.add(tx, each.id, [carol.id, bob.id])
        on_it = [id_ for _, id_ in lists.members_page(tx, work.id, Page())]
        assert sorted(on_it) == sorted([bob.id, carol.id])
        assert lists.with_member(tx, alice.id, carol.id) == [family, work]
        lists.take_off_all(tx, alice.id, carol.id)
        assert lists.with_member(tx, alice.id, carol.id) == []
        assert lists.with_member(tx, bob.id, carol.id) == [others]

    await db.write(story)


async def test_who_has_an_exclusive_list_is_known_as_soon_as_it_is_one(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        work = made(tx, alice, "work")
        assert not lists.has_exclusive(tx, alice.id)
        lists.change(tx, replace(work, exclusive=True))
        assert lists.has_exclusive(tx, alice.id)
        assert not lists.has_exclusive(tx, bob.id)

    await db.write(story)


async def test_of_whoever_is_gone_nothing_is_kept(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        lists.add(tx, made(tx, alice, "work").id, [bob.id])
        theirs = made(tx, bob, "family")
        lists.add(tx, theirs.id, [alice.id])
        lists.forget(tx, alice.id)
        assert lists.of_actor(tx, alice.id) == []
        assert lists.members_page(tx, theirs.id, Page()) == []
        assert lists.of_actor(tx, bob.id) == [theirs]

    await db.write(story)


async def test_there_are_only_so_many(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        for number in range(MAX_LISTS):
            made(tx, alice, str(number))
        with pytest.raises(NotValid):
            made(tx, alice, "one more")

    await db.write(story)
