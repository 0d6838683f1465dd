"""What is found out about a post from elsewhere after it came: what its files say of themselves."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.posts.tables import posts
from fediverse_node.storage.tx import Tx


def made_so(tx: Tx, post_id: int, url: str, source: str) -> bool:
    """Note that the file *url* of a post says how it was made, where the post itself did not say so.

    The post is labelled with it, unless it has a label. Gives whether anything was new.

    Args:
        tx: writes.
        post_id: of a post from elsewhere.
        url: of its file, as the post names it.
        source: the IPTC term's address, of media that a model made or changed.
    """
    where = sa.and_(posts.c.id == post_id, posts.c.local.is_(False), posts.c.deleted_at.is_(None))
    row = tx.first(sa.select(posts.c.attachments, posts.c.ai_disclosure).where(where))
    if row is None:
        return False
    items = [dict(item) for item in row[0] or ()]
    news = [item for item in items if item["url"] == url and not item.get("digital_source_type")]
    if not news:
        return False
    for item in news:
        item["digital_source_type"] = source
    values: dict[str, object] = {"attachments": items}
    if row[1] is None:
        values |= {"ai_disclosure": "ai-assisted", "ai_said_by": "file"}
    tx.execute(posts.update().where(where).values(values))
    return True
