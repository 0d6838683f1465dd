"""Like and EmojiReact: somebody favourited a post, or put an emoji under it."""

from __future__ import annotations

from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Ignored, Outcome
from fediverse_node.federation.inbox.reacting import reaction_in
from fediverse_node.federation.inbox.storing import local_author
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts import emoji_reactions, reactions
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN, may_see, viewer_for
from fediverse_node.visibility.telling import tell


async def resolve(verified: Verified, fetch: Fetch) -> Found:  # noqa: ARG001 the handlers' protocol
    """Nothing: what is not here is not fetched for the sake of a like."""
    return NOTHING


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:  # noqa: ARG001 the handlers' protocol
    """Count it, once per actor and post (of emoji a few), and tell the author."""
    activity = verified.activity
    if activity.id is None or activity.object_id is None:
        raise NotValid("A Like needs an “id” and an “object”.")
    post = posts.by_uri(tx, activity.object_id)
    if post is None or post.boost_of_id is not None:
        return Ignored("a like of a post that is not here")
    closed = post.local_only or post.visibility not in OPEN
    if closed and not may_see(tx, post, viewer_for(verified.signer)):
        return Ignored("a like of a post that is not here")
    if posts.tombstone(tx, activity.id) is not None:
        return Ignored("a like that was taken back before it came")
    reaction = reaction_in(tx, activity, verified.signer, post, context.addresses)
    if reaction is not None:
        added = emoji_reactions.add(tx, reaction)
        return _tell(tx, post, verified.signer.id) if added else Ignored("an emoji that is here, or too many")
    if not reactions.favourite(tx, post.id, verified.signer.id, activity.id):
        # Liked anew, and the Undo in between is late: it must not end this one.
        reactions.rename(tx, post.id, verified.signer.id, activity.id)
        return Applied()
    return _tell(tx, post, verified.signer.id)


def _tell(tx: Tx, post: Post, from_actor_id: int) -> Outcome:
    author = local_author(tx, post)
    if author is not None:
        tell(tx, author.id, "favourite", from_actor_id=from_actor_id, post_id=post.id)
    return Applied()
