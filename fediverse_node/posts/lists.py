"""Pages of posts, and threads. Visibility is not decided here: whoever shows a page asks `visibility`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, LIVE, POST, post_from
from fediverse_node.posts.tables import hashtags, mentions, posts
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page, Prepared
from fediverse_node.storage.tx import Tx

#: Longest way up a thread, and most posts below one.
MAX_ANCESTORS = 40
MAX_DESCENDANTS = 200
#: Longest way down a conversation that is listed.
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which posts of an actor.

    Attributes:
        visibilities: of these.
        naming: the uri of an actor; posts that mention it are chosen whatever their visibility.
        media_only: only posts with attachments.
        tagged: only posts with this hashtag, given folded.
    """

    visibilities: tuple[str, ...]
    naming: str | None = None
    boosts: bool = True
    replies: bool = True
    media_only: bool = False
    tagged: str | None = None


def by_actor(
    tx: Tx,
    actor_id: int,
    page: Page,
    *,
    visibilities: tuple[str, ...],
    boosts: bool = True,
    replies: bool = True,
) -> list[Post]:
    """An actor's posts of the given visibilities, newest first."""
    return selected(tx, actor_id, page, Selection(visibilities=visibilities, boosts=boosts, replies=replies))


def selected(tx: Tx, actor_id: int, page: Page, selection: Selection) -> list[Post]:
    """An actor's posts as *selection* says, newest first."""
    statement = _selecting(
        naming=selection.naming is not None,
        boosts=selection.boosts,
        replies=selection.replies,
        media_only=selection.media_only,
        is_tagged=selection.tagged is not None,
    )
    parameters: dict[str, Any] = {"actor_id": actor_id, "visibilities": list(selection.visibilities)}
    if selection.naming is not None:
        parameters["naming"] = selection.naming
    if selection.tagged is not None:
        parameters["tag"] = selection.tagged
    return statement.values(tx, page, parameters, POST)


@cache
def _selecting(*, naming: bool, boosts: bool, replies: bool, media_only: bool, is_tagged: bool) -> Prepared:
    wanted: sa.ColumnElement[bool] = posts.c.visibility.in_(sa.bindparam("visibilities", expanding=True))
    if naming:
        named = sa.select(mentions.c.post_id).where(mentions.c.actor_uri == sa.bindparam("naming"))
        wanted = sa.or_(wanted, posts.c.id.in_(named))
    where = [posts.c.actor_id == sa.bindparam("actor_id"), wanted, LIVE]
    if media_only:
        where.append(posts.c.attachments.is_not(None))
    if is_tagged:
        having = sa.select(hashtags.c.post_id).where(hashtags.c.tag == sa.bindparam("tag"))
        where.append(posts.c.id.in_(having))
    if not boosts:
        where.append(posts.c.boost_of_id.is_(None))
    if not replies:
        where.append(posts.c.in_reply_to_uri.is_(None))
    return Prepared(sa.select(*COLUMNS).where(*where), posts.c.id)


def public(tx: Tx, page: Page, *, local: bool | None = None, media_only: bool = False) -> list[Post]:
    """Public posts (no boosts, no replies): all we know, or only from here, or only from elsewhere."""
    return _public(local=local, media_only=media_only).values(tx, page, {}, POST)


@cache
def _public(*, local: bool | None, media_only: bool) -> Prepared:
    where = [
        posts.c.visibility == "public",
        posts.c.boost_of_id.is_(None),
        posts.c.in_reply_to_uri.is_(None),
        LIVE,
    ]
    if media_only:
        where.append(posts.c.attachments.is_not(None))
    if local is not None:
        where.append(posts.c.local if local else sa.not_(posts.c.local))
    return Prepared(sa.select(*COLUMNS).where(*where), posts.c.id)


def tagged(tx: Tx, tag: str, page: Page) -> list[Post]:
    """Public posts with a hashtag, given folded (`kernel.text.hashtag_key`), newest first."""
    return _TAGGED.values(tx, page, {"tag": tag}, POST)


def replies_to(tx: Tx, post_id: int, page: Page) -> list[Post]:
    """Direct replies, newest first."""
    return _page(tx, page, posts.c.in_reply_to_id == post_id, LIVE)


