from __future__ import annotations

from datetime import timedelta

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import jobs, queries
from fediverse_node.uploads.model import Job
from tests.fixtures import rooms

db = rooms.db


@pytest.fixture
async def alice(db: Database) -> Account:
    return await db.write(lambda tx: accounts.create(tx, rooms.person(tx, "alice").id, password_hash=None))


def waiting(tx: Tx, account: Account, name: str, **changes: object) -> Job:
    values: dict[str, object] = {
        "id": tx.new_id(),
        "account_id": account.id,
        "name": name * 32,
        "size": 100,
        "kind": "video/mp4",
        "description": None,
        "focus": (0.5, -0.5),
        "ai_part": None,
        "ai_tool": None,
        "refusal": None,
        "created_at": tx.now,
    }
    job = Job(**{**values, **changes})  # type: ignore[arg-type]  # a row of the table
    jobs.add(tx, job)
    return job


async def test_each_is_one_workers_until_it_is_done_or_given_back(db: Database, alice: Account) -> None:
    def unit(tx: Tx) -> None:
        first, second = waiting(tx, alice, "a"), waiting(tx, alice, "b")
        assert jobs.has_open(tx)
        assert [jobs.claim(tx), jobs.claim(tx), jobs.claim(tx)] == [first, second, None]
        jobs.release(tx, first.id)
        assert jobs.claim(tx) == first
        jobs.describe(tx, first.id, description="A wave", focus=None)
        done = jobs.finish(tx, first.id)
        assert done is not None
        assert (done.description, done.focus) == ("A wave", None)
        assert jobs.finish(tx, first.id) is None
        jobs.refuse(tx, second.id, "broken")
        found = jobs.own(tx, alice.id, second.id)
        assert found is not None
        assert found.refusal == "broken"
        assert jobs.own(tx, alice.id + 1, second.id) is None
        assert jobs.waiting_of(tx, alice.id) == (0, 0)
        assert queries.named(tx, ["a" * 32, "b" * 32]) == {"b" * 32}

    await db.write(unit)


async def test_what_is_given_up_or_out_of_date_or_of_somebody_who_left_is_begun_by_nobody(
    db: Database, alice: Account
) -> None:
    def unit(tx: Tx) -> None:
        given_up = waiting(tx, alice, "a")
        old = waiting(tx, alice, "b", created_at=tx.now - timedelta(hours=25))
        jobs.give_up(tx, given_up.id)
        assert jobs.claim(tx) is None
        assert [job.id for job in jobs.out_of_date(tx, limit=9)] == [given_up.id, old.id]
        jobs.forget(tx, [given_up.id, old.id])
        waiting(tx, alice, "c")
        assert jobs.waiting_of(tx, alice.id) == (1, 100)
        queries.remove_of_account(tx, alice.id)
        assert jobs.claim(tx) is None
        assert len(jobs.out_of_date(tx, limit=9)) == 1

    await db.write(unit)
