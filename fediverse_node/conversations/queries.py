"""All SQL of the conversations room."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Final

import sqlalchemy as sa

from fediverse_node.actors import queries as actors
from fediverse_node.conversations.model import Conversation
from fediverse_node.conversations.tables import conversation_posts, conversations
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, LIVE, POST
from fediverse_node.posts.tables import posts as all_posts
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Row, Tx

_BY: Final[sa.BindParameter[int]] = sa.bindparam("by", type_=sa.BigInteger)
_POST_ID: Final[sa.BindParameter[int]] = sa.bindparam("of_post", type_=sa.BigInteger)
_COLUMNS = (
    conversations.c.id,
    conversations.c.actor_id,
    conversations.c.people,
    conversations.c.last_post_id,
    conversations.c.unread,
)
_PAGE = paging.Prepared(
    sa.select(*_COLUMNS).where(conversations.c.actor_id == _BY), conversations.c.last_post_id
)
_POSTS = paging.Prepared(
    sa.select(*COLUMNS)
    .join_from(conversations, conversation_posts, conversation_posts.c.conversation_id == conversations.c.id)
    .join(all_posts, all_posts.c.id == conversation_posts.c.post_id)
    .where(conversations.c.actor_id == _BY, LIVE),
    conversation_posts.c.post_id,
)
_THREAD = (
    sa.select(conversations.c.thread)
    .join(conversation_posts, conversation_posts.c.conversation_id == conversations.c.id)
    .where(conversations.c.actor_id == _BY, conversation_posts.c.post_id == _POST_ID)
)
_OF_POST = sa.select(conversation_posts.c.conversation_id).where(conversation_posts.c.post_id == _POST_ID)


def take_in(tx: Tx, post: Post, owner_id: int) -> None:
    """Let a direct post be part of a conversation of a local actor's. Safe to do twice.

    It belongs to the conversation of what it answers if the same people take part, as in Mastodon: an
    answer to more people, or to fewer, begins another one, so that nobody can write themselves into one.
    """
    people = _people(tx, post, owner_id)
    thread = _thread(tx, post, owner_id)
    digest = hashlib.sha256("\n".join([thread, *people]).encode()).hexdigest()
    where = sa.and_(conversations.c.actor_id == owner_id, conversations.c.digest == digest)
    unread = post.actor_id != owner_id
    new = {
        "id": tx.new_id(),
        "actor_id": owner_id,
        "digest": digest,
        "thread": thread,
        "people": people,
        "last_post_id": post.id,
        "unread": unread,
    }
    tx.insert_new(conversations, new)
    conversation_id = tx.scalar(sa.select(conversations.c.id).where(where))
    if not tx.insert_new(conversation_posts, {"conversation_id": conversation_id, "post_id": post.id}):
        return
    newer = sa.and_(where, conversations.c.last_post_id < post.id)
    tx.execute(conversations.update().where(newer).values(last_post_id=post.id, unread=unread))
    tx.tell("conversation", owner_id, conversation_id)


def let_go(tx: Tx, post_id: int) -> None:
    """Take a deleted post out: what was said before it is the last again, and without any all is gone."""
    touched = [row[0] for row in tx.all(_OF_POST, {"of_post": post_id})]
    if not touched:
        return
    tx.execute(conversation_posts.delete().where(conversation_posts.c.post_id == post_id))
    last = sa.func.max(conversation_posts.c.post_id)
    left = sa.select(conversation_posts.c.conversation_id, last).where(
        conversation_posts.c.conversation_id.in_(touched)
    )
    found = {row[0]: row[1] for row in tx.all(left.group_by(conversation_posts.c.conversation_id))}
    for conversation_id in touched:
        mine = conversations.c.id == conversation_id
        if conversation_id not in found:
            tx.execute(conversations.delete().where(mine))
        else:
            tx.execute(conversations.update().where(mine).values(last_post_id=found[conversation_id]))


def page(tx: Tx, owner_id: int, which: Page) -> list[Conversation]:
    """Somebody's conversations, that with the newest post first; the page's ids are those of last posts."""
    return [_conversation(row) for row in _PAGE.rows(tx, which, {"by": owner_id})]


def posts_page(tx: Tx, owner_id: int, which: Page) -> list[Post]:
    """The direct posts of all conversations of somebody's, newest first."""
    return _POSTS.values(tx, which, {"by": owner_id}, POST)


def by_id(tx: Tx, owner_id: int, conversation_id: int) -> Conversation | None:
    """One conversation, if it is this actor's."""
    row = tx.first(sa.select(*_COLUMNS).where(_own(owner_id, conversation_id)))
    return None if row is None else _conversation(row)


def of_post(tx: Tx, owner_id: int, post_id: int) -> Conversation | None:
    """The conversation of somebody's that a post is part of."""
    where = sa.and_(conversations.c.actor_id == owner_id, conversation_posts.c.post_id == post_id)
    joined = sa.select(*_COLUMNS).join(
        conversation_posts, conversation_posts.c.conversation_id == conversations.c.id
    )
    row = tx.first(joined.where(where))
    return None if row is None else _conversation(row)


def mark(tx: Tx, owner_id: int, conversation_id: int, *, unread: bool) -> bool:
    """Note whether a conversation was read. False where it is not there."""
    change = conversations.update().where(_own(owner_id, conversation_id)).values(unread=unread)
    return tx.execute(change).rowcount == 1


def remove(tx: Tx, owner_id: int, conversation_id: int) -> bool:
    """Take a conversation off somebody's list; its posts stay. False where it is not there."""
    if by_id(tx, owner_id, conversation_id) is None:
        return False
    _remove(tx, [conversation_id])
    return True


def forget(tx: Tx, actor_id: int) -> None:
    """Forget the conversations of somebody who is gone."""
    mine = sa.select(conversations.c.id).where(conversations.c.actor_id == actor_id)
    _remove(tx, [row[0] for row in tx.all(mine)])


def _remove(tx: Tx, ids: Collection[int]) -> None:
    tx.execute(conversation_posts.delete().where(conversation_posts.c.conversation_id.in_(ids)))
    tx.execute(conversations.delete().where(conversations.c.id.in_(ids)))


def _own(owner_id: int, conversation_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(conversations.c.id == conversation_id, conversations.c.actor_id == owner_id)


def _people(tx: Tx, post: Post, owner_id: int) -> Sequence[str]:
    """Uris of everybody who takes part beside the owner."""
    named = {mention.actor_uri for mention in posts.mentions_of(tx, [post.id]).get(post.id, [])}
    known = actors.by_ids(tx, {post.actor_id, owner_id})
    author, owner = known[post.actor_id], known[owner_id]
    return sorted({*named, author.uri} - {owner.uri})


def _thread(tx: Tx, post: Post, owner_id: int) -> str:
    if post.in_reply_to_id is not None:
        found: str | None = tx.scalar(_THREAD, {"by": owner_id, "of_post": post.in_reply_to_id})
        if found is not None:
            return found
    return post.context_uri or post.uri


def _conversation(row: Row) -> Conversation:
    return Conversation(id=row[0], actor_id=row[1], people=tuple(row[2]), last_post_id=row[3], unread=row[4])
