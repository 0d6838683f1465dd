"""When somebody has to be told of a poll: that there are new counts, or that it has closed.

One moment for each poll, in its row, so that it survives a restart. Whoever moves it is the one who
tells: two workers cannot both find the same poll due.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from fediverse_node.polls.model import Poll
from fediverse_node.polls.tables import polls
from fediverse_node.storage.tx import Tx

#: How long votes are gathered before others are told of the new counts, and so how often that is at most.
TELL_EVERY = timedelta(minutes=3)

_DUE = (
    sa.select(polls.c.post_id)
    .where(polls.c.due_at <= sa.bindparam("now"))
    .order_by(polls.c.due_at)
    .limit(sa.bindparam("most"))
)


def due(tx: Tx, *, most: int) -> list[int]:
    """The posts whose polls are due, longest due first."""
    return [row[0] for row in tx.all(_DUE, {"now": tx.now, "most": most})]


def expect(tx: Tx, post_id: int, at: datetime) -> None:
    """There will be something to tell at *at*; what is due sooner stays as it is."""
    later = sa.or_(polls.c.due_at.is_(None), polls.c.due_at > at)
    tx.execute(polls.update().where(polls.c.post_id == post_id, later).values(due_at=at))


def counted(tx: Tx, poll: Poll) -> None:
    """A vote was counted in a poll of ours: others are told soon. Of a secret one they hear at its end."""
    if not poll.hide_totals:
        expect(tx, poll.post_id, tx.now + TELL_EVERY)


def take_up(tx: Tx, post_id: int) -> bool:
    """Take what is due of a poll. False when somebody else did.

    With the end still ahead the poll is due again then.
    """
    ahead = sa.and_(polls.c.closed_at.is_(None), polls.c.ends_at > tx.now)
    next_time = sa.case((ahead, polls.c.ends_at), else_=sa.null())
    where = sa.and_(polls.c.post_id == post_id, polls.c.due_at <= tx.now)
    return tx.execute(polls.update().where(where).values(due_at=next_time)).rowcount == 1


def put_off(tx: Tx, post_id: int, until: datetime) -> None:
    """Telling of a poll failed: try again at *until*, and let the others come first."""
    tx.execute(polls.update().where(polls.c.post_id == post_id).values(due_at=until))


def close(tx: Tx, post_id: int) -> bool:
    """Note that a poll has closed. False when that was noted before."""
    where = sa.and_(polls.c.post_id == post_id, polls.c.closed_at.is_(None))
    return tx.execute(polls.update().where(where).values(closed_at=tx.now)).rowcount == 1
