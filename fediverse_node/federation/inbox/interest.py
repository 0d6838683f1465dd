"""Whether a post is anything to us. What nobody here has asked for is not stored."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.inbox.model import Context
from fediverse_node.follows import queries as follows
from fediverse_node.moderation import queries as moderation
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.policy import may_answer

#: Addressees that are looked up (limits table L).
_MAX_NAMED = 50


def is_wanted(tx: Tx, doc: ObjectDoc, author: Actor | None, context: Context) -> bool:
    """Its author is followed from here, it names somebody here, or it answers or quotes a post of ours.

    What answers a post of ours whose author does not let it is not.
    """
    if not may_stand(tx, doc, author, context):
        return False
    if author is not None and follows.has_local_followers(tx, author.id):
        return True
    if local_recipients(tx, doc, context, author=author):
        return True
    return any(_concerns_us(tx, uri, author, context) for uri in (doc.in_reply_to, doc.quote))


def may_stand(tx: Tx, doc: ObjectDoc, author: Actor | None, context: Context) -> bool:
    """Whether it answers nobody of ours who does not want its author's answers."""
    parent = doc.in_reply_to
    if parent is None or not _is_ours(parent, context):
        return True
    return may_answer(tx, parent, author, author.uri if author is not None else "")


def _concerns_us(tx: Tx, uri: str | None, author: Actor | None, context: Context) -> bool:
    """Whether *uri*, which it answers or quotes, is a post of somebody here who takes it from *author*."""
    if uri is None or not _is_ours(uri, context):
        return False
    post = posts.by_uri(tx, uri)
    return post is not None and not turned_away(tx, post.actor_id, author)


def turned_away(tx: Tx, person_id: int, sender: Actor | None) -> bool:
    """Whether a person of ours takes nothing from *sender* (OBJ-34). Costs nothing for most people."""
    return sender is not None and moderation.turns_away(tx, person_id, sender.id, sender.domain)


def local_recipients(tx: Tx, doc: ObjectDoc, context: Context, *, author: Actor | None = None) -> list[Actor]:
    """The people of ours whom it mentions or is addressed to, without those who block *author*."""
    named = [*(each.href for each in doc.mentions), *doc.to, *doc.cc]
    ours = [uri for uri in dict.fromkeys(named) if _is_ours(uri, context)][:_MAX_NAMED]
    if not ours:
        return []
    people = [actor for actor in actors.by_uris(tx, ours).values() if actor.local and actor.active]
    return [person for person in people if not turned_away(tx, person.id, author)]


def _is_ours(uri: str, context: Context) -> bool:
    return uri.startswith(f"{context.addresses.origin}/")
