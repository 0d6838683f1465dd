"""What is to be looked at next: whatever was written, edited, marked or deleted since the index last looked.

Nobody who writes or deletes a post does anything for the index. Ids and moments only ever grow, so it is
enough to know how far each kind of change was followed. Old posts are gone through from the newest on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from fediverse_node.actors.tables import actors
from fediverse_node.kernel.ids import lowest_id_at
from fediverse_node.posts.tables import bookmarks, favourites, post_revisions, posts, tombstones
from fediverse_node.search import queries
from fediverse_node.search.tables import search_authors, search_late, search_marks
from fediverse_node.storage.base import Moment
from fediverse_node.storage.tx import Row, Tx

#: The mark that every turn moves on: of two that began alike only one is kept.
TURN: Final = "turn"
#: Old posts with this id and above were gone through; 0: all were.
FILL: Final = "fill"
#: Moments of deletions.
GONE: Final = "gone"
#: Beyond every id.
ABOVE_ALL: Final = (1 << 62) - 1

_POSTS, _REVISIONS, _BOOKMARKS, _FAVOURITES = "posts", "revisions", "bookmarks", "favourites"
_AFTER: sa.BindParameter[int] = sa.bindparam("after", type_=sa.BigInteger)
_UPTO: sa.BindParameter[int] = sa.bindparam("upto", type_=sa.BigInteger)
_LIMIT: sa.BindParameter[int] = sa.bindparam("limit", type_=sa.Integer)


def _followed(statement: sa.Select[Any], column: sa.ColumnElement[int]) -> sa.Select[Any]:
    return statement.where(column > _AFTER, column < _UPTO).order_by(column).limit(_LIMIT)


# A boost by somebody here is a mark on what it boosts. Any other may have brought along what it boosts, which
# then stands in the place of its date.
_SAID = sa.func.coalesce(posts.c.boost_of_id, posts.c.id)
_BROUGHT = sa.case((sa.or_(posts.c.boost_of_id.is_(None), posts.c.local), 0), else_=1)
_MARKED = sa.case((actors.c.local, favourites.c.post_id))
_SOURCES: Final = {
    _POSTS: _followed(sa.select(posts.c.id, _SAID.label("post_id"), _BROUGHT), posts.c.id),
    _REVISIONS: _followed(sa.select(post_revisions.c.id, post_revisions.c.post_id), post_revisions.c.id),
    _BOOKMARKS: _followed(sa.select(bookmarks.c.id, bookmarks.c.post_id), bookmarks.c.id),
    _FAVOURITES: _followed(
        sa.select(favourites.c.id, _MARKED.label("post_id")).join_from(
            favourites, actors, actors.c.id == favourites.c.actor_id
        ),
        favourites.c.id,
    ),
}
_DELETED_AT = sa.type_coerce(tombstones.c.deleted_at, sa.BigInteger)
_DELETED = (
    sa.select(_DELETED_AT.label("moment"), posts.c.id)
    .join_from(tombstones, posts, posts.c.uri == tombstones.c.uri, isouter=True)
    .where(_DELETED_AT > _AFTER, _DELETED_AT < _UPTO)
    .order_by(_DELETED_AT)
)
_SOME_DELETED = _DELETED.limit(_LIMIT)
_MARKS = sa.select(search_marks.c.name, search_marks.c.reached)
NEXT_TURN: Final = (
    search_marks.update().where(search_marks.c.name == TURN).values(reached=search_marks.c.reached + 1)
)
_LATE = sa.select(search_late.c.post_id).limit(_LIMIT)
_BEGUN = (
    sa.select(search_authors.c.actor_id, search_authors.c.below)
    .where(search_authors.c.below.is_not(None))
    .limit(1)
)
_OLDER = (
    sa.select(posts.c.id)
    .where(posts.c.id < sa.bindparam("below"), posts.c.boost_of_id.is_(None))
    .order_by(posts.c.id.desc())
    .limit(_LIMIT)
)
_OLDER_BY = _OLDER.where(posts.c.actor_id == sa.bindparam("author_id"))
_CHANGED_MIND = (
    sa.select(actors.c.id, actors.c.indexable)
    .join_from(actors, search_authors, search_authors.c.actor_id == actors.c.id)
    .where(actors.c.indexable != search_authors.c.indexable)
    .limit(100)
)


@dataclass(slots=True, kw_only=True)
class Agenda:
    """What one turn looks at.

    Attributes:
        turn: the mark `TURN` as it stood; None where the index has not begun.
        ids: posts to be looked at.
        gone: posts that were deleted.
        marks: how far the kinds of change are followed after this turn.
        late: those of *ids* that were stored late.
        author: whose posts are gone through, and below which id the rest of them are; None when none are.
        filled: how many old posts are among *ids*.
        more: there was more than fits into one turn.
    """

    turn: int | None
    ids: dict[int, None] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    marks: dict[str, int] = field(default_factory=dict)
    late: list[int] = field(default_factory=list)
    author: tuple[int, int | None] | None = None
    filled: int = 0
    more: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing has happened."""
        return not (self.ids or self.gone or self.marks or self.late or self.author)


