"""Giving an actor new keys.

Signed: everybody who follows is told by an Update that shows the new keys; the old key signs it, and where
that is no longer believed, because the new document was seen already, the new one does. Blind: nobody
is told, and peers find the new keys when the old no longer fit; who held the old ones then proves nothing.

The RSA key keeps its id, `#main-key`: an actor document has one `publicKey`, and peers look there again under
the id they know. Each Ed25519 key has an id of its own, so that a proof names the key that made it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from fediverse_node.actors import queries as actors
from fediverse_node.actors import retired
from fediverse_node.actors.local import LocalKeys
from fediverse_node.actors.model import Actor, ActorKey
from fediverse_node.actors.retired import RetiredKey
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.profile import tell_of_profile
from fediverse_node.kernel.errors import NotFound
from fediverse_node.signatures.base import SigningKey
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation did.

    Attributes:
        key_ids: the ids of the new keys.
        told: whether followers are told.
    """

    key_ids: tuple[str, ...]
    told: bool
    at: datetime


async def rotate(desk: Desk, actor_id: int, fresh: LocalKeys, *, blind: bool) -> Rotation:
    """Replace the keys of a local actor with *fresh* ones. What is in the post is signed with those.

    The server's own actor has no followers, so nobody is told of its new keys either way.

    Raises:
        NotFound: no actor of ours, or one without keys.
    """
    sealing = await desk.keys.key_of(actor_id, "ed25519")
    made = await desk.db.write(lambda tx: _rotate(tx, desk, actor_id, fresh, None if blind else sealing))
    log.info("keys.rotated", extra={"actor": actor_id, "blind": blind})
    return made


def _rotate(tx: Tx, desk: Desk, actor_id: int, fresh: LocalKeys, sealing: SigningKey | None) -> Rotation:
    actor = actors.by_id(tx, actor_id)
    if actor is None or not actor.local or actor.deleted_at is not None:
        raise NotFound("There is no such account here.")
    retired.forget_old(tx)
    former = actors.keys_of(tx, actor.id)
    made = _fresh_keys(tx, desk, actor, fresh)
    actors.drop_keys_except(tx, actor.id, [])
    for key in made:
        actors.save_key(tx, key)
    # The document shows other keys now: whoever asks whether it was modified has to see that.
    actors.change(tx, actor.id, {})
    told = sealing is not None and actor.type != "Application"
    if sealing is None:
        retired.forget_of(tx, actor.id)
    else:
        _retire(tx, desk, actor, former, sealing if told else None)
    tx.ring(retired.BELL)
    return Rotation(key_ids=tuple(key.key_id for key in made), told=told, at=tx.now)


def _fresh_keys(tx: Tx, desk: Desk, actor: Actor, fresh: LocalKeys) -> tuple[ActorKey, ActorKey]:
    addresses = desk.addresses
    return (
        ActorKey(
            actor_id=actor.id,
            key_id=addresses.key(actor.username),
            kind="rsa",
            public_key=fresh.rsa_public,
            private_key=fresh.rsa_private,
        ),
        ActorKey(
            actor_id=actor.id,
            key_id=f"{addresses.ed25519_key(actor.username)}-{tx.new_id()}",
            kind="ed25519",
            public_key=fresh.ed25519_public,
            private_key=fresh.ed25519_private,
        ),
    )


def _retire(tx: Tx, desk: Desk, actor: Actor, former: list[ActorKey], sealing: SigningKey | None) -> None:
    """Keep of the former keys what is still needed; tell the followers, with *sealing* as the proof's key."""
    for key in former:
        if key.kind == "ed25519":
            retired.add(tx, _retired(key, tx.now))
    if sealing is None:
        return
    # After the rows: the Update shows the former Ed25519 key too, with which it is sealed.
    activity = tell_of_profile(tx, desk, actor, sealing)
    for key in former:
        if key.kind == "rsa":
            retired.add(tx, _retired(key, tx.now, private_key=key.private_key, activity_id=activity.id))


def _retired(
    key: ActorKey, now: datetime, *, private_key: str | None = None, activity_id: int | None = None
) -> RetiredKey:
    return RetiredKey(
        actor_id=key.actor_id,
        key_id=key.key_id,
        kind=key.kind,
        public_key=key.public_key,
        private_key=private_key,
        activity_id=activity_id,
        retired_at=now,
    )
