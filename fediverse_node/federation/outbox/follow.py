"""Following: asking, taking back, and answering those who ask."""

from __future__ import annotations

import logging

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import accept as accept_builder
from fediverse_node.federation.builders import follow as follow_builder
from fediverse_node.federation.builders import reject as reject_builder
from fediverse_node.federation.builders import undo
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.profiles import featured
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.errors import NotAllowed, NotFound, NotValid
from fediverse_node.moderation import queries as moderation
from fediverse_node.notifications import queries as notifications
from fediverse_node.notifications.model import NotificationType
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from fediverse_node.visibility.telling import tell

log = logging.getLogger(__name__)


async def follow(desk: Desk, actor: Actor, target_id: int) -> Follow:
    """*actor* follows somebody. A second time gives the follow there is.

    Pending until the other server answers, or until somebody here who approves by hand does.

    Raises:
        NotFound: there is nobody with this id.
        NotAllowed: one of the two blocks the other.
        NotValid: it is *actor*.
    """

    def unit(tx: Tx) -> Follow:
        target = _somebody(tx, target_id)
        if target.id == actor.id:
            raise NotValid("Nobody can follow themselves.")
        if moderation.apart(tx, actor.id, [target.id]):
            raise NotAllowed("You cannot follow this account.")
        there = follows.find(tx, actor.id, target.id)
        if there is not None:
            return there
        at_once = target.local and not target.manually_approves
        new = Follow(
            id=tx.new_id(),
            follower_id=actor.id,
            target_id=target.id,
            uri=desk.addresses.activity(tx.new_id()),
            state="accepted" if at_once else "pending",
            created_at=tx.now,
            accepted_at=tx.now if at_once else None,
        )
        follows.add(tx, new)
        if not target.local:
            document = follow_builder.document(id_=new.uri, follower=actor.uri, target=target.uri)
            queue.enqueue(tx, actor=actor, document=document, inboxes=audience.of_person(target))
            featured.want(tx, target)
            return new
        kind: NotificationType = "follow" if at_once else "follow_request"
        tell(tx, target.id, kind, from_actor_id=actor.id)
        if at_once:
            home.backfill(tx, actor.id, target.id)
        return new

    return await desk.db.write(unit)


async def unfollow(desk: Desk, actor: Actor, target_id: int) -> None:
    """*actor* follows somebody no longer, or takes a request back. Without one nothing happens.

    Raises:
        NotFound: there is nobody with this id.
    """

    def unit(tx: Tx) -> None:
        target = _somebody(tx, target_id)
        there = follows.find(tx, actor.id, target.id)
        if there is None:
            return
        follows.remove(tx, there)
        home.withdraw(tx, actor.id, target.id)
        if target.local:
            notifications.remove(tx, target.id, "follow", from_actor_id=actor.id)
            notifications.remove(tx, target.id, "follow_request", from_actor_id=actor.id)
            return
        asked = follow_builder.document(id_=there.uri, follower=actor.uri, target=target.uri)
        document = undo.document(asked, id_=desk.addresses.activity(tx.new_id()))
        queue.enqueue(tx, actor=actor, document=document, inboxes=audience.of_person(target))

    await desk.db.write(unit)


async def accept(desk: Desk, actor: Actor, follower_id: int) -> None:
    """*actor* lets somebody follow who asked. Once it is accepted nothing more happens.

    Raises:
        NotFound: they did not ask.
    """

    def unit(tx: Tx) -> None:
        follower, asked = _request(tx, actor, follower_id)
        if not follows.accept(tx, asked):
            return
        notifications.remove(tx, actor.id, "follow_request", from_actor_id=follower.id)
        tell(tx, actor.id, "follow", from_actor_id=follower.id)
        if follower.local:
            home.backfill(tx, follower.id, actor.id)
            return
        document = accept_builder.document(
            id_=desk.addresses.activity(tx.new_id()),
            follow_id=asked.uri,
            follower=follower.uri,
            target=actor.uri,
        )
        queue.enqueue(tx, actor=actor, document=document, inboxes=audience.of_person(follower))

    await desk.db.write(unit)


async def reject(desk: Desk, actor: Actor, follower_id: int) -> None:
    """*actor* does not let somebody follow, or no longer.

    Raises:
        NotFound: they neither follow nor asked.
    """

    def unit(tx: Tx) -> None:
        follower, asked = _request(tx, actor, follower_id)
        follows.remove(tx, asked)
        notifications.remove(tx, actor.id, "follow", from_actor_id=follower.id)
        notifications.remove(tx, actor.id, "follow_request", from_actor_id=follower.id)
        if follower.local:
            home.withdraw(tx, follower.id, actor.id)
            return
        document = reject_builder.document(
            id_=desk.addresses.activity(tx.new_id()),
            follow_id=asked.uri,
            follower=follower.uri,
            target=actor.uri,
        )
        queue.enqueue(tx, actor=actor, document=document, inboxes=audience.of_person(follower))

    await desk.db.write(unit)


def _somebody(tx: Tx, actor_id: int) -> Actor:
    found = actors.by_id(tx, actor_id)
    if found is None or not found.active:
        raise NotFound("There is no such account.")
    return found


def _request(tx: Tx, actor: Actor, follower_id: int) -> tuple[Actor, Follow]:
    follower = actors.by_id(tx, follower_id)
    asked = follows.find(tx, follower_id, actor.id)
    if follower is None or asked is None:
        raise NotFound("This account does not follow you and did not ask to.")
    return follower, asked
