"""Mail passed on by somebody else than its author: a hint to look at the origin, and nothing more."""

from __future__ import annotations

from fediverse_node.activitystreams.read import read_object
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.actors import keep
from fediverse_node.federation.discovery.candidate import Candidate
from fediverse_node.federation.inbox.authenticate import Verified, confirmed
from fediverse_node.federation.inbox.authority import own_object
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.interest import is_wanted
from fediverse_node.federation.inbox.model import NOTHING, Context, Found, Ignored
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN


def concerns_us(tx: Tx, verified: Verified, context: Context) -> bool:
    """Whether the hint is worth a request: a post that is here, or one that would be stored.

    Not of a post that is not for everybody: to us its origin says 404 of it while it stands, and whoever
    passes a Delete on could take it from its readers.
    """
    activity = verified.activity
    assert activity.object_id is not None
    post = posts.by_uri(tx, activity.object_id)
    if post is not None:
        return activity.type != "Create" and post.visibility in OPEN
    if activity.type == "Delete":
        return False
    node = own_object(activity)
    if node is None:
        return False
    try:
        doc = read_object(node)
    except NotValid:
        return False
    return is_wanted(tx, doc, actors.by_uri(tx, activity.actor), context)


async def look_up(verified: Verified, fetch: Fetch) -> tuple[Verified, Found] | Ignored:
    """What the origin says: the activity in its author's own name, or that there is nothing to it.

    A Delete counts when the origin has nothing (404, 410 or a Tombstone), a Create or Update for
    what the origin shows now, whatever the copy said.

    Raises:
        NotNow: the origin cannot answer at the moment; NotAllowed, NotValid and the rest: drop it.
    """
    uri, actor_uri = verified.activity.object_id, verified.activity.actor
    assert uri is not None
    if verified.activity.type == "Delete":
        if not await fetch.is_gone(uri):
            return Ignored("passed on, and its origin says otherwise")
        author = await fetch.discovery.db.read(lambda tx: actors.by_uri(tx, actor_uri))
        return Ignored("of nobody we know") if author is None else (confirmed(verified, author), NOTHING)
    found = await fetch.post(uri)
    return confirmed(verified, await _author(fetch, found.author)), Found(post=found)


async def _author(fetch: Fetch, author: Actor | Candidate) -> Actor:
    return await keep(fetch.discovery, author) if isinstance(author, Candidate) else author
