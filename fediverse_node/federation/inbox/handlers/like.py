"""Like: somebody favourited a post."""

from __future__ import annotations

from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Ignored, Outcome
from fediverse_node.federation.inbox.storing import local_author
from fediverse_node.kernel.errors import NotValid
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts import reactions
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN, may_see, viewer_for


async def resolve(verified: Verified, fetch: Fetch) -> Found:  # noqa: ARG001 the handlers' protocol
    """Nothing: what is not here is not fetched for the sake of a like."""
    return NOTHING


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:  # noqa: ARG001 the handlers' protocol
    """Count it, once per actor and post, and tell the author."""
    activity = verified.activity
    if activity.id is None or activity.object_id is None:
        raise NotValid("A Like needs an “id” and an “object”.")
    post = posts.by_uri(tx, activity.object_id)
    if post is None or post.boost_of_id is not None:
        return Ignored("a like of a post that is not here")
    if post.visibility not in OPEN and not may_see(tx, post, viewer_for(verified.signer)):
        return Ignored("a like of a post that is not here")
    if posts.tombstone(tx, activity.id) is not None:
        return Ignored("a like that was taken back before it came")
    if not reactions.favourite(tx, post.id, verified.signer.id, activity.id):
        # Liked anew, and the Undo in between is late: it must not end this one.
        reactions.rename(tx, post.id, verified.signer.id, activity.id)
        return Applied()
    author = local_author(tx, post)
    if author is not None:
        notifications.add(tx, author.id, "favourite", from_actor_id=verified.signer.id, post_id=post.id)
    return Applied()
