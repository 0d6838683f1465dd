from __future__ import annotations

import pytest
import sqlalchemy as sa

from fediverse_node.actors import queries as actors
from fediverse_node.actors import retired, sealing
from fediverse_node.actors.model import Actor, ActorKey
from fediverse_node.actors.retired import RetiredKey
from fediverse_node.actors.tables import actor_keys, retired_keys
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage import sealed
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.storage.vault import MARK, Vault
from tests.fixtures.rooms import db, person, stranger

__all__ = ["db"]

ONE, OTHER = b"1" * 32, b"2" * 32


def retire(tx: Tx, actor: Actor) -> None:
    """A replaced key of *actor* that still signs something."""
    old = actors.keys_of(tx, actor.id)[0]
    retired.add(
        tx,
        RetiredKey(
            actor_id=actor.id,
            key_id=old.key_id,
            kind=old.kind,
            public_key=old.public_key,
            private_key=old.private_key,
            activity_id=1,
            retired_at=tx.now,
        ),
    )


def stored(tx: Tx) -> list[str]:
    """Every private key, as it stands in the rows."""
    columns = (actor_keys.c.private_key, retired_keys.c.private_key)
    return [row[0] for column in columns for row in tx.all(sa.select(column).where(column.is_not(None)))]


def opened(tx: Tx, actor: Actor) -> list[str | None]:
    mine = [key.private_key for key in actors.keys_of(tx, actor.id)]
    return [*mine, *(key.private_key for key in retired.of_actor(tx, actor.id))]


async def renew(db: Database, *, plain: bool = False) -> int:
    def unit(tx: Tx) -> int:
        done = [sealed.renew(tx, about, after=0, limit=50, plain=plain) for about in sealing.COLUMNS]
        return sum(map(len, done))

    return await db.write(unit)


async def test_new_keys_are_sealed_in_the_rows_and_open_to_those_who_sign(db: Database) -> None:
    db.vault = Vault([ONE])

    def unit(tx: Tx) -> tuple[list[str], list[str | None]]:
        alice = person(tx, "alice")
        retire(tx, alice)
        return stored(tx), opened(tx, alice)

    rows, private = await db.write(unit)
    assert len(rows) == 3
    assert all(row.startswith(MARK) for row in rows)
    assert all(key is not None and key.startswith("-----BEGIN PRIVATE KEY") for key in private)


async def test_what_was_there_is_sealed_sealed_anew_and_unsealed(db: Database) -> None:
    def unit(tx: Tx) -> Actor:
        alice = person(tx, "alice")
        retire(tx, alice)
        other = stranger(tx, "bob")
        key_id = f"{other.uri}#main-key"
        actors.save_key(tx, ActorKey(actor_id=other.id, key_id=key_id, kind="rsa", public_key="public"))
        return alice

    alice = await db.write(unit)
    plain = await db.read(lambda tx: opened(tx, alice))
    assert await db.read(sealing.count_pending) == 0
    for keys in ([ONE], [OTHER, ONE], [OTHER]):
        db.vault = Vault(keys)
        await db.read(sealing.require_open)
        assert await db.read(lambda tx: opened(tx, alice)) == plain
        changed = 3 if keys != [OTHER] else 0
        assert await db.read(sealing.count_pending) == await renew(db) == changed
        rows = await db.read(stored)
        assert all(row.startswith(db.vault.prefix or "-") for row in rows)
    assert await renew(db, plain=True) == 3
    db.vault = Vault()
    assert await db.read(lambda tx: opened(tx, alice)) == plain == await db.read(stored)


@pytest.mark.parametrize("keys", [[], [OTHER]])
async def test_keys_that_cannot_be_opened_are_noticed(db: Database, keys: list[bytes]) -> None:
    db.vault = Vault([ONE])
    await db.write(lambda tx: person(tx, "alice"))
    await db.read(sealing.require_open)
    db.vault = Vault(keys)
    with pytest.raises(NotValid, match="sealed with a key"):
        await db.read(sealing.require_open)
    assert await db.read(sealing.count_pending) == 2
    db.vault = Vault([*keys, ONE])
    await db.read(sealing.require_open)


async def test_a_key_in_the_place_of_another_is_not_opened(db: Database) -> None:
    db.vault = Vault([ONE])

    def unit(tx: Tx) -> tuple[Actor, Actor]:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        rows = sa.select(actor_keys.c.private_key).where(actor_keys.c.kind == "rsa")
        his = tx.scalar(rows.where(actor_keys.c.actor_id == bob.id))
        hers = sa.and_(actor_keys.c.actor_id == alice.id, actor_keys.c.kind == "rsa")
        tx.execute(actor_keys.update().where(hers).values(private_key=his))
        return alice, bob

    alice, bob = await db.write(unit)
    assert await db.read(lambda tx: opened(tx, bob))
    with pytest.raises(NotValid):
        await db.read(lambda tx: opened(tx, alice))
