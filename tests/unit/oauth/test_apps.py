from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fediverse_node.kernel.errors import NotValid
from fediverse_node.oauth import apps, tables
from fediverse_node.oauth.model import App
from fediverse_node.storage.database import Database

CALLBACK = "https://app.example/callback"
HOME = "https://farm.example/client"


async def register(db: Database, **changes: Any) -> tuple[App, str | None]:
    usual: dict[str, Any] = {"name": "Fern", "redirect_uris": [CALLBACK], "scopes": ["read"]}
    return await db.write(lambda tx: apps.register(tx, **{**usual, **changes}))


async def test_an_app_is_proven_by_its_secret_and_by_nothing_else(db: Database) -> None:
    # OAU-09
    app, secret = await register(db)
    assert secret is not None
    proofs = (secret, f"{secret}x", "", None)
    known = await db.read(lambda tx: [apps.proven(tx, app.client_id, proof) for proof in proofs])
    assert known == [app, None, None, None]
    assert await db.read(lambda tx: [apps.proven(tx, "nobody", proof) for proof in proofs]) == [None] * 4


async def test_the_secret_is_nowhere_in_the_database_nor_in_what_is_printed(db: Database) -> None:
    app, secret = await register(db)
    row = await db.read(lambda tx: tx.first(sa.select(tables.apps)))
    assert secret is not None
    assert secret not in repr(row)
    assert str(app.secret_sha256) not in repr(app)


async def test_an_app_without_a_secret_is_proven_by_nothing(db: Database) -> None:
    app, secret = await register(db, public=True)
    assert (app.public, secret) == (True, None)
    assert await db.read(lambda tx: apps.proven(tx, app.client_id, "anything")) == app


async def test_a_description_is_kept_once_and_renewed(db: Database) -> None:
    def describe(name: str, uri: str) -> Any:
        return db.write(lambda tx: apps.keep_described(tx, client_id=HOME, name=name, redirect_uris=[uri]))

    first = await describe("Farm", CALLBACK)
    second = await describe("Farm\n2", f"{CALLBACK}2")
    assert (first.id, first.described, first.public) == (second.id, True, True)
    assert (second.name, second.redirect_uris) == ("Farm 2", (f"{CALLBACK}2",))
    assert await db.read(lambda tx: apps.by_id(tx, first.id)) == second


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " \n "},
        {"name": "x" * 201},
        {"redirect_uris": []},
        {"redirect_uris": ["javascript:x"]},
        {"website": "javascript:x"},
        {"scopes": ["admin"]},
    ],
)
async def test_what_is_no_app_is_refused(db: Database, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotValid):
        await register(db, **wrong)
