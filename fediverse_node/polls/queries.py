"""All SQL of the polls room but that of voting and of the clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from fediverse_node.polls.model import Option, Poll
from fediverse_node.polls.tables import poll_options, poll_voters, poll_votes, polls
from fediverse_node.storage.tx import Tx

#: A remote poll's counts are asked for no more often than this, however many people look.
REFRESH_EVERY = timedelta(minutes=1)

# Asked with every page that shows a question, so they are built once.
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_POLLS = sa.select(
    polls.c.post_id,
    polls.c.multiple,
    polls.c.ends_at,
    polls.c.closed_at,
    polls.c.voters_count,
    polls.c.hide_totals,
    polls.c.fetched_at,
).where(polls.c.post_id.in_(_IDS))
_OPTIONS = (
    sa.select(poll_options.c.post_id, poll_options.c.name, poll_options.c.votes)
    .where(poll_options.c.post_id.in_(_IDS))
    .order_by(poll_options.c.post_id, poll_options.c.position)
)
_CHOSEN = (
    sa.select(poll_votes.c.post_id, poll_votes.c.position)
    .where(poll_votes.c.actor_id == sa.bindparam("actor_id"), poll_votes.c.post_id.in_(_IDS))
    .order_by(poll_votes.c.position)
)

_VOTERS = (
    sa.select(poll_votes.c.actor_id)
    .where(
        poll_votes.c.post_id.in_(_IDS), poll_votes.c.actor_id.in_(sa.bindparam("actor_ids", expanding=True))
    )
    .distinct()
)


def add(tx: Tx, poll: Poll, *, due_at: datetime | None = None) -> bool:
    """Store the poll of a new post. False when the post has one. *due_at*: see `clock`."""
    values = {
        "post_id": poll.post_id,
        "multiple": poll.multiple,
        "ends_at": poll.ends_at,
        "closed_at": poll.closed_at,
        "voters_count": poll.voters_count,
        "hide_totals": poll.hide_totals,
        "fetched_at": poll.fetched_at,
        "due_at": due_at,
    }
    if not tx.insert_new(polls, values):
        return False
    _write_options(tx, poll)
    return True


def of_post(tx: Tx, post_id: int) -> Poll | None:
    """The poll of a post."""
    return of_posts(tx, [post_id]).get(post_id)


def of_posts(tx: Tx, ids: Iterable[int]) -> dict[int, Poll]:
    """The polls of those of *ids* that have one, by post, in two statements."""
    asked = list(set(ids))
    rows = tx.all(_POLLS, {"ids": asked}) if asked else []
    if not rows:
        return {}
    options: dict[int, list[Option]] = {}
    for post_id, name, votes in tx.all(_OPTIONS, {"ids": [row[0] for row in rows]}):
        options.setdefault(post_id, []).append(Option(name=name, votes=votes))
    return {
        row[0]: Poll(
            post_id=row[0],
            multiple=row[1],
            options=tuple(options.get(row[0], ())),
            ends_at=row[2],
            closed_at=row[3],
            voters_count=row[4],
            hide_totals=row[5],
            fetched_at=row[6],
        )
        for row in rows
    }


def chosen(tx: Tx, actor_id: int, ids: Iterable[int]) -> dict[int, list[int]]:
    """What an actor chose in the polls of *ids*: positions by post, in one statement."""
    found: dict[int, list[int]] = {}
    for post_id, position in tx.all(_CHOSEN, {"actor_id": actor_id, "ids": list(set(ids))}):
        found.setdefault(post_id, []).append(position)
    return found


def voters_among(tx: Tx, ids: Iterable[int], actor_ids: Iterable[int]) -> set[int]:
    """Those of *actor_ids* who chose something in the polls of *ids*."""
    return {row[0] for row in tx.all(_VOTERS, {"ids": list(set(ids)), "actor_ids": list(actor_ids)})}


def replace(tx: Tx, poll: Poll) -> None:
    """Other answers than before: the votes for the old ones are dropped, and *poll* is what stands now."""
    _forget_votes(tx, poll.post_id)
    changes = {
        "multiple": poll.multiple,
        "ends_at": poll.ends_at,
        "closed_at": poll.closed_at,
        "voters_count": poll.voters_count,
        "hide_totals": poll.hide_totals,
    }
    tx.execute(polls.update().where(polls.c.post_id == poll.post_id).values(**changes))
    _write_options(tx, poll)


def reschedule(tx: Tx, post_id: int, *, ends_at: datetime | None, hide_totals: bool) -> None:
    """The same answers with another end. Votes stay."""
    changes = {"ends_at": ends_at, "hide_totals": hide_totals}
    tx.execute(polls.update().where(polls.c.post_id == post_id).values(**changes))


def set_counts(tx: Tx, post_id: int, counts: Sequence[int], *, voters_count: int | None) -> None:
    """What the author of a remote poll says of its counts, by position."""
    for position, votes in enumerate(counts):
        where = sa.and_(poll_options.c.post_id == post_id, poll_options.c.position == position)
        tx.execute(poll_options.update().where(where).values(votes=votes))
    tx.execute(polls.update().where(polls.c.post_id == post_id).values(voters_count=voters_count))


def may_refresh(tx: Tx, post_id: int) -> bool:
    """Whether the counts of a remote poll may be asked for now. A yes is given once in `REFRESH_EVERY`.

    After the end they are asked for once more, and then never again.
    """
    asked = polls.c.fetched_at
    where = sa.and_(
        polls.c.post_id == post_id,
        sa.or_(asked.is_(None), asked <= tx.now - REFRESH_EVERY),
        sa.or_(asked.is_(None), polls.c.ends_at.is_(None), asked < polls.c.ends_at),
    )
    return tx.execute(polls.update().where(where).values(fetched_at=tx.now)).rowcount == 1


def remove(tx: Tx, post_id: int) -> None:
    """Forget the poll of a deleted post, with its votes."""
    _forget_votes(tx, post_id)
    tx.execute(polls.delete().where(polls.c.post_id == post_id))


def _forget_votes(tx: Tx, post_id: int) -> None:
    for table in (poll_votes, poll_voters, poll_options):
        tx.execute(table.delete().where(table.c.post_id == post_id))


def _write_options(tx: Tx, poll: Poll) -> None:
    rows = [
        {"post_id": poll.post_id, "position": position, "name": option.name, "votes": option.votes}
        for position, option in enumerate(poll.options)
    ]
    tx.insert(poll_options, rows)
