"""What nobody uses ends, what ended goes, and what is in use stays."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from fediverse_node.accounts import queries as accounts
from fediverse_node.oauth import apps, grants, tidying, tokens
from fediverse_node.oauth.model import App
from fediverse_node.oauth.redirects import OUT_OF_BAND
from fediverse_node.oauth.tables import access_tokens, app_tokens, refresh_tokens
from fediverse_node.oauth.tables import apps as app_rows
from fediverse_node.oauth.tables import grants as grant_rows
from fediverse_node.oauth.tidying import Patience
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person

PATIENT = Patience(token=timedelta(days=365), app=timedelta(days=180))
FOR_EVER = Patience(token=None, app=None)


def account_id(tx: Tx) -> int:
    return accounts.create(tx, person(tx, "alice").id, password_hash=None).id


def app_of(tx: Tx) -> App:
    made, _ = apps.register(tx, name="Fern", redirect_uris=[OUT_OF_BAND], scopes=["read"])
    return made


def let_in(tx: Tx, who: int, app: App) -> str:
    code = grants.allow(tx, who, app, scopes=("read",), redirect_uri=OUT_OF_BAND, challenge=None)
    issued = grants.exchange(tx, app, code, redirect_uri=OUT_OF_BAND, verifier=None)
    assert issued is not None
    return issued.access_token


def left(tx: Tx, table: sa.Table) -> int:
    return int(tx.scalar(sa.select(sa.func.count()).select_from(table)))


def turn(tx: Tx, days: int) -> None:
    tx.now += timedelta(days=days)


async def test_tokens_that_nobody_uses_end_with_their_family(db: Database) -> None:
    # OAU-14
    def unit(tx: Tx) -> None:
        who, app = account_id(tx), app_of(tx)
        unused, used = let_in(tx, who, app), let_in(tx, who, app)
        by_hand = tokens.issue(tx, who, scopes="read", app_name="script")
        apps_own = tokens.issue_to_app(tx, app, ("read",)).access_token
        turn(tx, 364)
        assert tidying.end_unused(tx, PATIENT) == 0
        found = tokens.find(tx, used)
        assert found is not None
        tokens.touch(tx, found.id)
        turn(tx, 2)
        assert tidying.end_unused(tx, FOR_EVER) == 0
        assert tidying.end_unused(tx, PATIENT) == 3
        assert tokens.find(tx, used) is not None
        assert [tokens.find(tx, each) for each in (unused, by_hand)] == [None, None]
        assert tokens.find_apps_own(tx, apps_own) is None
        ended = tx.scalar(
            sa.select(sa.func.count()).select_from(grant_rows).where(grant_rows.c.ended_at.is_not(None))
        )
        assert ended == 1

    await db.write(unit)


async def test_what_ended_is_deleted_some_days_later(db: Database) -> None:
    def unit(tx: Tx) -> None:
        who, app = account_id(tx), app_of(tx)
        let_in(tx, who, app)
        let_in(tx, who, app)
        [first, _] = tx.all(sa.select(grant_rows.c.id).order_by(grant_rows.c.id))
        grants.end(tx, first[0])
        grants.allow(tx, who, app, scopes=("read",), redirect_uri=OUT_OF_BAND, challenge=None)
        turn(tx, 6)
        assert tidying.forget_ended(tx, PATIENT) == 0
        turn(tx, 2)
        # a token, a refresh token, their family, and a code that nobody fetched
        assert tidying.forget_ended(tx, PATIENT) == 4
        assert [left(tx, table) for table in (access_tokens, refresh_tokens, grant_rows)] == [1, 1, 1]
        assert tidying.forget_ended(tx, PATIENT) == 0

    await db.write(unit)


async def test_an_app_that_nobody_uses_is_forgotten(db: Database) -> None:
    def unit(tx: Tx) -> None:
        who, used, unused = account_id(tx), app_of(tx), app_of(tx)
        token = let_in(tx, who, used)
        turn(tx, 181)
        assert tidying.forget_ended(tx, FOR_EVER) == 0
        assert tidying.forget_ended(tx, PATIENT) == 1
        assert apps.by_id(tx, unused.id) is None
        assert apps.by_id(tx, used.id) is not None, "somebody's token is of it"
        found = tokens.find(tx, token)
        assert found is not None
        assert found.grant_id is not None
        grants.end(tx, found.grant_id)
        turn(tx, 8)
        while tidying.forget_ended(tx, PATIENT):
            pass
        assert [left(tx, table) for table in (app_rows, grant_rows, access_tokens, app_tokens)] == [0] * 4

    await db.write(unit)
