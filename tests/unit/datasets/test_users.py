from __future__ import annotations

from datetime import timedelta

import pytest

from fediverse_node.datasets import conditions, users
from fediverse_node.datasets.model import User
from fediverse_node.datasets.users import Told
from fediverse_node.kernel.errors import NotAuthenticated, NotValid
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

HOOK = "https://lab.example/told"
LEASE = timedelta(minutes=5)


async def added(db: Database, webhook: str | None = HOOK) -> tuple[User, str]:
    return await db.write(lambda tx: users.add(tx, name=" Lab ", contact="a@lab.example", webhook=webhook))


def claim(tx: Tx) -> list[int]:
    return [user.id for user in users.claim(tx, newest=5, lease=LEASE, limit=9)]


async def test_a_user_accepts_the_conditions_of_the_day_and_has_a_key(db: Database) -> None:
    user, key = await added(db)
    other, other_key = await added(db)
    assert (user.name, user.terms_id, user.terms_sha256) == (
        "Lab",
        conditions.CURRENT.id,
        conditions.CURRENT.sha256,
    )
    assert key != other_key
    assert await db.read(lambda tx: users.by_key(tx, key)) == user
    assert await db.write(lambda tx: users.end(tx, user.id))
    assert not await db.write(lambda tx: users.end(tx, user.id))
    for wrong in (key, "", other_key[:-1], other_key.upper()):
        with pytest.raises(NotAuthenticated):
            await db.read(lambda tx, wrong=wrong: users.by_key(tx, wrong))  # type: ignore[misc]  # bound in its turn
    assert [each.id for each in await db.read(users.every)] == [user.id, other.id]


# WEB-13: where anybody may ask for a key, the operator reads at a terminal what they called themselves
async def test_what_acts_on_a_terminal_is_no_part_of_a_name(db: Database) -> None:
    name, contact = "Open\x1b]0;owned\x07\r\nLab\u202e", "a@lab.example\x1b[2J"
    user, _ = await db.write(lambda tx: users.add(tx, name=name, contact=contact))
    assert (user.name, user.contact) == ("Open]0;owned Lab", "a@lab.example[2J")
    with pytest.raises(NotValid):
        await db.write(lambda tx: users.add(tx, name="\x1b\u202e", contact=contact))


@pytest.mark.parametrize(
    "webhook", ["", "ftp://lab.example/", "https://a:b@lab.example/", "https://lab.example:0/"]
)
async def test_what_is_no_address_is_no_webhook(db: Database, webhook: str) -> None:
    with pytest.raises(NotValid):
        await added(db, webhook)


async def test_who_is_told_by_one_is_not_told_by_another(db: Database) -> None:
    user, _ = await added(db)
    await added(db, None)
    assert await db.write(claim) == [user.id]
    assert await db.write(claim) == []
    told = Told(user_id=user.id, up_to=5, due_at=db.clock(), answer="204")
    await db.write(lambda tx: users.record(tx, told))
    assert await db.write(claim) == [], "there is nothing new for them"


async def test_a_failure_is_counted_and_a_success_forgets_it(db: Database) -> None:
    user, _ = await added(db)
    failed = Told(user_id=user.id, up_to=None, due_at=db.clock(), answer="x" * 999)
    for _ in range(2):
        await db.write(lambda tx: users.record(tx, failed))
    first = await db.read(lambda tx: users.by_id(tx, user.id))
    assert first is not None
    assert (first.attempts, len(first.last_answer or "")) == (2, 200)
    assert first.failing_since is not None
    done = Told(user_id=user.id, up_to=3, due_at=db.clock(), answer="204")
    await db.write(lambda tx: users.record(tx, done))
    then = await db.read(lambda tx: users.by_id(tx, user.id))
    assert then is not None
    assert (then.attempts, then.failing_since, then.told) == (0, None, 3)
