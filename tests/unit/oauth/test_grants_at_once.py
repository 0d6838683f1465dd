"""A family that ends while an app is taking tokens: whoever comes second finds it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from fediverse_node.accounts import queries as accounts
from fediverse_node.oauth import apps, grants, tables, tokens
from fediverse_node.oauth.model import App
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Row, Tx, Values
from tests.fixtures.rooms import person

CALLBACK = "https://app.example/callback"


class Overtaken:
    """A transaction that is overtaken by another one, right after it read a grant (PostgreSQL lets it)."""

    def __init__(self, tx: Tx, other: Callable[[Tx], None]) -> None:
        self._tx = tx
        self._other: Callable[[Tx], None] | None = other

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def first(self, statement: sa.Select[Any], parameters: Values | None = None) -> Row | None:
        row = self._tx.first(statement, parameters)
        if self._other is not None and row is not None and "code_sha256" in row._fields:
            other, self._other = self._other, None
            other(self._tx)
        return row


@pytest.fixture
async def alice(db: Database) -> tuple[App, int]:
    def unit(tx: Tx) -> tuple[App, int]:
        account = accounts.create(tx, person(tx, "alice").id, password_hash=None)
        app, _ = apps.register(tx, name="Fern", redirect_uris=[CALLBACK], scopes=["read"])
        return app, account.id

    return await db.write(unit)


def _nothing(tx: Tx) -> None:
    """Nobody overtakes anybody."""


async def _code(db: Database, alice: tuple[App, int]) -> str:
    app, account_id = alice
    return await db.write(
        lambda tx: grants.allow(tx, account_id, app, scopes=("read",), redirect_uri=CALLBACK, challenge=None)
    )


async def _working(db: Database) -> int:
    """How many access tokens work."""
    count = sa.select(sa.func.count()).select_from(tables.access_tokens)
    return int(await db.read(lambda tx: tx.scalar(count.where(tables.access_tokens.c.revoked_at.is_(None)))))


@pytest.mark.parametrize("ended", [False, True])
async def test_a_code_gives_nothing_once_its_family_has_ended_meanwhile(  # OAU-14
    db: Database, alice: tuple[App, int], *, ended: bool
) -> None:
    code = await _code(db, alice)
    other = (lambda tx: tokens.revoke_all(tx, alice[1])) if ended else _nothing

    def unit(tx: Tx) -> object:
        overtaken: Any = Overtaken(tx, other)
        return grants.exchange(overtaken, alice[0], code, redirect_uri=CALLBACK, verifier=None)

    issued = await db.write(unit)
    assert (issued is None, await _working(db)) == ((True, 0) if ended else (False, 1))


@pytest.mark.parametrize("ended", [False, True])
async def test_a_refresh_token_gives_nothing_once_its_family_has_ended_meanwhile(  # OAU-14
    db: Database, alice: tuple[App, int], *, ended: bool
) -> None:
    code = await _code(db, alice)
    first = await db.write(
        lambda tx: grants.exchange(tx, alice[0], code, redirect_uri=CALLBACK, verifier=None)
    )
    assert first is not None
    again = first.refresh_token or ""
    other = (lambda tx: tokens.revoke_all(tx, alice[1])) if ended else _nothing

    def unit(tx: Tx) -> object:
        overtaken: Any = Overtaken(tx, other)
        return grants.refresh(overtaken, alice[0], again)

    issued = await db.write(unit)
    assert (issued is None, await _working(db)) == ((True, 0) if ended else (False, 1))


async def test_the_end_of_everything_takes_families_before_tokens(
    db: Database, alice: tuple[App, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever is taking tokens holds its family's row: what it adds is seen only by whoever waited for that.
    order: list[str] = []
    execute = Tx.execute

    def noting(tx: Tx, statement: sa.Executable, parameters: Any = None) -> Any:
        if isinstance(statement, sa.Update):
            table: Any = statement.table
            order.append(table.name)
        return execute(tx, statement, parameters)

    monkeypatch.setattr(Tx, "execute", noting)
    await db.write(lambda tx: tokens.revoke_all(tx, alice[1]))
    assert order == [tables.grants.name, tables.access_tokens.name]
