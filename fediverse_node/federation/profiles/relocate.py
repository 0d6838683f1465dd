"""The people here who follow an account that moved go along with it."""

from __future__ import annotations

from typing import Final

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import block as block_builder
from fediverse_node.federation.builders import follow as follow_builder
from fediverse_node.federation.builders import undo
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import Block
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from fediverse_node.timelines.parting import part
from fediverse_node.visibility.telling import tell

#: Blocks that one move carries: each is a letter to a server that whoever moved has chosen.
MAX_BLOCKS: Final = 500


def relocate(tx: Tx, addresses: Addresses, old: Actor, new: Actor) -> int:
    """Let everybody here who follows *old* follow *new* instead. Gives how many that were.

    The old follow ends, also on the old server. *new* may refuse, or ask its people first, as with
    any other follow. What *old* said before stays in timelines. Mutes and blocks go along.
    """
    ids = follows.local_follower_ids(tx, old.id)
    people = actors.by_ids(tx, ids) if ids else {}
    for person in people.values():
        there = follows.find(tx, person.id, old.id)
        if there is None:
            continue
        follows.remove(tx, there)
        _take_back(tx, addresses, person, old, there)
        if _may_ask(tx, person, new):
            _ask(tx, addresses, person, new)
    moderation.carry_mutes(tx, old.id, new.id)
    _carry_blocks(tx, addresses, old, new)
    return len(people)


def _carry_blocks(tx: Tx, addresses: Addresses, old: Actor, new: Actor) -> None:
    """Who here blocks *old* blocks *new*, and its server is told. Who follows *new* chose otherwise."""
    ids = [id_ for id_ in moderation.blockers(tx, old.id, limit=MAX_BLOCKS) if id_ != new.id]
    people = actors.by_ids(tx, ids) if ids else {}
    for id_ in ids:
        if follows.find(tx, id_, new.id) is not None:
            continue
        part(tx, id_, new.id)
        uri = addresses.activity(tx.new_id())
        made = Block(id=tx.new_id(), actor_id=id_, target_id=new.id, uri=uri, created_at=tx.now)
        if moderation.block(tx, made) and not new.local:
            person = people[id_]
            document = block_builder.document(id_=uri, blocker=person.uri, target=new.uri)
            queue.enqueue(tx, actor=person, document=document, inboxes=audience.of_person(new))


def _may_ask(tx: Tx, person: Actor, new: Actor) -> bool:
    """Whether a follow makes sense: not of oneself, not twice, not where one of the two blocks the other."""
    if person.id == new.id or follows.find(tx, person.id, new.id) is not None:
        return False
    if moderation.turns_away(tx, person.id, new.id, new.domain):
        return False
    return not moderation.apart(tx, person.id, [new.id])


def _take_back(tx: Tx, addresses: Addresses, person: Actor, old: Actor, there: Follow) -> None:
    inboxes = audience.of_person(old)
    if not inboxes:
        return
    asked = follow_builder.document(id_=there.uri, follower=person.uri, target=old.uri)
    document = undo.document(asked, id_=addresses.activity(tx.new_id()))
    queue.enqueue(tx, actor=person, document=document, inboxes=inboxes)


def _ask(tx: Tx, addresses: Addresses, person: Actor, new: Actor) -> None:
    at_once = new.local and not new.manually_approves
    made = Follow(
        id=tx.new_id(),
        follower_id=person.id,
        target_id=new.id,
        uri=addresses.activity(tx.new_id()),
        state="accepted" if at_once else "pending",
        created_at=tx.now,
        accepted_at=tx.now if at_once else None,
    )
    follows.add(tx, made)
    if new.local:
        tell(tx, new.id, "follow" if at_once else "follow_request", from_actor_id=person.id)
        if at_once:
            home.backfill(tx, person.id, new.id)
        return
    document = follow_builder.document(id_=made.uri, follower=person.uri, target=new.uri)
    queue.enqueue(tx, actor=person, document=document, inboxes=audience.of_person(new))
