"""How posts of ours came about that a model had a part in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fediverse_node.posts.tables import provenance
from fediverse_node.storage.tx import Row, Tx

_OF_POSTS = sa.select(provenance).where(provenance.c.post_id.in_(sa.bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What was written down when a post was published or edited.

    Attributes:
        handles: of the suggestions that went into the text, in their order.
        ai_share: the share of the characters of the text, 0 to 1, that came from accepted suggestions; None
            where nobody can know, such as when a model of the author's own helped.
        share_method: how that was found out.
        reviewed_at: when the author said that they had read what the model wrote; None: they did not.
    """

    post_id: int
    handles: tuple[str, ...] = ()
    ai_share: float | None = None
    share_method: str | None = None
    reviewed_at: datetime | None = None


def of_posts(tx: Tx, post_ids: Iterable[int]) -> dict[int, Provenance]:
    """What is known of each of *post_ids*, in one statement; posts of people alone are absent."""
    return {row.post_id: _from(row) for row in tx.all(_OF_POSTS, {"ids": list(set(post_ids))})}


def of_post(tx: Tx, post_id: int) -> Provenance | None:
    """What is known of one post."""
    return of_posts(tx, [post_id]).get(post_id)


def keep(tx: Tx, found: Provenance) -> None:
    """Write it down, in place of what stood there."""
    values = {
        "post_id": found.post_id,
        "handles": list(found.handles) or None,
        "ai_share": found.ai_share,
        "share_method": found.share_method,
        "reviewed_at": found.reviewed_at,
    }
    tx.upsert(provenance, values, key=["post_id"])


def _from(row: Row) -> Provenance:
    return Provenance(
        post_id=row.post_id,
        handles=tuple(row.handles or ()),
        ai_share=row.ai_share,
        share_method=row.share_method,
        reviewed_at=row.reviewed_at,
    )
