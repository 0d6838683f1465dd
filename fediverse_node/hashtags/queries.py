"""All SQL of the hashtags room."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

import sqlalchemy as sa

from fediverse_node.hashtags.model import MAX_FEATURED, MAX_FOLLOWED, Featured
from fediverse_node.hashtags.tables import featured_tags, followed_tags
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx

#: Rung when somebody begins or ceases to follow a hashtag.
BELL: Final = "followed hashtags"

_ALL_FOLLOWED = sa.select(followed_tags.c.tag).distinct()
_FEATURED = sa.select(featured_tags.c.id, featured_tags.c.actor_id, featured_tags.c.tag, featured_tags.c.name)
_FEATURED_BY = _FEATURED.where(featured_tags.c.actor_id == sa.bindparam("actor_id")).order_by(
    featured_tags.c.id
)


def follow(tx: Tx, actor_id: int, tag: str) -> None:
    """Let somebody follow a hashtag, given folded. Who does already goes on.

    Raises:
        NotValid: they follow as many as anybody may.
    """
    count = sa.select(sa.func.count()).select_from(followed_tags)
    if tx.scalar(count.where(followed_tags.c.actor_id == actor_id)) >= MAX_FOLLOWED:
        raise NotValid(f"You can follow at most {MAX_FOLLOWED} hashtags.")
    row = {"id": tx.new_id(), "actor_id": actor_id, "tag": tag, "created_at": tx.now}
    tx.insert_missing(followed_tags, [row])
    tx.ring(BELL)


def unfollow(tx: Tx, actor_id: int, tag: str) -> None:
    """Let somebody follow a hashtag no longer."""
    where = sa.and_(followed_tags.c.actor_id == actor_id, followed_tags.c.tag == tag)
    tx.execute(followed_tags.delete().where(where))
    tx.ring(BELL)


def followed_page(tx: Tx, actor_id: int, page: Page) -> list[tuple[int, str]]:
    """(id of the entry, hashtag) of what somebody follows, the last one first."""
    statement: sa.Select[Any] = sa.select(followed_tags.c.id, followed_tags.c.tag).where(
        followed_tags.c.actor_id == actor_id
    )
    return [(row[0], row[1]) for row in paging.rows(tx, statement, followed_tags.c.id, page)]


def followed_among(tx: Tx, actor_id: int, tags: Collection[str]) -> set[str]:
    """Those of *tags* that somebody follows."""
    if not tags:
        return set()
    where = (followed_tags.c.actor_id == actor_id, followed_tags.c.tag.in_(list(tags)))
    return {row[0] for row in tx.all(sa.select(followed_tags.c.tag).where(*where))}


def heeded(tx: Tx, tags: Iterable[str]) -> list[str]:
    """Those of *tags* that anybody here follows. Mostly no statement."""
    followed = tx.remembered(BELL, _all_followed)
    return [tag for tag in tags if tag in followed] if followed else []


def feature(tx: Tx, actor_id: int, tag: str, name: str) -> Featured:
    """Show a hashtag on somebody's profile; one that is there already stays as it is.

    Raises:
        NotValid: there are as many as there may be.
    """
    found = featured(tx, actor_id)
    here = next((each for each in found if each.tag == tag), None)
    if here is not None:
        return here
    if len(found) >= MAX_FEATURED:
        raise NotValid(f"A profile shows at most {MAX_FEATURED} hashtags.")
    made = Featured(id=tx.new_id(), actor_id=actor_id, tag=tag, name=name)
    row = {"id": made.id, "actor_id": actor_id, "tag": tag, "name": name, "created_at": tx.now}
    tx.insert(featured_tags, row)
    return made


def unfeature(tx: Tx, actor_id: int, *, tag: str | None = None, id_: int | None = None) -> Featured | None:
    """Take a hashtag off somebody's profile, by itself or by its entry's id; None when it was not there."""
    found = next((each for each in featured(tx, actor_id) if each.tag == tag or each.id == id_), None)
    if found is not None:
        tx.execute(featured_tags.delete().where(featured_tags.c.id == found.id))
    return found


def featured(tx: Tx, actor_id: int) -> list[Featured]:
    """What somebody shows on their profile, the first one first."""
    rows = tx.all(_FEATURED_BY, {"actor_id": actor_id})
    return [Featured(id=row[0], actor_id=row[1], tag=row[2], name=row[3]) for row in rows]


def forget(tx: Tx, actor_id: int) -> None:
    """Forget what somebody followed and showed who is gone."""
    tx.execute(featured_tags.delete().where(featured_tags.c.actor_id == actor_id))
    tx.execute(followed_tags.delete().where(followed_tags.c.actor_id == actor_id))
    tx.ring(BELL)


def _all_followed(tx: Tx) -> frozenset[str]:
    return frozenset(row[0] for row in tx.all(_ALL_FOLLOWED, {}))
