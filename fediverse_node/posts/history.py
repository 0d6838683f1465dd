"""What a post said before it was edited."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fediverse_node.posts.model import Revision
from fediverse_node.posts.rows import attachment_from
from fediverse_node.posts.tables import post_revisions, posts
from fediverse_node.storage.base import Json
from fediverse_node.storage.tx import Tx

#: Revisions that are kept of one post, the newest. Without a bound a peer could fill the disk with edits.
MAX_REVISIONS = 100

_KEPT = ("revision", "content_html", "summary", "source", "sensitive", "attachments", "emojis")


def keep(tx: Tx, post_id: int, *, asked: Sequence[str] = ()) -> None:
    """Remember a post as it stands, with the answers *asked* where it is a question."""
    old = sa.select(
        sa.literal(tx.new_id()),
        posts.c.id,
        sa.func.coalesce(posts.c.edited_at, posts.c.published_at),
        sa.literal(list(asked) or None, Json()),
        *(posts.c[name] for name in _KEPT),
    ).where(posts.c.id == post_id)
    names = ["id", "post_id", "created_at", "asked", *_KEPT]
    tx.execute(post_revisions.insert().from_select(names, old))
    where = post_revisions.c.post_id == post_id
    newest = sa.select(post_revisions.c.id).where(where).order_by(post_revisions.c.id.desc())
    oldest_kept = tx.scalar(newest.offset(MAX_REVISIONS - 1).limit(1))
    if oldest_kept is not None:
        tx.execute(post_revisions.delete().where(where, post_revisions.c.id < oldest_kept))


def revisions(tx: Tx, post_id: int) -> list[Revision]:
    """What a post said before, oldest first; what it says now is not among them."""
    statement = (
        sa.select(post_revisions)
        .where(post_revisions.c.post_id == post_id)
        .order_by(post_revisions.c.id)
        .limit(MAX_REVISIONS)
    )
    return [
        Revision(
            content_html=row.content_html,
            summary=row.summary,
            source=row.source,
            published_at=row.created_at,
            sensitive=row.sensitive,
            attachments=tuple(attachment_from(item) for item in row.attachments or ()),
            emojis=tuple((item[0], item[1]) for item in row.emojis or ()),
            asked=tuple(row.asked or ()),
        )
        for row in tx.all(statement)
    ]