def ancestors(tx: Tx, post_id: int) -> list[Post]:
    """What a post replies to, the oldest first, as far up as we have it (at most 40)."""
    return tx.values(_ANCESTORS, {"post_id": post_id}, POST)


def descendants(tx: Tx, post_id: int) -> list[Post]:
    """Replies and replies to them, oldest first (at most 200)."""
    return tx.values(_DESCENDANTS, {"post_id": post_id}, POST)


def thread(tx: Tx, root_id: int, page: Page) -> list[Post]:
    """What is known of a conversation, from the post it began with, newest first."""
    return _THREAD.values(tx, page, {"root_id": root_id}, POST)


def count_thread(tx: Tx, root_id: int) -> int:
    """How many open posts `thread` has on all its pages."""
    return int(tx.scalar(_COUNT_THREAD, {"root_id": root_id}))


def count_open_replies(tx: Tx, post_id: int) -> int:
    """How many direct replies everybody may see: how many there are besides is nobody's business."""
    return int(tx.scalar(_COUNT_REPLIES, {"answered_id": post_id}))


def _ancestors() -> sa.Select[Any]:
    start = sa.select(posts.c.in_reply_to_id.label("id"), sa.literal(1).label("depth"))
    up = start.where(posts.c.id == sa.bindparam("post_id")).cte("up", recursive=True)
    step = sa.select(posts.c.in_reply_to_id, up.c.depth + 1).join(up, posts.c.id == up.c.id)
    up = up.union_all(step.where(up.c.depth < MAX_ANCESTORS, posts.c.in_reply_to_id.is_not(None)))
    return sa.select(*COLUMNS).join(up, posts.c.id == up.c.id).where(LIVE).order_by(up.c.depth.desc())


def _descendants() -> sa.Select[Any]:
    start = sa.select(posts.c.id).where(posts.c.in_reply_to_id == sa.bindparam("post_id"))
    down = start.cte("down", recursive=True)
    down = down.union(sa.select(posts.c.id).join(down, posts.c.in_reply_to_id == down.c.id))
    # Joined with it and ordered, SQLite would walk through all posts to spare itself the sorting.
    found = sa.select(*COLUMNS).where(posts.c.id.in_(sa.select(down.c.id)), LIVE)
    return found.order_by(posts.c.id).limit(MAX_DESCENDANTS)


#: Along the index of the hashtag, and no further than the page.
_TAGGED = Prepared(
    sa.select(*COLUMNS)
    .join_from(hashtags, posts, posts.c.id == hashtags.c.post_id)
    .where(hashtags.c.tag == sa.bindparam("tag"), posts.c.visibility == "public", LIVE),
    hashtags.c.post_id,
)
_ANCESTORS, _DESCENDANTS = _ancestors(), _descendants()


def _below() -> sa.Select[Any]:
    """Ids of a post and of everything that answers it, at most `MAX_DEPTH` steps down."""
    start = sa.select(posts.c.id, sa.literal(0).label("depth")).where(posts.c.id == sa.bindparam("root_id"))
    down = start.cte("down", recursive=True)
    step = sa.select(posts.c.id, down.c.depth + 1).join(down, posts.c.in_reply_to_id == down.c.id)
    down = down.union_all(step.where(down.c.depth < MAX_DEPTH))
    return sa.select(down.c.id)


_BELOW = _below()
_COUNT_OPEN = (
    sa.select(sa.func.count())
    .select_from(posts)
    .where(posts.c.visibility.in_(["public", "unlisted"]), sa.not_(posts.c.local_only), LIVE)
)
_COUNT_THREAD = _COUNT_OPEN.where(posts.c.id.in_(_BELOW))
_COUNT_REPLIES = _COUNT_OPEN.where(posts.c.in_reply_to_id == sa.bindparam("answered_id"))
_THREAD = Prepared(sa.select(*COLUMNS).where(posts.c.id.in_(_BELOW), LIVE), posts.c.id)


def _page(tx: Tx, page: Page, *where: sa.ColumnElement[bool]) -> list[Post]:
    statement: sa.Select[Any] = sa.select(*COLUMNS).where(*where)
    return [post_from(row) for row in paging.rows(tx, statement, posts.c.id, page)]
