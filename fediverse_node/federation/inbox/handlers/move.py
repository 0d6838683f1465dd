"""Move: an actor lives elsewhere, and whoever follows it here goes along (FEP-7628, OBJ-25).

Believed only when both ends say so at their own origins now: the old account signed the Move and names
no other new home, and the new one names the old among `alsoKnownAs`. Otherwise anybody could hand
their followers, or collect others', by one activity.
"""

from __future__ import annotations

import logging

from fediverse_node.actors import moves
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.candidate import Candidate, store
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import Applied, Context, Found, Ignored, Missing, Outcome
from fediverse_node.federation.profiles.relocate import relocate
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.moderation import queries as moderation
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """Both accounts as their origins show them now; one of ours needs no asking."""
    activity = verified.activity
    assert activity.target is not None
    old = await fetch.actor(activity.actor)
    if same_origin(activity.target, fetch.discovery.addresses.origin):
        return Found(actor=old)
    return Found(actor=old, target=await fetch.actor(activity.target))


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
    """Let the followers here go along, once in thirty days at the most."""
    activity, old = verified.activity, verified.signer
    if activity.target is None or activity.object_id is None:
        raise NotValid("A Move needs an “object” and a “target”.")
    if activity.object_id != activity.actor or activity.target == activity.actor:
        raise NotAllowed("Actors move themselves, and to another account.", detail=activity.object_id[:200])
    # Whoever is blocked does not get away from that by moving.
    if not follows.has_local_followers(tx, old.id) and not moderation.blockers(tx, old.id, limit=1):
        return Ignored("a move of somebody nobody here follows or blocks")
    if moves.moved_lately(tx, old.id):
        return Ignored("a second move within thirty days")
    if found.actor is None:
        return Missing()
    new = _target(tx, activity.target, found)
    if new is None or not new.active or new.moved_to is not None:
        # An account that moved itself is none to move to; so a circle of them stops at the first step.
        return Ignored("a move to an account that is not in use, or not shown here")
    _check_both(found.actor, new)
    store(tx, found.actor)
    actors.change(tx, old.id, {"moved_to": new.uri})
    moves.note(tx, old.id, new.uri)
    count = relocate(tx, context.addresses, old, new)
    log.info("move.followed", extra={"old": old.uri, "new": new.uri, "followers": count})
    return Applied()


def _check_both(old: Candidate, new: Actor) -> None:
    """Do both say so?

    Raises:
        NotAllowed: one of them does not.
    """
    if old.doc.moved_to not in {None, new.uri}:
        raise NotAllowed("The account that moves names another new home.", detail=new.uri[:200])
    if old.uri not in new.also_known_as:
        raise NotAllowed("The new account does not say that the old one is its own.", detail=new.uri[:200])


def _target(tx: Tx, uri: str, found: Found) -> Actor | None:
    """The new account: one of ours as it is, another as its origin shows it."""
    if found.target is None:
        known = actors.by_uri(tx, uri)
        return known if known is not None and known.local else None
    if found.target.uri != uri:
        return None
    known = actors.by_uri(tx, uri)
    if known is not None and not known.active:
        return known
    return store(tx, found.target)
