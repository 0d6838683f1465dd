"""Home timelines: an entry per person and post, written on arrival, so that a page costs a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from fediverse_node.actors.tables import actors
from fediverse_node.follows.tables import follows
from fediverse_node.lists import queries as lists
from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, LIVE, POST
from fediverse_node.posts.tables import mentions, posts
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines.tables import home_entries

#: How many posts of somebody newly followed enter the home timeline at once.
BACKFILL = 40

_PAGE = paging.Prepared(
    sa.select(*COLUMNS)
    .join_from(home_entries, posts, posts.c.id == home_entries.c.post_id)
    .where(home_entries.c.actor_id == sa.bindparam("actor_id"), LIVE),
    home_entries.c.post_id,
)
# Asked for every post that comes in, so they are built once.
_POST_ID = sa.bindparam("from_post_id", type_=sa.BigInteger)
_READERS = (
    sa.select(follows.c.follower_id, sa.cast(_POST_ID, sa.BigInteger))
    .join_from(follows, actors, actors.c.id == follows.c.follower_id)
    .where(follows.c.target_id == sa.bindparam("author_id"), follows.c.state == "accepted", actors.c.local)
)
_NAMED_READERS = _READERS.where(
    actors.c.uri.in_(sa.select(mentions.c.actor_uri).where(mentions.c.post_id == _POST_ID))
)

_STANDS_WITH = sa.select(home_entries.c.actor_id).where(home_entries.c.post_id == sa.bindparam("asked_id"))


def deliver(tx: Tx, post: Post) -> None:
    """Put a post into the homes it belongs in: its local author's, and those of local followers.

    A direct post reaches only the homes of those it mentions who follow its author.
    """
    if post.local:
        tx.insert_missing(home_entries, [{"actor_id": post.actor_id, "post_id": post.id}])
    readers = _NAMED_READERS if post.visibility == "direct" else _READERS
    given = {"from_post_id": post.id, "author_id": post.actor_id}
    tx.insert_from(home_entries, ["actor_id", "post_id"], readers, given)
    tx.tell("update", post.id)


def page(tx: Tx, actor_id: int, which: Page) -> list[Post]:
    """A page of an actor's home timeline, newest first."""
    return _PAGE.values(tx, which, {"actor_id": actor_id}, POST)


def among(tx: Tx, actor_id: int, ids: Iterable[int]) -> set[int]:
    """Those of the posts *ids* that are in an actor's home timeline."""
    wanted = list(set(ids))
    if not wanted:
        return set()
    where = sa.and_(home_entries.c.actor_id == actor_id, home_entries.c.post_id.in_(wanted))
    return {row[0] for row in tx.all(sa.select(home_entries.c.post_id).where(where))}


def readers_of(tx: Tx, post_id: int) -> set[int]:
    """In whose home timelines a post stands, or stood before it was deleted."""
    return {row[0] for row in tx.all(_STANDS_WITH, {"asked_id": post_id})}


def backfill(tx: Tx, actor_id: int, target_id: int) -> None:
    """After a follow was accepted: what the followed said lately, as far as it is here."""
    recent = (
        sa.select(sa.literal(actor_id), posts.c.id)
        .where(posts.c.actor_id == target_id, posts.c.visibility != "direct", LIVE)
        .order_by(posts.c.id.desc())
        .limit(BACKFILL)
    )
    _insert_missing(tx, recent)


def withdraw(tx: Tx, actor_id: int, target_id: int) -> None:
    """After an unfollow: take the posts of the unfollowed out again, and them off lists."""
    lists.take_off_all(tx, actor_id, target_id)
    theirs = sa.select(posts.c.id).where(posts.c.actor_id == target_id)
    where = sa.and_(home_entries.c.actor_id == actor_id, home_entries.c.post_id.in_(theirs))
    tx.execute(home_entries.delete().where(where))


def _insert_missing(tx: Tx, rows: sa.Select[Any]) -> None:
    tx.insert_from(home_entries, ["actor_id", "post_id"], rows)
