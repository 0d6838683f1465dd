"""From ids to what the index holds: reads what belongs to a batch of posts, each kind at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from fediverse_node.actors.tables import actors as actor_rows
from fediverse_node.polls import queries as polls
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import LIVE
from fediverse_node.posts.tables import bookmarks, favourites, hashtags, mentions
from fediverse_node.posts.tables import posts as post_rows
from fediverse_node.search.document import document
from fediverse_node.search.model import Document
from fediverse_node.storage.tx import Tx

PUBLIC: Final = "public"
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
#: Who of the people here has what to do with which post, beside having written it.
_CONCERNED = sa.select(
    sa.union_all(
        sa.select(mentions.c.post_id, actor_rows.c.id)
        .join_from(mentions, actor_rows, actor_rows.c.uri == mentions.c.actor_uri)
        .where(mentions.c.post_id.in_(_IDS), actor_rows.c.local),
        sa.select(favourites.c.post_id, actor_rows.c.id)
        .join_from(favourites, actor_rows, actor_rows.c.id == favourites.c.actor_id)
        .where(favourites.c.post_id.in_(_IDS), actor_rows.c.local),
        sa.select(bookmarks.c.post_id, bookmarks.c.actor_id).where(bookmarks.c.post_id.in_(_IDS)),
        sa.select(post_rows.c.boost_of_id, post_rows.c.actor_id).where(
            post_rows.c.boost_of_id.in_(_IDS), post_rows.c.local, LIVE
        ),
    ).subquery()
)

_OUTLINES = (
    sa.select(
        post_rows.c.id,
        post_rows.c.actor_id,
        post_rows.c.local,
        post_rows.c.visibility,
        actor_rows.c.indexable,
    )
    .join_from(post_rows, actor_rows, actor_rows.c.id == post_rows.c.actor_id)
    .where(post_rows.c.id.in_(_IDS), post_rows.c.boost_of_id.is_(None), LIVE)
)
#: The newest last.
_TAGGED = (
    sa.select(hashtags.c.post_id, hashtags.c.tag)
    .join_from(hashtags, post_rows, post_rows.c.id == hashtags.c.post_id)
    .where(hashtags.c.post_id.in_(_IDS), post_rows.c.visibility == PUBLIC)
    .order_by(hashtags.c.post_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What becomes of a batch of posts.

    Attributes:
        documents: what is written down.
        minds: whose public posts were among those that were looked at, and whether they let them be found.
        tagged: hashtags of public posts, and the newest of these with each.
    """

    documents: list[Document]
    minds: dict[int, bool]
    tagged: dict[str, int]


def describe(tx: Tx, ids: Collection[int]) -> Described:
    """Those of the posts *ids* that somebody here may find, as they are written down.

    The others (boosts, what was deleted, what concerns nobody here and whose author does not want to be
    found) are left out, and have no place in the index. Most of what comes in is like that, so of these
    nothing more is read.
    """
    outlines = tx.raw(_OUTLINES, {"ids": list(ids)}) if ids else []
    if not outlines:
        return Described(documents=[], minds={}, tagged={})
    given = {"ids": [row[0] for row in outlines]}
    libraries: defaultdict[int, set[int]] = defaultdict(set)
    for post_id, actor_id in tx.raw(_CONCERNED, given):
        libraries[post_id].add(actor_id)
    open_posts, minds = set(), {}
    for post_id, actor_id, local, visibility, indexable in outlines:
        if local:
            libraries[post_id].add(actor_id)
        if visibility == PUBLIC:
            minds[actor_id] = bool(indexable)
            open_posts |= {post_id} if indexable else set()
    found = posts.by_ids(tx, open_posts | libraries.keys()) if open_posts or libraries else {}
    questions = [post.id for post in found.values() if post.type == "Question"]
    asked = {id_: poll.names for id_, poll in polls.of_posts(tx, questions).items()} if questions else {}
    documents = [
        document(
            post,
            is_open=post.id in open_posts,
            libraries=libraries.get(post.id, ()),
            answers=asked.get(post.id),
        )
        for post in found.values()
    ]
    tagged = {tag: post_id for post_id, tag in tx.raw(_TAGGED, given)}
    return Described(documents=documents, minds=minds, tagged=tagged)


def is_public(post: Post) -> bool:
    """Whether everybody may find *post*, as far as it is up to the post: nobody finds what is unlisted."""
    return post.visibility == PUBLIC
