"""How hashtags are used: by everybody in the last days, and by one author."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from fediverse_node.kernel.ids import lowest_id_at, time_of
from fediverse_node.posts.rows import LIVE
from fediverse_node.posts.tables import hashtags, posts
from fediverse_node.storage.tx import Tx

#: Days that the history of a hashtag reaches back, as with Mastodon.
DAYS: Final = 7
#: Uses that are looked at for it, the newest; of hashtags that are used more, the first days are missing.
MOST_USES: Final = 2_000

_USES = (
    sa.select(posts.c.id, posts.c.actor_id)
    .join_from(hashtags, posts, posts.c.id == hashtags.c.post_id)
    .where(
        hashtags.c.tag == sa.bindparam("tag"),
        hashtags.c.post_id >= sa.bindparam("oldest", type_=sa.BigInteger),
        posts.c.visibility == "public",
        LIVE,
    )
    .order_by(hashtags.c.post_id.desc())
    .limit(MOST_USES)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How often a hashtag was used on a day (UTC), and by how many people."""

    day: date
    uses: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """How many posts of an author that everybody may see have a hashtag, and when the last one came."""

    posts: int
    last_at: datetime


def history(tx: Tx, tag: str) -> list[Day]:
    """The last `DAYS` days of a hashtag, given folded, today first."""
    today = tx.now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=number) for number in range(DAYS)]
    uses: dict[date, list[int]] = {day.date(): [] for day in days}
    for post_id, author_id in tx.all(_USES, {"tag": tag, "oldest": lowest_id_at(days[-1])}):
        # A post of this very moment may have an id of the next.
        uses.setdefault(time_of(post_id).date(), []).append(author_id)
    return [
        Day(day=day.date(), uses=len(uses[day.date()]), people=len(set(uses[day.date()]))) for day in days
    ]


def by_author(tx: Tx, actor_id: int, tags: Collection[str]) -> dict[str, Own]:
    """How an author uses each of *tags*; those that they do not use are absent."""
    if not tags:
        return {}
    return _read(tx, _of(actor_id).where(hashtags.c.tag.in_(list(tags))))


def liked_by(tx: Tx, actor_id: int, *, limit: int) -> list[str]:
    """The hashtags that an author uses most often."""
    statement = _of(actor_id).order_by(sa.func.count().desc(), hashtags.c.tag).limit(limit)
    return list(_read(tx, statement))


def _of(actor_id: int) -> sa.Select[Any]:
    open_ = posts.c.visibility.in_(("public", "unlisted"))
    return (
        sa.select(hashtags.c.tag, sa.func.count(), sa.func.max(hashtags.c.post_id))
        .join_from(posts, hashtags, hashtags.c.post_id == posts.c.id)
        .where(posts.c.actor_id == actor_id, open_, LIVE)
        .group_by(hashtags.c.tag)
    )


def _read(tx: Tx, statement: sa.Select[Any]) -> dict[str, Own]:
    return {row[0]: Own(posts=row[1], last_at=time_of(row[2])) for row in tx.all(statement)}
