"""Candidates for the open dataset. Whether one may go out is decided by the ledger, not here.

A dataset can have a million rows, so only the columns that one needs are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fediverse_node.posts.model import AiTool
from fediverse_node.posts.rows import LIVE
from fediverse_node.posts.tables import posts, provenance
from fediverse_node.storage.base import moment_of
from fediverse_node.storage.tx import Tx


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """What the dataset needs to know of a post; the names mean what they mean in `Post`.

    Attributes:
        content_html: only where there is no source.
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
#: Read as they are stored: a million rows are a million values of each.
_STORED: Mapping[str, sa.types.TypeEngine[Any]] = {
    "ai_tools": sa.Text(),
    "published_at": sa.BigInteger(),
    "edited_at": sa.BigInteger(),
    "deleted_at": sa.BigInteger(),
}
_HTML = sa.case((posts.c.source.is_(None), posts.c.content_html), else_="")
_OF_POSTS = [name for name in Candidate.__struct_fields__ if not name.startswith("ai_share")]
_PAGE = (
    sa.select(
        *(
            _HTML.label(name)
            if name == "content_html"
            else sa.type_coerce(posts.c[name], _STORED[name])
            if name in _STORED
            else posts.c[name]
            for name in _OF_POSTS
        ),
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
_IDS = sa.select(posts.c.id).where(posts.c.uri.in_(sa.bindparam("uris", expanding=True)))
_LOCAL, _LOCAL_ONLY, _SENSITIVE, _REVIEWED, _PUBLISHED, _EDITED, _DELETED, _TOOLS = map(
    Candidate.__struct_fields__.index,
    (
        "local", "local_only", "sensitive", "human_reviewed", "published_at", "edited_at", "deleted_at",
        "ai_tools",
    ),
)  # fmt: skip
_tools = msgspec.json.Decoder(tuple[AiTool, ...]).decode


def candidates(tx: Tx, *, after: int, limit: int) -> list[Candidate]:
    """Public posts of local authors, oldest first, from the id *after* on: no boosts."""
    return [_candidate(row) for row in tx.raw(_PAGE, {"after": after, "limit": limit})]


def marks_among(tx: Tx, ids: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    """The marks (see `Mark`) of those of *ids* that are candidates now, by id, each as a tuple."""
    return {row[0]: row for row in tx.raw(_MARKS, {"ids": list(ids)})}


def ids_of(tx: Tx, uris: Sequence[str]) -> list[int]:
    """The posts with these addresses."""
    return [row[0] for row in tx.raw(_IDS, {"uris": uris})] if uris else []


def _candidate(row: Sequence[Any]) -> Candidate:
    values = list(row)
    values[_LOCAL] = bool(values[_LOCAL])
    values[_LOCAL_ONLY] = bool(values[_LOCAL_ONLY])
    values[_SENSITIVE] = bool(values[_SENSITIVE])
    values[_PUBLISHED] = moment_of(values[_PUBLISHED])
    if values[_REVIEWED] is not None:
        values[_REVIEWED] = bool(values[_REVIEWED])
    if values[_EDITED] is not None:
        values[_EDITED] = moment_of(values[_EDITED])
    if values[_DELETED] is not None:
        values[_DELETED] = moment_of(values[_DELETED])
    values[_TOOLS] = _tools(values[_TOOLS]) if values[_TOOLS] else ()
    return Candidate(*values)
