"""Announce: somebody passed a post on."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.read import visibility_of
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import keeping
from fediverse_node.federation.inbox import news, relayed
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.interest import turned_away
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Ignored, Missing, Outcome
from fediverse_node.federation.inbox.news import NEWS, wrapped_uri, wrapped_verb
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from fediverse_node.visibility.policy import judge
from fediverse_node.visibility.rule import OPEN
from fediverse_node.visibility.telling import tell


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """The post, from its own origin; an embedded copy counts for nothing."""
    if wrapped_verb(verified.activity) in NEWS:
        return await news.resolve(verified, fetch)
    uri = boosted_uri(verified.activity)
    # What many boost at once is asked for once, and not by each of them.
    return NOTHING if await fetch.is_here(uri) else Found(post=await fetch.post(uri))


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
    """Store the boost of a post that everybody may see, put it into homes, tell the author.

    What a group wraps (FEP-1b12) is a hint to look at the origin: a Create of a post makes a boost, one
    of a comment brings the comment alone, so that a lively group does not fill the homes.
    """
    verb = wrapped_verb(verified.activity)
    if verb in NEWS:
        return news.apply(tx, verified, found, context)
    if verb not in {None, "Create"}:
        return Ignored("a group's word on what others did")
    return _passed_on(tx, verified, found, context)


def _passed_on(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
    uri = boosted_uri(verified.activity)
    followed = follows.has_local_followers(tx, verified.signer.id)
    post = posts.by_uri(tx, uri)
    if post is None and same_origin(uri, context.addresses.origin):
        return Ignored("a boost of a post that is not here")
    if not followed and (post is None or not post.local):
        return _relayed(tx, verified, found, here=post is not None)
    if post is None and found.post is None:
        return Missing()
    post = post or _brought(tx, found)
    if post is None or not _may_be_passed_on(tx, post, verified.signer):
        return Ignored("a boost of a post that not everybody may see, or that its author does not want")
    return Applied() if _is_comment(verified, post) else _boosted(tx, verified, post)


def _is_comment(verified: Verified, post: Post) -> bool:
    wrapped = wrapped_verb(verified.activity) is not None and verified.signer.type == "Group"
    return wrapped and post.in_reply_to_uri is not None


def _boosted(tx: Tx, verified: Verified, post: Post) -> Outcome:
    boost = posts.add(tx, _boost(tx, verified, post))
    if boost is None:
        return Ignored("a boost that is here, or was taken back before it came")
    home.deliver(tx, boost)
    if post.local:
        tell(tx, post.actor_id, "reblog", from_actor_id=verified.signer.id, post_id=post.id)
    return Applied()


def _relayed(tx: Tx, verified: Verified, found: Found, *, here: bool) -> Outcome:
    """A relay brings a post for the public timeline: no boost of it, nobody's home, nobody is told."""
    if here or not relayed.is_active(tx, verified.signer):
        return Ignored("a boost by nobody we know")
    if found.post is None:
        return Missing() if relayed.may_bring(tx, verified.signer) else Ignored("more than a relay may bring")
    brought = _brought(tx, found, in_its_time=True)
    return Ignored("a relayed post that not everybody may see") if brought is None else Applied()


def _brought(tx: Tx, found: Found, *, in_its_time: bool = False) -> Post | None:
    """The post that was fetched, stored, if everybody may see it."""
    assert found.post is not None
    doc = found.post.doc
    if visibility_of(doc.to, doc.cc, None) not in OPEN:
        return None
    return keeping.store(tx, found.post, in_its_time=in_its_time)


def _may_be_passed_on(tx: Tx, post: Post, booster: Actor) -> bool:
    """Everybody may see it, it is no boost itself, and its author is in good standing (CVE-2026-23961).

    And if it is ours, its author lets *booster*.
    """
    author = actors.by_id(tx, post.actor_id)
    if post.visibility not in OPEN or post.local_only or post.boost_of_id is not None:
        return False
    if author is None or not author.active:
        return False
    if not post.local:
        return True
    # `turn_away` looked at the id of the object, which for a wrapped activity is not that of the post.
    if turned_away(tx, author.id, booster):
        return False
    return judge(tx, post, author, "boost", booster) == "automatic"


def boosted_uri(activity: Activity) -> str:
    """The id of what is passed on: the object, or the object of a wrapped Create.

    Raises:
        NotValid: the Announce has no id or no object, or what it wraps has none.
    """
    if activity.id is None or activity.object_id is None or len(activity.object_ids) != 1:
        raise NotValid("An Announce needs an “id” and one “object”.")
    return activity.object_id if wrapped_verb(activity) is None else wrapped_uri(activity)


def _boost(tx: Tx, verified: Verified, post: Post) -> Post:
    activity, booster = verified.activity, verified.signer
    assert activity.id is not None
    return Post(
        id=tx.new_id(),
        uri=activity.id,
        actor_id=booster.id,
        local=False,
        visibility=visibility_of(activity.to, activity.cc, booster.followers),
        boost_of_id=post.id,
        published_at=min(activity.published or tx.now, tx.now),
        created_at=tx.now,
    )
