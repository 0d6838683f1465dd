"""An edit takes the place of what a post said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.shaping import shape
from fediverse_node.federation.discovery.stripping import stripped
from fediverse_node.federation.inbox import recounting
from fediverse_node.federation.inbox.interest import local_recipients
from fediverse_node.federation.inbox.model import Applied, Context, Ignored, Outcome
from fediverse_node.federation.inbox.storing import with_recipients
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.telling import tell

#: What an edit is about. An Update that leaves all of it alone brings a yes to a quote, or other counts
#: (ours, Mastodon's): a post does not become an edited one by it.
_SAID: Final = (
    "title",
    "content_html",
    "summary",
    "sensitive",
    "language",
    "attachments",
    "emojis",
    "url",
    "ai_disclosure",
    "ai_said_by",
    "digital_source_type",
    "ai_tools",
    "human_reviewed",
    "content_usage",
    # The answers of a question are in it, too.
    "revision",
)


def revise(
    tx: Tx, post: Post, doc: ObjectDoc, author: Actor, context: Context, *, said_at: datetime | None = None
) -> Outcome:
    """Give *post* the text that *doc* of *author* has, unless it is older than what is here."""
    edited = min(doc.updated or said_at or tx.now, tx.now)
    if edited < post.published_at or (post.edited_at is not None and edited <= post.edited_at):
        return Ignored("an edit older than what is here")
    if doc.type != post.type or post.boost_of_id is not None:
        raise NotAllowed("An edit does not change what kind of thing a post is.", detail=post.uri[:200])
    shaped = shape(doc, author, id_=post.id, now=tx.now)
    written = stripped(tx, shaped.post, author)
    if post.edited_at is None and all(getattr(post, name) == getattr(written, name) for name in _SAID):
        # Fedify's apps send new counts with a new `updated`, too.
        recounting.follow_edit(tx, post, doc)
        return Applied()
    people = local_recipients(tx, doc, context, author=author)
    revised = replace(
        written,
        # Whom a post was for is decided once: an edit that could widen it would undo a promise.
        visibility=post.visibility,
        addressed=post.addressed,
        in_reply_to_uri=post.in_reply_to_uri,
        in_reply_to_id=post.in_reply_to_id,
        published_at=post.published_at,
        created_at=post.created_at,
        edited_at=edited,
    )
    posts.revise(
        tx,
        revised,
        mentioned=with_recipients(shaped, people),
        tagged=shaped.tagged,
        asked=recounting.answers(tx, post),
    )
    recounting.follow_edit(tx, post, doc)
    for booster_id in posts.local_boosters(tx, post.id):
        tell(tx, booster_id, "update", from_actor_id=post.actor_id, post_id=post.id)
    return Applied()
