from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.actors import retired
from fediverse_node.actors.retired import RetiredKey
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import db, person

__all__ = ["db"]


def retire(tx: Tx, actor_id: int, kind: str, number: int) -> None:
    key = RetiredKey(
        actor_id=actor_id,
        key_id=f"https://here.example/users/a#{kind}-{number}",
        kind="rsa" if kind == "rsa" else "ed25519",
        public_key=f"{kind} {number}",
        private_key="secret" if kind == "rsa" else None,
        activity_id=number,
        retired_at=tx.now,
    )
    retired.add(tx, key)


async def test_the_current_keys_are_shown_first_and_replaced_ones_only_where_proofs_need_them(
    db: Database,
) -> None:
    def unit(tx: Tx) -> tuple[list[str], list[str]]:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        retire(tx, alice.id, "ed25519", 1)
        retire(tx, alice.id, "rsa", 2)
        own = [key.key_id for key in actors.keys_of(tx, alice.id)]
        shown = retired.shown_keys(tx, alice.id)
        assert all(key.private_key is None for key in shown)
        assert len(retired.shown_keys(tx, bob.id)) == 2
        return own, [key.key_id for key in shown]

    own, shown = await db.write(unit)
    assert shown == [*own, "https://here.example/users/a#ed25519-1"]


async def test_replaced_keys_are_kept_oldest_first_and_let_go_at_once_when_asked(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        retire(tx, alice.id, "rsa", 1)
        retire(tx, alice.id, "rsa", 2)
        retire(tx, bob.id, "rsa", 3)
        assert [key.activity_id for key in retired.of_actor(tx, alice.id)] == [1, 2]
        retired.forget_of(tx, alice.id)
        assert retired.of_actor(tx, alice.id) == []
        assert len(retired.of_actor(tx, bob.id)) == 1

    await db.write(unit)
