"""What a group says of posts in it (FEP-1b12): that one was edited, or is gone.

The activity inside an Announce is nobody's word: it may be a moderator's, or made up. The post's own
origin is asked, and what it shows now is what counts.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.values import kind, link
from fediverse_node.activitystreams.vocabulary import ACTIVITY_TYPES
from fediverse_node.actors import queries as actors
from fediverse_node.federation.discovery.shaping import shape
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import Applied, Context, Found, Ignored, Missing, Outcome
from fediverse_node.federation.inbox.removing import remove_post
from fediverse_node.federation.inbox.revising import revise
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import Gone, NotAllowed, NotFound, NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN

#: Wrapped verbs that are news of a post.
NEWS: Final = frozenset({"Update", "Delete"})


def wrapped_verb(activity: Activity) -> str | None:
    """What kind of activity came embedded in an Announce; None when it was a post, or an id."""
    verb = kind(activity.object) if activity.object else None
    return verb if verb in ACTIVITY_TYPES else None


def wrapped_uri(activity: Activity) -> str:
    """The id of what the embedded activity is about.

    Raises:
        NotValid: it is about nothing.
    """
    uri = link(activity.object.get("object")) if activity.object else None
    if uri is None:
        raise NotValid("The activity that is passed on has no “object”.")
    return uri


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """The post as its origin shows it now, or that it is gone there."""
    uri = wrapped_uri(verified.activity)
    try:
        return Found(post=await fetch.post(uri))
    except (Gone, NotFound):
        return Found(gone=frozenset({uri}))


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
    """Do to the post what its origin has done, whatever the group says."""
    post = posts.by_uri(tx, wrapped_uri(verified.activity))
    group = verified.signer
    if post is None or post.local or group.type != "Group" or not follows.has_local_followers(tx, group.id):
        return Ignored("news of a post that is not here, or by nobody we know")
    author = actors.by_id(tx, post.actor_id)
    if author is None or not author.active or post.visibility not in OPEN:
        # What is not for everybody its origin hides from us (404): that is no sign that it is gone.
        return Ignored("news of a post that is not shown")
    if post.uri in found.gone:
        remove_post(tx, post, actor_uri=author.uri)
        return Applied()
    if found.post is None:
        return Missing()
    if found.post.author.uri != author.uri or found.post.uri != post.uri:
        raise NotAllowed("The origin names another author, or another post.", detail=post.uri[:200])
    doc = found.post.doc
    if doc.updated is None and shape(doc, author, id_=post.id, now=tx.now).post.revision == post.revision:
        # Without a time it would be newer each time it is said, and be told to whoever boosted it.
        return Ignored("news of an edit that changes nothing")
    return revise(tx, post, doc, author, context)
