from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.filters import queries as filters
from fediverse_node.filters.model import MAX_FILTERS, Filter, FilteredPost, Keyword
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import note, person


def made(tx: Tx, owner: Actor, title: str = "dull") -> Filter:
    new = Filter(
        id=tx.new_id(), actor_id=owner.id, title=title, contexts=("home",), action="warn", expires_at=None
    )
    filters.create(tx, new)
    return new


async def test_a_filter_comes_back_whole_and_to_its_owner_only(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        assert filters.of_actor(tx, alice.id) == []
        first, post = made(tx, alice), note(tx, bob)
        keyword = Keyword(id=tx.new_id(), filter_id=first.id, keyword="cat", whole_word=True)
        entry = FilteredPost(id=tx.new_id(), filter_id=first.id, post_id=post.id)
        filters.add_keyword(tx, keyword)
        filters.add_post(tx, entry)
        filters.add_post(tx, replace(entry, id=tx.new_id()))
        whole = replace(first, keywords=(keyword,), posts=(entry,))
        assert filters.of_actor(tx, alice.id) == [whole]
        assert filters.of_actor(tx, bob.id) == []
        changed = replace(whole, title="bright", action="blur", contexts=("home", "thread"))
        filters.change(tx, changed)
        assert filters.of_actor(tx, alice.id) == [changed]
        filters.remove(tx, first.id)
        assert filters.of_actor(tx, alice.id) == []

    await db.write(story)


async def test_a_filter_is_in_force_until_its_moment(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        forever = made(tx, alice)
        ahead, over = (replace(forever, expires_at=tx.now + timedelta(seconds=by)) for by in (1, 0))
        assert filters.in_force(tx, [forever, ahead, over]) == [forever, ahead]

    await db.write(story)


async def test_of_whoever_is_gone_nothing_is_kept(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        for owner in (alice, bob):
            kept = made(tx, owner)
            word = Keyword(id=tx.new_id(), filter_id=kept.id, keyword="cat", whole_word=True)
            filters.add_keyword(tx, word)
        filters.forget(tx, alice.id)
        assert filters.of_actor(tx, alice.id) == []
        assert [len(each.keywords) for each in filters.of_actor(tx, bob.id)] == [1]

    await db.write(story)


async def test_there_are_only_so_many(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        for number in range(MAX_FILTERS):
            made(tx, alice, str(number))
        with pytest.raises(NotValid):
            made(tx, alice)

    await db.write(story)
