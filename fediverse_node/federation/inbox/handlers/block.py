"""Block: somebody wants nothing to do with a person of ours. The person is not told."""

from __future__ import annotations

from fediverse_node.activitystreams.values import link
from fediverse_node.actors import queries as actors
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Ignored, Outcome
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import Block
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines.parting import part


async def resolve(verified: Verified, fetch: Fetch) -> Found:  # noqa: ARG001 the handlers' protocol
    """Nothing: the blocked lives here."""
    return NOTHING


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:  # noqa: ARG001 the handlers' protocol
    """End what was between the two, both ways; from now on neither sees or addresses the other."""
    activity, blocker = verified.activity, verified.signer
    if activity.id is None or activity.object_id is None:
        raise NotValid("A Block needs an “id” and an “object”.")
    target = actors.by_uri(tx, activity.object_id)
    if target is None or not target.local or target.type == "Application":
        return Ignored("a block of nobody here")
    if posts.tombstone(tx, activity.id) is not None:
        return Ignored("a block that was taken back before it came")
    part(tx, target.id, blocker.id)
    made = Block(id=tx.new_id(), actor_id=blocker.id, target_id=target.id, uri=activity.id, created_at=tx.now)
    moderation.block(tx, made)
    return Applied()


def take_back(tx: Tx, verified: Verified) -> bool:
    """Undo of a Block: by its id, or by whom it is about. False when there is none.

    Raises:
        NotAllowed: it is somebody else's (OBJ-23).
    """
    activity, signer_id = verified.activity, verified.signer.id
    known = moderation.block_by_uri(tx, activity.object_id) if activity.object_id is not None else None
    blocked = link(activity.object.get("object")) if known is None and activity.object is not None else None
    if blocked is not None:
        target = actors.by_uri(tx, blocked)
        known = moderation.find_block(tx, signer_id, target.id) if target is not None else None
    if known is not None and known.actor_id != signer_id:
        raise NotAllowed("What somebody else did is not to be taken back.", detail=activity.actor[:200])
    return known is not None and moderation.unblock(tx, known)
