"""Moving away: an account names its other names, and one day its new home (FEP-7628)."""

from __future__ import annotations

import logging

from fediverse_node.actors import errands, moves
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.builders import move as move_builder
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.discovery import actors as discovery
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.lookup import lookup
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile, tell_of_profile
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.federation.profiles import lapse
from fediverse_node.federation.profiles.relocate import relocate
from fediverse_node.kernel.errors import Conflict, NotFound, NotValid
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)


async def add_alias(desk: Desk, actor: Actor, text: str) -> Actor:
    """Say that the account *text* (a handle or an id) is *actor*'s, too: it may then move here.

    Raises:
        NotValid: it is no account, or it is *actor*.
        As `discovery.lookup`: it cannot be found.
    """
    other = await _account(desk, text)
    if other.id == actor.id:
        raise NotValid("This is the account itself.")
    known = (*(uri for uri in actor.also_known_as if uri != other.uri), other.uri)
    return await change_profile(desk, actor, ProfileChanges(also_known_as=known))


async def remove_alias(desk: Desk, actor: Actor, text: str) -> Actor:
    """No longer say so of *text*: an id as it is listed, or a handle.

    Raises:
        NotFound: it is not among the other names.
    """
    uri = text
    if uri not in actor.also_known_as:
        uri = (await _account(desk, text)).uri
    if uri not in actor.also_known_as:
        raise NotFound("This is none of the account's other names.")
    kept = tuple(each for each in actor.also_known_as if each != uri)
    return await change_profile(desk, actor, ProfileChanges(also_known_as=kept))


async def move(desk: Desk, actor: Actor, text: str) -> Actor:
    """Move *actor* to the account *text* (`@name@host`), and ask its followers' servers to follow there.

    The old account stays readable and says where its owner went; it posts no more, unless `cancel_move`.
    Each yes to training ends: it is not inherited, and does not come back.

    Raises:
        NotValid: the new account does not name the old one among its `alsoKnownAs`, moved itself, or is
            the old one.
        Conflict: the account moved already, or less than thirty days ago.
        As `discovery.lookup`: the new account cannot be found.
    """
    signing = await desk.keys.key_of(actor.id, "ed25519")
    target = await _fresh(desk, await _account(desk, text))
    _check(actor, target)

    def unit(tx: Tx) -> Actor:
        now = actors.by_id(tx, actor.id)
        if now is None or not now.active:
            raise NotFound("There is no such account here.")
        if now.moved_to is not None:
            raise Conflict(f"This account moved to {now.moved_to} already.")
        if moves.moved_lately(tx, now.id):
            raise Conflict("This account moved less than thirty days ago. Other servers would not follow.")
        actors.change(tx, now.id, {"moved_to": target.uri})
        moves.note(tx, now.id, target.uri)
        after = actors.by_id(tx, now.id)
        assert after is not None
        # The profile goes first: GoToSocial believes a Move only when the old account says it, too.
        tell_of_profile(tx, desk, after, signing)
        document = move_builder.document(after, target.uri, id_=desk.addresses.activity(tx.new_id()))
        queue.enqueue(
            tx,
            actor=after,
            document=seal(document, signing, now=tx.now),
            inboxes=audience.of_followers(tx, after),
            public=True,
        )
        relocate(tx, desk.addresses, after, target)
        errands.ask(tx, now.id, "lapse")
        return after

    moved = await desk.db.write(unit)
    log.info("account.moved", extra={"actor": moved.uri, "target": target.uri})
    return moved


async def cancel_move(desk: Desk, actor: Actor) -> Actor:
    """Let *actor* live here again, and say so to whoever still follows it.

    Followers that went along do not come back, and for thirty days there is no other move. What has
    not been sent of the move stays at home.

    Raises:
        NotFound: no account of ours.
        Conflict: it did not move.
    """
    signing = await desk.keys.key_of(actor.id, "ed25519")
    # What the move ended must not come back, also where nobody has noted it yet.
    await lapse.end_all(desk.db, actor.id)

    def unit(tx: Tx) -> Actor:
        now = actors.by_id(tx, actor.id)
        if now is None or not now.active:
            raise NotFound("There is no such account here.")
        if now.moved_to is None:
            raise Conflict("This account has not moved.")
        deliveries.recall(tx, now.id, type_="Move")
        actors.change(tx, now.id, {"moved_to": None})
        after = actors.by_id(tx, now.id)
        assert after is not None
        tell_of_profile(tx, desk, after, signing)
        return after

    back = await desk.db.write(unit)
    log.info("account.move_cancelled", extra={"actor": back.uri})
    return back


async def _account(desk: Desk, text: str) -> Actor:
    found = await lookup(desk.discovery, text)
    if not isinstance(found, Actor) or found.type == "Application":
        raise NotValid(f"{text} is not an account.")
    return found


async def _fresh(desk: Desk, target: Actor) -> Actor:
    """The new account as its origin shows it now: aliases are added just before a move."""
    if target.local:
        return target
    candidate = await discovery.fetch(desk.discovery, target.uri, Budget())
    return await discovery.keep(desk.discovery, candidate)


def _check(actor: Actor, target: Actor) -> None:
    if target.id == actor.id:
        raise NotValid("This is the account itself.")
    if target.moved_to is not None or not target.active:
        raise NotValid(f"{target.handle} is not in use any more.")
    if actor.uri not in target.also_known_as:
        raise NotValid(
            f"{target.handle} does not say that {actor.handle} is the same person. "
            f"Add {actor.uri} to its aliases first, over there."
        )
