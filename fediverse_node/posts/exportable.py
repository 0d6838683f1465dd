"""Candidates for the open dataset. Whether one may go out is decided by the ledger, not here.

A dataset can have a million rows, so only the columns that one needs are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fediverse_node.posts.model import AiTool
from fediverse_node.posts.rows import LIVE
from fediverse_node.posts.tables import posts, provenance
from fediverse_node.storage.tx import Tx


class Candidate(msgspec.Struct, frozen=True):
    """What the dataset needs to know of a post; the names mean what they mean in `Post`.

    Attributes:
        ai_share: the share of the text that a model wrote, from 0 to 1, and how that was measured.
    """

    id: int
    uri: str
    url: str | None
    actor_id: int
    local: bool
    visibility: str
    boost_of_id: int | None
    in_reply_to_id: int | None
    local_only: bool
    sensitive: bool
    licence: str | None
    language: str | None
    source: str | None
    source_media_type: str | None
    content_html: str
    revision: str
    ai_disclosure: str | None
    digital_source_type: str | None
    ai_tools: tuple[AiTool, ...]
    human_reviewed: bool | None
    published_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    ai_share: float | None
    ai_share_method: str | None


class Mark(msgspec.Struct, frozen=True):
    """What must not have changed of a candidate."""

    id: int
    actor_id: int
    revision: str
    ai_disclosure: str | None
    sensitive: bool


_CANDIDATE = sa.and_(
    posts.c.local,
    posts.c.visibility == "public",
    posts.c.boost_of_id.is_(None),
    sa.not_(posts.c.local_only),
    LIVE,
)
_AFTER = posts.c.id > sa.bindparam("after")
_OF_POSTS = [name for name in Candidate.__struct_fields__ if not name.startswith("ai_share")]
_TOOLS = Candidate.__struct_fields__.index("ai_tools")
_PAGE = (
    sa.select(
        *(posts.c[name] for name in _OF_POSTS),
        provenance.c.ai_share,
        provenance.c.share_method,
    )
    .join_from(posts, provenance, provenance.c.post_id == posts.c.id, isouter=True)
    .where(_CANDIDATE, _AFTER)
    .order_by(posts.c.id)
    .limit(sa.bindparam("limit"))
)
_MARKS = sa.select(*(posts.c[name] for name in Mark.__struct_fields__)).where(
    _CANDIDATE, posts.c.id.in_(sa.bindparam("ids", expanding=True))
)


def candidates(tx: Tx, *, after: int, limit: int) -> list[Candidate]:
    """Public posts of local authors, oldest first, from the id *after* on: no boosts."""
    return [_candidate(row) for row in tx.all(_PAGE, {"after": after, "limit": limit})]


def marks_among(tx: Tx, ids: Iterable[int]) -> list[Mark]:
    """The marks of those of *ids* that are candidates now."""
    return [Mark(*row) for row in tx.all(_MARKS, {"ids": list(ids)})]


def _candidate(row: Any) -> Candidate:
    values = list(row)
    values[_TOOLS] = tuple(AiTool(**tool) for tool in values[_TOOLS] or ())
    return Candidate(*values)
