"""All SQL of the trends room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, LIVE, POST
from fediverse_node.posts.tables import posts
from fediverse_node.posts.tag_figures import Day
from fediverse_node.storage.tx import Tx
from fediverse_node.trends.model import Kind, Trend
from fediverse_node.trends.tables import trends

_OF_KIND = (
    sa.select(trends.c.what, trends.c.history)
    .where(trends.c.kind == sa.bindparam("kind"), trends.c.place >= sa.bindparam("first", type_=sa.Integer))
    .order_by(trends.c.place)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_RECENT = (
    sa.select(*COLUMNS)
    .where(
        posts.c.visibility == "public",
        posts.c.boost_of_id.is_(None),
        posts.c.id < sa.bindparam("before", type_=sa.BigInteger),
        posts.c.id >= sa.bindparam("oldest", type_=sa.BigInteger),
        LIVE,
    )
    .order_by(posts.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def of_kind(tx: Tx, kind: Kind, *, limit: int, offset: int = 0) -> list[Trend]:
    """Some of the last reckoning, the first one first."""
    rows = tx.all(_OF_KIND, {"kind": kind, "first": offset, "most": limit})
    return [Trend(what=row[0], history=tuple(map(_day, row[1]))) for row in rows]


def replace(tx: Tx, kind: Kind, found: Sequence[Trend]) -> None:
    """Put a new reckoning in the place of the last."""
    tx.execute(trends.delete().where(trends.c.kind == kind))
    rows = [
        {
            "kind": kind,
            "place": place,
            "what": trend.what,
            "history": [[day.day.isoformat(), day.uses, day.people] for day in trend.history],
        }
        for place, trend in enumerate(found)
    ]
    tx.insert(trends, rows)


def recent(tx: Tx, *, before: int, oldest: int, limit: int) -> list[Post]:
    """Public posts with ids between two, the newest first; no boosts."""
    return tx.values(_RECENT, {"before": before, "oldest": oldest, "most": limit}, POST)


def _day(stored: Sequence[Any]) -> Day:
    return Day(day=date.fromisoformat(stored[0]), uses=stored[1], people=stored[2])
