"""A post from elsewhere takes its place: in the rows, in home timelines, in notifications."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.conversations import naming
from fediverse_node.federation.discovery import gaps, polls
from fediverse_node.federation.discovery.shaping import ShapedPost, shape
from fediverse_node.federation.discovery.stripping import stripped
from fediverse_node.federation.inbox import consents
from fediverse_node.federation.inbox.interest import local_recipients, turned_away
from fediverse_node.federation.inbox.model import Context, Found
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Mention, Post
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import by_tag, home
from fediverse_node.visibility.rule import OPEN


def store_new(
    tx: Tx, doc: ObjectDoc, author: Actor, context: Context, *, found: Found | None = None
) -> Post | None:
    """Store what *author* just published, put it into homes, and tell those it concerns.

    *found* may hold what it quotes.

    Returns:
        The post; None when its id is here already or was deleted before it came.
    """
    people = local_recipients(tx, doc, context, author=author)
    shaped = shape(doc, author, id_=tx.new_id(), now=tx.now)
    kept = stripped(tx, shaped.post, author)
    post = posts.add(tx, kept, mentioned=with_recipients(shaped, people), tagged=shaped.tagged)
    if post is not None:
        polls.keep(tx, post, doc)
        if doc.policy is not None or doc.quote is not None:
            consents.keep(tx, post, doc, author, found)
        _introduce(tx, post, people, context, author=author)
        by_tag.deliver(tx, post, shaped.tagged)
        gaps.arrived(tx, post, author, own_origin=context.addresses.origin)
    return post


def introduce(tx: Tx, post: Post, context: Context) -> None:
    """Put a post that is here into the homes a new one goes to, and tell those it names.

    By the post as it is stored: a second Create must not reach people whom the first did not name.
    Changes nothing when it is done again.
    """
    named = [mention.actor_uri for mention in posts.mentions_of(tx, [post.id]).get(post.id, [])]
    people = [actor for actor in actors.by_uris(tx, named).values() if actor.local and actor.active]
    _introduce(tx, post, people, context, author=actors.by_id(tx, post.actor_id))


def _introduce(tx: Tx, post: Post, people: list[Actor], context: Context, *, author: Actor | None) -> None:
    home.deliver(tx, post)
    _tell(tx, post, people, context, author=author)


def with_recipients(shaped: ShapedPost, people: list[Actor]) -> list[Mention]:
    """The mentions, and whoever of ours is addressed without being named: they may see it, too."""
    named = {mention.actor_uri for mention in shaped.mentioned}
    unnamed = [Mention(actor_uri=each.uri, name=each.handle) for each in people if each.uri not in named]
    return [*shaped.mentioned, *unnamed]


def _tell(tx: Tx, post: Post, people: list[Actor], context: Context, *, author: Actor | None) -> None:
    told = {person.id for person in people}
    parent = post.in_reply_to_uri
    if post.visibility in OPEN and parent is not None and parent.startswith(f"{context.addresses.origin}/"):
        answered = posts.by_uri(tx, parent)
        if answered is not None and answered.local:
            told.add(answered.actor_id)
    for actor_id in told:
        if turned_away(tx, actor_id, author):
            continue
        naming.tell_named(tx, post, actor_id)


def local_author(tx: Tx, post: Post) -> Actor | None:
    """Who of ours wrote *post*."""
    author = actors.by_id(tx, post.actor_id) if post.local else None
    return author if author is not None and author.active else None
