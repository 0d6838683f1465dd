from __future__ import annotations

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.own import own_post, visible_post
from fediverse_node.kernel.errors import NotAllowed, NotFound
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import boost, note, stranger


async def test_what_may_be_changed_and_what_may_be_seen(db: Database, alice: Actor) -> None:
    def unit(tx: Tx) -> None:
        bob = stranger(tx, "bob")
        mine, theirs = note(tx, alice), note(tx, bob)
        hidden = note(tx, bob, visibility="direct")
        passed_on = boost(tx, alice, theirs)
        assert passed_on is not None
        assert own_post(tx, alice, mine.id) == mine
        assert visible_post(tx, alice, theirs.id).id == theirs.id
        with pytest.raises(NotAllowed):
            own_post(tx, alice, theirs.id)
        for post_id in (hidden.id, passed_on.id, 1):
            with pytest.raises(NotFound):
                own_post(tx, alice, post_id)
        for post_id in (hidden.id, 1):
            with pytest.raises(NotFound):
                visible_post(tx, alice, post_id)

    await db.write(unit)
