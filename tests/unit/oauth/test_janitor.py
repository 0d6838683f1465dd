"""The round of somebody who tidies up."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fediverse_node.accounts import browsers, passkeys, second_factor, sessions, steps
from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.tables import (
    known_browsers,
    passkey_challenges,
    second_factors,
    sign_in_steps,
)
from fediverse_node.accounts.tables import sessions as session_rows
from fediverse_node.oauth import tokens
from fediverse_node.oauth.janitor import Janitor
from fediverse_node.oauth.tidying import Patience
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person

TABLES = (session_rows, sign_in_steps, passkey_challenges, known_browsers, second_factors)


def everything(tx: Tx) -> None:
    who = accounts.create(tx, person(tx, "alice").id, password_hash="a hash").id
    sessions.begin(tx, who, browser="")
    steps.begin(tx, who, "a hash")
    passkeys.challenge(tx, who)
    browsers.remember(tx, who, None)
    second_factor.begin(tx, who)
    tokens.issue(tx, who, scopes="read", app_name="script")


async def left(db: Database) -> list[int]:
    def unit(tx: Tx) -> list[int]:
        return [len(tx.all(sa.select(table.c.id))) for table in TABLES]

    return await db.read(unit)


async def test_what_ran_out_goes_and_what_works_stays(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await db.write(everything)
    janitor = Janitor(db, Patience(token=timedelta(days=365), app=None))
    assert await janitor.run_once() == (0, 0)
    assert await left(db) == [1, 1, 1, 1, 1]

    now = db.clock()
    monkeypatch.setattr(db, "clock", lambda: now + timedelta(minutes=11))
    assert await janitor.run_once() == (0, 3)
    assert await left(db) == [1, 0, 0, 1, 0]

    monkeypatch.setattr(db, "clock", lambda: now + timedelta(days=366))
    assert await janitor.run_once() == (1, 2)
    assert await left(db) == [0, 0, 0, 0, 0]


async def test_it_begins_at_once_and_stops_when_told(db: Database) -> None:
    stop = asyncio.Event()
    stop.set()
    await Janitor(db, Patience(token=None, app=None)).run(stop)
