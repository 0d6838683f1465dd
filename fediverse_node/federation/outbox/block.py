"""Blocking and muting: what a person does not want to hear, and who shall not hear them."""

from __future__ import annotations

from datetime import timedelta

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import block as block_builder
from fediverse_node.federation.builders import undo
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import Block, canonical_domain, names_of
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines.parting import part

#: Longest mute that ends by itself; apps offer up to a week.
MAX_MUTE = timedelta(days=3650)


async def block(desk: Desk, actor: Actor, target_id: int) -> None:
    """*actor* blocks somebody: follows end both ways, and neither sees the other. Again changes nothing.

    The other server is told, so that it keeps them apart, too.

    Raises:
        NotFound: there is nobody with this id.
        NotValid: it is *actor*.
    """

    def unit(tx: Tx) -> None:
        target = somebody(tx, actor, target_id)
        part(tx, actor.id, target.id)
        made = Block(
            id=tx.new_id(),
            actor_id=actor.id,
            target_id=target.id,
            uri=desk.addresses.activity(tx.new_id()),
            created_at=tx.now,
        )
        if moderation.block(tx, made) and not target.local:
            document = block_builder.document(id_=made.uri, blocker=actor.uri, target=target.uri)
            queue.enqueue(tx, actor=actor, document=document, inboxes=audience.of_person(target))

    await desk.db.write(unit)


async def unblock(desk: Desk, actor: Actor, target_id: int) -> None:
    """*actor* blocks somebody no longer; without a block nothing happens.

    Raises:
        NotFound: there is nobody with this id.
    """

    def unit(tx: Tx) -> None:
        target = somebody(tx, actor, target_id)
        there = moderation.find_block(tx, actor.id, target.id)
        if there is None or not moderation.unblock(tx, there) or target.local:
            return
        blocked = block_builder.document(id_=there.uri, blocker=actor.uri, target=target.uri)
        document = undo.document(blocked, id_=desk.addresses.activity(tx.new_id()))
        queue.enqueue(tx, actor=actor, document=document, inboxes=audience.of_person(target))

    await desk.db.write(unit)


async def mute(
    desk: Desk, actor: Actor, target_id: int, *, notifications: bool = True, seconds: int = 0
) -> None:
    """*actor* does not hear somebody, for so many seconds, or for good when they are 0. Nobody is told.

    Raises:
        NotFound: there is nobody with this id.
        NotValid: it is *actor*.
    """

    def unit(tx: Tx) -> None:
        target = somebody(tx, actor, target_id)
        until = tx.now + min(timedelta(seconds=seconds), MAX_MUTE) if seconds > 0 else None
        moderation.mute(tx, actor.id, target.id, notifications=notifications, expires_at=until)

    await desk.db.write(unit)


async def unmute(desk: Desk, actor: Actor, target_id: int) -> None:
    """*actor* hears somebody again.

    Raises:
        NotFound: there is nobody with this id.
    """
    await desk.db.write(lambda tx: moderation.unmute(tx, actor.id, somebody(tx, actor, target_id).id))


async def shun(desk: Desk, actor: Actor, domain: str) -> None:
    """*actor* hears nothing of a server, and nobody there follows them any more.

    Raises:
        NotValid: *domain* is none, or this server's.
    """
    name = canonical_domain(domain)
    if name in names_of(desk.addresses.domain):
        raise NotValid("This is our own server.")

    def unit(tx: Tx) -> None:
        moderation.shun(tx, actor.id, name)
        for other in follows.neighbours_at(tx, actor.id, name):
            part(tx, actor.id, other)

    await desk.db.write(unit)


async def unshun(desk: Desk, actor: Actor, domain: str) -> None:
    """*actor* hears a server again.

    Raises:
        NotValid: *domain* is none.
    """
    name = canonical_domain(domain)
    await desk.db.write(lambda tx: moderation.unshun(tx, actor.id, name))


def somebody(tx: Tx, actor: Actor, target_id: int) -> Actor:
    """Who is meant, also when they are suspended here.

    Raises:
        NotFound: there is nobody with this id. NotValid: it is *actor*.
    """
    found = actors.by_id(tx, target_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("There is no such account.")
    if found.id == actor.id:
        raise NotValid("Nobody can block or mute themselves.")
    return found
