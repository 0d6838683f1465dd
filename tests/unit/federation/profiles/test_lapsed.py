"""A yes that ended by itself gets its line in the ledger, also where nobody wrote it at the time."""

from __future__ import annotations

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import queries
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.profiles import lapsed
from fediverse_node.federation.profiles.lapsed import Sweep
from fediverse_node.posts.model import Post
from fediverse_node.posts.tables import posts as posts_table
from fediverse_node.receipts import queries as receipts
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx


@pytest.fixture
async def allowed(desk: Desk, alice: Actor) -> list[Post]:
    return [await publish(desk, alice, Draft(text=text, training_use=True)) for text in ("1", "2", "3")]


async def last_lines(db: Database, posts: list[Post]) -> list[tuple[str, str]]:
    found = await db.read(lambda tx: queries.latest(tx, [post.uri for post in posts]))
    return [(found[post.uri].kind, found[post.uri].method) for post in posts]


async def test_what_is_in_force_stays(db: Database, allowed: list[Post]) -> None:
    assert await Sweep(db).take_turn() == 0
    assert await last_lines(db, allowed) == [("grant", "client-api")] * 3


@pytest.mark.parametrize(
    ("change", "method"),
    [({"moved_to": "https://there.example/1"}, "move"), ({"suspended_at": ...}, "suspend")],
)
async def test_each_yes_of_somebody_who_left_before_there_was_a_rule_is_ended_in_turns(
    *,
    db: Database,
    alice: Actor,
    allowed: list[Post],
    change: dict[str, object],
    method: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lapsed, "BATCH", 2)
    await db.write(
        lambda tx: actors.change(
            tx, alice.id, {name: tx.now if value is ... else value for name, value in change.items()}
        )
    )
    sweep = Sweep(db)
    assert [await sweep.take_turn() for _ in range(3)] == [2, 1, 0]
    assert await last_lines(db, allowed) == [("withdraw", method)] * 3
    ended = await db.read(lambda tx: receipts.endings(tx, -1, 9))
    assert len({each.revokes for each in ended}) == 3


async def test_a_yes_that_does_not_hold_for_a_sensitive_post_is_ended_and_the_others_stay(
    db: Database, allowed: list[Post]
) -> None:
    def mark(tx: Tx) -> None:
        tx.execute(posts_table.update().where(posts_table.c.id == allowed[0].id).values(sensitive=True))

    await db.write(mark)
    assert await Sweep(db).take_turn() == 1
    assert await Sweep(db).take_turn() == 0
    assert [kind for kind, _ in await last_lines(db, allowed)] == ["withdraw", "grant", "grant"]
