"""Who is suspended, or has moved away, says yes no longer; whoever keeps a copy is told, bit by bit."""

from __future__ import annotations

import pytest

from fediverse_node.actors import errands
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions, queries
from fediverse_node.federation.outbox import exclude
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.move import cancel_move
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.profiles import lapse
from fediverse_node.federation.profiles.worker import ErrandWorker
from fediverse_node.moderation import servers
from fediverse_node.outbound.client import Outbound
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.receipts import queries as receipts
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx


@pytest.fixture
async def allowed(desk: Desk, alice: Actor) -> list[Post]:
    return [await publish(desk, alice, Draft(text=text, training_use=True)) for text in ("1", "2", "3")]


async def lines(db: Database, posts: list[Post]) -> list[list[tuple[str, str]]]:
    def read(tx: Tx) -> list[list[tuple[str, str]]]:
        return [[(line.kind, line.method) for line in queries.history(tx, post.uri)] for post in posts]

    return await db.read(read)


def in_force(tx: Tx, alice: Actor, post: Post) -> bool:
    author = actors.by_id(tx, alice.id)
    assert author is not None
    return decisions.decisions(tx, [subject_of(post, author)])[post.uri].train_ai


async def test_a_suspension_ends_each_yes_and_its_end_does_not_bring_one_back(
    *,
    desk: Desk,
    db: Database,
    alice: Actor,
    outbound: Outbound,
    allowed: list[Post],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lapse, "BATCH", 2)
    await db.write(lambda tx: exclude.suspend(tx, alice))
    assert await ErrandWorker(desk.discovery, outbound).run_once() == 1

    assert await lines(db, allowed) == [[("grant", "client-api"), ("withdraw", "suspend")]] * 3
    ended = await db.read(lambda tx: receipts.endings(tx, -1, 9))
    assert [(each.kind, each.status) for each in ended] == [("withdraw", "active")] * 3
    assert sorted(await db.read(lambda tx: receipts.revoked_indices(tx, 0, 9))) == [0, 1, 2]
    await db.write(lambda tx: servers.unsuspend(tx, alice))
    assert not await db.read(lambda tx: in_force(tx, alice, allowed[0]))


async def test_what_was_taken_back_already_or_never_allowed_gets_no_line(
    desk: Desk, db: Database, alice: Actor, allowed: list[Post]
) -> None:
    silent = await publish(desk, alice, Draft(text="4"))

    def unit(tx: Tx) -> None:
        subject = subject_of(allowed[0], alice)
        decisions.choose(tx, subject, actor_uri=alice.uri, allow=False, method="page")
        exclude.suspend(tx, alice)

    await db.write(unit)
    await lapse.end_all(db, alice.id)
    await lapse.end_all(db, alice.id)
    assert [len(each) for each in await lines(db, [*allowed, silent])] == [2, 2, 2, 0]
    assert (await lines(db, allowed))[0][-1] == ("withdraw", "page")


async def test_whoever_is_neither_suspended_nor_moved_keeps_each_yes(
    desk: Desk, db: Database, alice: Actor, outbound: Outbound, allowed: list[Post]
) -> None:
    await db.write(lambda tx: errands.ask(tx, alice.id, "lapse"))
    assert await ErrandWorker(desk.discovery, outbound).run_once() == 1
    assert await lines(db, allowed) == [[("grant", "client-api")]] * 3
    assert await db.read(lambda tx: in_force(tx, alice, allowed[0]))


async def test_a_move_that_is_called_off_at_once_brings_no_yes_back(
    desk: Desk, db: Database, alice: Actor, allowed: list[Post]
) -> None:
    elsewhere = "https://there.example/users/alice"
    await db.write(lambda tx: actors.change(tx, alice.id, {"moved_to": elsewhere}))
    await cancel_move(desk, alice)
    assert await lines(db, allowed) == [[("grant", "client-api"), ("withdraw", "move")]] * 3
    assert not await db.read(lambda tx: in_force(tx, alice, allowed[0]))
