"""Keys of our own actors that were replaced, for as long as somebody may still need them.

The public half of an Ed25519 key stays in the actor document, so that proofs made with it can be
checked. The private half of an RSA key stays for the one activity that says it was replaced.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from fediverse_node.actors.model import ActorKey, KeyKind
from fediverse_node.actors.tables import actor_keys, retired_keys
from fediverse_node.storage.base import Moment
from fediverse_node.storage.tx import Tx

#: Rung when a key of ours was replaced.
BELL = "keys"
#: How long a replaced key is kept: as long as an activity is tried to be delivered.
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredKey:
    """A key that was replaced.

    Attributes:
        activity_id: the activity that says so, which the private key still signs.
    """

    actor_id: int
    key_id: str
    kind: KeyKind
    public_key: str
    private_key: str | None = field(default=None, repr=False)
    activity_id: int | None = None
    retired_at: datetime


_NAMES = [each.name for each in fields(RetiredKey)]
_since = sa.bindparam("since", type_=Moment)
_OF_ACTOR = (
    sa.select(*(retired_keys.c[name] for name in _NAMES))
    .where(retired_keys.c.actor_id == sa.bindparam("owner"), retired_keys.c.retired_at > _since)
    .order_by(retired_keys.c.id)
)
_SHOWN_NAMES = ("actor_id", "key_id", "kind", "public_key")
_shown = sa.union_all(
    sa.select(
        sa.literal_column("0").label("rank"), actor_keys.c.id, *(actor_keys.c[n] for n in _SHOWN_NAMES)
    ).where(actor_keys.c.actor_id == sa.bindparam("owner")),
    sa.select(
        sa.literal_column("1").label("rank"), retired_keys.c.id, *(retired_keys.c[n] for n in _SHOWN_NAMES)
    ).where(
        retired_keys.c.actor_id == sa.bindparam("owner"),
        retired_keys.c.retired_at > _since,
        retired_keys.c.kind == sa.literal_column("'ed25519'"),
    ),
).subquery()
_SHOWN = sa.select(*(_shown.c[name] for name in _SHOWN_NAMES)).order_by(_shown.c.rank, _shown.c.id)
_FORGET = retired_keys.delete().where(retired_keys.c.retired_at <= _since)


def add(tx: Tx, key: RetiredKey) -> None:
    """Keep *key* for a while."""
    values = {name: getattr(key, name) for name in _NAMES}
    if key.private_key is not None:
        values["private_key"] = tx.vault.seal(key.private_key, about=key.key_id)
    tx.insert(retired_keys, {"id": tx.new_id(), **values})


def of_actor(tx: Tx, actor_id: int) -> list[RetiredKey]:
    """The replaced keys of one actor that are still kept, the oldest first."""
    rows = tx.all(_OF_ACTOR, {"owner": actor_id, "since": tx.now - KEPT})
    return [_opened(tx, RetiredKey(**dict(zip(_NAMES, row, strict=True)))) for row in rows]


def _opened(tx: Tx, key: RetiredKey) -> RetiredKey:
    if key.private_key is None:
        return key
    return replace(key, private_key=tx.vault.open(key.private_key, about=key.key_id))


def shown_keys(tx: Tx, actor_id: int) -> list[ActorKey]:
    """The public keys that the actor's document shows: its own, and replaced ones that made proofs."""
    rows = tx.all(_SHOWN, {"owner": actor_id, "since": tx.now - KEPT})
    return [ActorKey(**dict(zip(_SHOWN_NAMES, row, strict=True))) for row in rows]


def forget_old(tx: Tx) -> int:
    """Let go of what is no longer needed. Gives how many keys that were."""
    return tx.change(_FORGET, {"since": tx.now - KEPT})


def forget_of(tx: Tx, actor_id: int) -> None:
    """Let go of every replaced key of one actor at once."""
    tx.execute(retired_keys.delete().where(retired_keys.c.actor_id == actor_id))
