"""Finding, adding and removing posts. Reactions and threads have files of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from fediverse_node.posts import history
from fediverse_node.posts.model import Hashtag, Mention, Post, Tombstone
from fediverse_node.posts.rows import COLUMNS, LIVE, NAMES, POST, post_from, values_of
from fediverse_node.posts.tables import (
    emoji_reactions,
    favourites,
    hashtags,
    idempotency_keys,
    mentions,
    post_revisions,
    posts,
    provenance,
    tombstones,
)
from fediverse_node.storage.tx import Tx

#: What goes with a post.
_BESIDE = (
    mentions,
    hashtags,
    favourites,
    emoji_reactions,
    post_revisions,
    idempotency_keys,
    provenance,
)
# Asked with nearly every request, so they are built once: building costs more than running.
_SELECT = sa.select(*COLUMNS).where(LIVE)
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_BY_ID = _SELECT.where(posts.c.id == sa.bindparam("id"))
_BY_URI = _SELECT.where(posts.c.uri == sa.bindparam("uri"))
_BY_URIS = _SELECT.where(posts.c.uri.in_(sa.bindparam("uris", expanding=True)))
_BY_IDS = _SELECT.where(posts.c.id.in_(_IDS))
_AUTHORS = sa.select(posts.c.id, posts.c.actor_id).where(posts.c.id.in_(_IDS), LIVE)
_MENTIONS = (
    sa.select(mentions.c.post_id, mentions.c.actor_uri, mentions.c.name)
    .where(mentions.c.post_id.in_(_IDS))
    .order_by(mentions.c.name)
)
_HASHTAGS = (
    sa.select(hashtags.c.post_id, hashtags.c.tag, hashtags.c.name)
    .where(hashtags.c.post_id.in_(_IDS))
    .order_by(hashtags.c.name)
)
_TOMBSTONE = sa.select(tombstones).where(tombstones.c.uri == sa.bindparam("uri"))
_ID_OF = sa.select(posts.c.id).where(posts.c.uri == sa.bindparam("uri"), LIVE)
_COUNT = {
    name: posts.update()
    .where(posts.c.id == sa.bindparam("counted_id"))
    .values({name: posts.c[name] + sa.bindparam("step")})
    for name in ("replies_count", "boosts_count")
}
_ADOPT = (
    posts.update()
    .where(posts.c.in_reply_to_uri == sa.bindparam("parent_uri"), posts.c.in_reply_to_id.is_(None))
    .values(in_reply_to_id=sa.bindparam("parent_id"))
)


def add(
    tx: Tx, post: Post, *, mentioned: Iterable[Mention] = (), tagged: Iterable[Hashtag] = ()
) -> Post | None:
    """Store a new post or boost with its mentions and hashtags, and count it at its parent.

    Returns:
        The post as stored (its parent found where we have it); None when there is nothing to do,
        because its uri or this very boost is here already, or was deleted before it arrived.
    """
    left = tombstone(tx, post.uri)
    if left is not None and (post.boost_of_id is not None or not left.taken_back):
        return None
    if post.in_reply_to_uri is not None and post.in_reply_to_id is None:
        post = replace(post, in_reply_to_id=_id_of(tx, post.in_reply_to_uri))
    if not tx.insert_new(posts, values_of(post)):
        return None
    _write_names(tx, post.id, mentioned, tagged)
    if post.boost_of_id is not None:
        _count(tx, post.boost_of_id, "boosts_count", 1)
        return post
    if post.in_reply_to_id is not None:
        _count(tx, post.in_reply_to_id, "replies_count", 1)
    _adopt_children(tx, post)
    return post


def revise(
    tx: Tx,
    post: Post,
    *,
    mentioned: Iterable[Mention],
    tagged: Iterable[Hashtag],
    asked: Sequence[str] = (),
) -> None:
    """Replace a post's text and labels by those of *post*, keeping what stood there as a revision.

    *asked* are the answers that could be chosen until now, where it is a question.
    """
    history.keep(tx, post.id, asked=asked)
    counted = {"replies_count", "favourites_count", "boosts_count", "reactions"}
    changes = {name: value for name, value in values_of(post).items() if name not in counted}
    tx.execute(posts.update().where(posts.c.id == post.id).values(**changes))
    tx.execute(mentions.delete().where(mentions.c.post_id == post.id))
    tx.execute(hashtags.delete().where(hashtags.c.post_id == post.id))
    _write_names(tx, post.id, mentioned, tagged)
    tx.tell("status.update", post.id)


def remove(tx: Tx, post: Post, *, actor_uri: str) -> bool:
    """Delete a post and its boosts; its text goes at once, a tombstone stays. False when it was gone."""
    where = sa.and_(posts.c.id == post.id, LIVE)
    if tx.execute(posts.update().where(where).values(**_blank(tx))).rowcount == 0:
        return False
    tx.tell("delete", post.id)
    bury(tx, post.uri, actor_uri, former_type="Announce" if post.boost_of_id else post.type, published=post)
    if post.boost_of_id is not None:
        # A boost may be made again, so its row must not hold the pair's place.
        tx.execute(posts.update().where(posts.c.id == post.id).values(boost_of_id=None))
        _count(tx, post.boost_of_id, "boosts_count", -1)
        return True
    if post.in_reply_to_id is not None:
        _count(tx, post.in_reply_to_id, "replies_count", -1)
    tx.execute(posts.update().where(posts.c.boost_of_id == post.id, LIVE).values(deleted_at=tx.now))
    for table in _BESIDE:
        tx.execute(table.delete().where(table.c.post_id == post.id))
    return True


def detach(tx: Tx, post: Post) -> None:
    """Take an answer out from under what it answers; it goes on saying what that was."""
    if post.in_reply_to_id is not None:
        tx.execute(posts.update().where(posts.c.id == post.id).values(in_reply_to_id=None))
        _count(tx, post.in_reply_to_id, "replies_count", -1)


def by_id(tx: Tx, post_id: int) -> Post | None:
    """The post with this id, unless it was deleted."""
    return tx.value(_BY_ID, {"id": post_id}, POST)


def by_uri(tx: Tx, uri: str) -> Post | None:
    """The post with this ActivityPub id, unless it was deleted."""
    return tx.value(_BY_URI, {"uri": uri}, POST)


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Post]:
    """Those of *ids* that exist, by id, in one statement."""
    return {post.id: post for post in tx.values(_BY_IDS, {"ids": list(set(ids))}, POST)}


def by_uris(tx: Tx, uris: Iterable[str]) -> dict[str, Post]:
    """Those of *uris* that exist, by uri, in one statement."""
    wanted = list(set(uris))
    return {post.uri: post for post in tx.values(_BY_URIS, {"uris": wanted}, POST)} if wanted else {}


def authors_of(tx: Tx, ids: Iterable[int]) -> dict[int, int]:
    """Who wrote those of *ids* that exist: actor ids by post id, in one statement."""
    return {row[0]: row[1] for row in tx.all(_AUTHORS, {"ids": list(set(ids))})}


def boost_by(tx: Tx, actor_id: int, post_id: int) -> Post | None:
    """The boost of a post by an actor."""
    return _one(tx, sa.and_(posts.c.actor_id == actor_id, posts.c.boost_of_id == post_id))


def local_boosters(tx: Tx, post_id: int) -> list[int]:
    """The people of ours who boosted a post."""
    where = sa.and_(posts.c.boost_of_id == post_id, posts.c.local, LIVE)
    return [row[0] for row in tx.all(sa.select(posts.c.actor_id).where(where))]


def mentions_of(tx: Tx, ids: Iterable[int]) -> dict[int, list[Mention]]:
    """Mentions by post, in one statement; posts without any are absent."""
    found: dict[int, list[Mention]] = {}
    for post_id, actor_uri, name in tx.all(_MENTIONS, {"ids": list(set(ids))}):
        mention = Mention(actor_uri=actor_uri, name=name, post_id=post_id)
        found.setdefault(post_id, []).append(mention)
    return found


def hashtags_of(tx: Tx, ids: Iterable[int]) -> dict[int, list[Hashtag]]:
    """Hashtags by post, in one statement; posts without any are absent."""
    found: dict[int, list[Hashtag]] = {}
    for post_id, tag, name in tx.all(_HASHTAGS, {"ids": list(set(ids))}):
        found.setdefault(post_id, []).append(Hashtag(tag=tag, name=name, post_id=post_id))
    return found


def count_local(tx: Tx) -> int:
    """How many posts were written here and still stand; boosts do not count."""
    where = sa.and_(posts.c.local, posts.c.boost_of_id.is_(None), LIVE)
    return int(tx.scalar(sa.select(sa.func.count()).select_from(posts).where(where)))


def bury(
    tx: Tx, uri: str, actor_uri: str, *, former_type: str | None = None, published: Post | None = None
) -> None:
    """Leave a tombstone: what arrives late under this id stays dead. The first one stands."""
    tx.insert_new(
        tombstones,
        {
            "uri": uri,
            "actor_uri": actor_uri,
            "former_type": former_type,
            "published_at": published.published_at if published else None,
            "deleted_at": tx.now,
        },
    )


def is_gone(tx: Tx, uri: str) -> bool:
    """Whether a post with this id was deleted, and so must not come to life."""
    left = tombstone(tx, uri)
    return left is not None and not left.taken_back


def tombstone(tx: Tx, uri: str) -> Tombstone | None:
    """What is left of a deleted thing."""
    row = tx.first(_TOMBSTONE, {"uri": uri})
    if row is None:
        return None
    return Tombstone(
        uri=row.uri,
        actor_uri=row.actor_uri,
        former_type=row.former_type,
        published_at=row.published_at,
        deleted_at=row.deleted_at,
    )


def recall_key(tx: Tx, actor_id: int, key: str) -> Post | None:
    """The post a client made with this `Idempotency-Key`."""
    where = sa.and_(idempotency_keys.c.actor_id == actor_id, idempotency_keys.c.key == key)
    post_id = tx.scalar(sa.select(idempotency_keys.c.post_id).where(where))
    return None if post_id is None else by_id(tx, post_id)


def remember_key(tx: Tx, actor_id: int, key: str, post_id: int) -> bool:
    """Note that this `Idempotency-Key` made this post. False when it has made another one meanwhile."""
    return tx.insert_new(
        idempotency_keys, {"actor_id": actor_id, "key": key, "post_id": post_id, "created_at": tx.now}
    )


def _one(tx: Tx, where: sa.ColumnElement[bool]) -> Post | None:
    row = tx.first(_SELECT.where(where))
    return None if row is None else post_from(row)


def _id_of(tx: Tx, uri: str) -> int | None:
    found: int | None = tx.scalar(_ID_OF, {"uri": uri})
    return found


def _count(tx: Tx, post_id: int, column: str, step: int) -> None:
    tx.change(_COUNT[column], {"counted_id": post_id, "step": step})


def _adopt_children(tx: Tx, post: Post) -> None:
    """Replies may arrive before what they reply to."""
    adopted = tx.change(_ADOPT, {"parent_uri": post.uri, "parent_id": post.id})
    if adopted:
        _count(tx, post.id, "replies_count", adopted)


def _write_names(tx: Tx, post_id: int, mentioned: Iterable[Mention], tagged: Iterable[Hashtag]) -> None:
    tx.insert_missing(
        mentions, [{"post_id": post_id, "actor_uri": item.actor_uri, "name": item.name} for item in mentioned]
    )
    tx.insert_missing(hashtags, [{"post_id": post_id, "tag": item.tag, "name": item.name} for item in tagged])


def _blank(tx: Tx) -> dict[str, object]:
    texts = ("title", "summary", "source", "attachments", "emojis", "addressed", "ai_tools", "url")
    assert set(texts) <= set(NAMES)
    return {**dict.fromkeys(texts), "reactions": None, "content_html": "", "deleted_at": tx.now}