def marks_of(tx: Tx) -> dict[str, int]:
    """How far each kind of change was followed; empty where the index has not begun."""
    return {row[0]: row[1] for row in tx.all(_MARKS, {})}


def first_marks(tx: Tx, lag: timedelta) -> dict[str, int]:
    """Where to begin: from now on with what is new, and backwards from now with what is old."""
    floor = lowest_id_at(tx.now - lag)
    following = dict.fromkeys(_SOURCES, floor - 1)
    return {TURN: tx.new_id(), FILL: floor, GONE: _stored(tx, lag) or 0, **following}


def agenda(tx: Tx, *, limit: int, lag: timedelta) -> Agenda:
    """What is to be looked at next, about *limit* posts.

    Args:
        tx: the transaction.
        limit: how many posts at the most, of each kind of change that is short.
        lag: how long a transaction that has its ids already may take until it is committed.
    """
    marks = marks_of(tx)
    made = Agenda(turn=marks.get(TURN))
    if made.turn is None:
        made.more = True
        return made
    upto = lowest_id_at(tx.now - lag) if lag else ABOVE_ALL
    _deleted(tx, made, marks[GONE], (_stored(tx, lag) or 0) if lag else ABOVE_ALL, limit)
    for name, statement in _SOURCES.items():
        left = limit - len(made.ids)
        if left <= 0:
            made.more = True
            return made
        rows = tx.all(statement, {"after": marks[name], "upto": upto, "limit": left})
        if rows:
            made.marks[name] = rows[-1][0]
            made.ids.update(dict.fromkeys(_ids_of(tx, name, rows)))
            made.more = made.more or len(rows) == left
    _rest(tx, made, marks[FILL], limit)
    return made


def have_changed_minds(tx: Tx) -> bool:
    """Whether there is something for `changed_minds` to do."""
    return tx.first(_CHANGED_MIND, {}) is not None


def changed_minds(tx: Tx) -> bool:
    """Note authors who let their posts be found since, or do so no more; their posts are gone through anew.

    Gives whether there were any.
    """
    found = tx.all(_CHANGED_MIND, {})
    if found:
        # A batch that was read before does not know of it.
        tx.change(NEXT_TURN, {})
    for actor_id, indexable in found:
        tx.upsert(
            search_authors,
            {"actor_id": actor_id, "indexable": indexable, "below": ABOVE_ALL},
            key=["actor_id"],
        )
    return bool(found)


def _ids_of(tx: Tx, name: str, rows: Sequence[Row]) -> Iterator[int]:
    """The posts that *rows* are about; of those that may have been brought along, the ones not known."""
    brought = {row[1] for row in rows if row[2]} if name == _POSTS else set()
    known = queries.written_down(tx, brought) if brought else set()
    return (row[1] for row in rows if row[1] is not None and row[1] not in known)


def _rest(tx: Tx, made: Agenda, fill: int, limit: int) -> None:
    """What is in no hurry: late arrivals, authors who changed their minds, old posts."""
    left = limit - len(made.ids)
    if left > 0:
        made.late = [row[0] for row in tx.all(_LATE, {"limit": left})]
        made.ids.update(dict.fromkeys(made.late))
    begun = tx.first(_BEGUN, {})
    if begun is not None and (left := limit - len(made.ids)) > 0:
        given = {"author_id": begun.actor_id, "below": begun.below, "limit": left}
        older = [row[0] for row in tx.all(_OLDER_BY, given)]
        made.author = (begun.actor_id, older[-1] if len(older) == left else None)
        made.ids.update(dict.fromkeys(older))
    if fill and (left := limit - len(made.ids)) > 0:
        older = [row[0] for row in tx.all(_OLDER, {"below": fill, "limit": left})]
        made.marks[FILL] = older[-1] if len(older) == left else 0
        made.filled = len(older)
        made.ids.update(dict.fromkeys(older))
    made.more = made.more or len(made.ids) >= limit or begun is not None


def _deleted(tx: Tx, made: Agenda, after: int, upto: int, limit: int) -> None:
    """What was deleted of one moment is looked at together, however much it is."""
    rows = tx.all(_SOME_DELETED, {"after": after, "upto": upto, "limit": limit + 1})
    if len(rows) > limit:
        made.more = True
        last = rows[-1].moment
        rows = [row for row in rows if row.moment < last] or tx.all(
            _DELETED, {"after": last - 1, "upto": last + 1}
        )
    if rows:
        made.marks[GONE] = rows[-1].moment
        made.gone.update(row.id for row in rows if row.id is not None)


def _stored(tx: Tx, lag: timedelta) -> int | None:
    """A moment that long ago, as it is stored."""
    kind = Moment()
    return kind.process_bind_param(tx.now - lag, tx.connection.dialect)
