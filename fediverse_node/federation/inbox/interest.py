"""Whether a post is anything to us. What nobody here has asked for is not stored."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.inbox.model import Context
from fediverse_node.follows import queries as follows
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx

#: Addressees that are looked up (limits table L).
_MAX_NAMED = 50


def is_wanted(tx: Tx, doc: ObjectDoc, author: Actor | None, context: Context) -> bool:
    """Its author is followed from here, it names somebody here, or it answers a post of ours."""
    if author is not None and follows.has_local_followers(tx, author.id):
        return True
    if local_recipients(tx, doc, context):
        return True
    parent = doc.in_reply_to
    return parent is not None and _is_ours(parent, context) and posts.by_uri(tx, parent) is not None


def local_recipients(tx: Tx, doc: ObjectDoc, context: Context) -> list[Actor]:
    """The people of ours whom it mentions or is addressed to."""
    named = [*(each.href for each in doc.mentions), *doc.to, *doc.cc]
    ours = [uri for uri in dict.fromkeys(named) if _is_ours(uri, context)][:_MAX_NAMED]
    if not ours:
        return []
    return [actor for actor in actors.by_uris(tx, ours).values() if actor.local and actor.active]


def _is_ours(uri: str, context: Context) -> bool:
    return uri.startswith(f"{context.addresses.origin}/")
