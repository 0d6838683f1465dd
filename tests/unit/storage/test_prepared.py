from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fediverse_node.storage import prepared
from fediverse_node.storage.database import Database
from fediverse_node.storage.postgresql import PostgresqlDatabase
from fediverse_node.storage.tx import Tx


def echo(**kinds: Any) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        *(sa.cast(sa.bindparam(name, type_=kind), kind).label(name) for name, kind in kinds.items())
    )


@pytest.fixture(autouse=True)
def _only_there(db: Database) -> None:
    if not isinstance(db, PostgresqlDatabase):
        pytest.skip("libpq is PostgreSQL's")


@pytest.mark.parametrize("most", [prepared.MAX_PREPARED, 0])
async def test_values_come_back_as_they_went_in(
    db: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(prepared, "MAX_PREPARED", most)
    statement = echo(a=sa.BigInteger, b=sa.Text, c=sa.LargeBinary, d=sa.Boolean)
    sent = [
        {
            "a": 2**62,
            "b": "a 'quoted' 100 %s %% $1 \\ text \u0647",
            "c": bytes(range(256)),
            "d": True,
        },
        {"a": -1, "b": "", "c": b"", "d": False},
        dict.fromkeys("abcd"),
    ]

    def unit(tx: Tx) -> list[Any]:
        # More often than a driver would wait before it prepares.
        return [tuple(tx.all(statement, each)[0]) for each in sent * 3]

    assert await db.read(unit) == [tuple(each.values()) for each in sent * 3]


async def test_a_mark_in_the_text_is_no_place_for_a_value(db: Database) -> None:
    statement = echo(a=sa.Text).add_columns(sa.literal_column("'100% $1 '", sa.Text))
    assert await db.read(lambda tx: tuple(tx.all(statement, {"a": "%s"})[0])) == ("%s", "100% $1 ")


async def test_a_statement_that_is_wrong_says_so_each_time_and_does_not_name_the_values(db: Database) -> None:
    statement: sa.Select[Any] = sa.select(sa.literal_column("no_such_column")).where(
        sa.bindparam("a", type_=sa.Text) == "x"
    )
    for _ in range(3):
        with pytest.raises(sa.exc.DBAPIError, match="no_such_column") as caught:
            await db.read(lambda tx: tx.all(statement, {"a": "a secret"}))
        assert "a secret" not in str(caught.value)
    assert await db.read(lambda tx: tx.scalar(echo(a=sa.Integer), {"a": 1})) == 1
