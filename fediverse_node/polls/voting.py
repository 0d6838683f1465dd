"""Counting a vote: once for each person and answer, whatever order votes come in."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from fediverse_node.polls.model import Poll
from fediverse_node.polls.tables import poll_options, poll_voters, poll_votes, polls
from fediverse_node.storage.tx import Tx

_COUNT_VOTE = (
    poll_options.update()
    .where(
        poll_options.c.post_id == sa.bindparam("in_post"),
        poll_options.c.position == sa.bindparam("at_position"),
    )
    .values(votes=poll_options.c.votes + 1)
)
_COUNT_VOTER = (
    polls.update()
    .where(polls.c.post_id == sa.bindparam("in_post"))
    .values(voters_count=polls.c.voters_count + 1)
)


def cast(tx: Tx, poll: Poll, actor_id: int, positions: Collection[int]) -> int:
    """Count the votes of an actor for the answers at *positions*, which *poll* has.

    With one choice the first vote stands; with several, each answer counts once.

    Returns:
        How many votes were counted; 0 when they had all been given before.
    """
    assert all(0 <= position < len(poll.options) for position in positions), "no such answer"
    assert poll.multiple or len(set(positions)) <= 1, "one choice"
    if not positions:
        return 0
    voter = {"post_id": poll.post_id, "actor_id": actor_id, "created_at": tx.now}
    first = tx.insert_new(poll_voters, voter)
    if not first and not poll.multiple:
        return 0
    counted = 0
    for position in sorted(set(positions)):
        vote = {"post_id": poll.post_id, "actor_id": actor_id, "position": position}
        if tx.insert_new(poll_votes, vote):
            tx.change(_COUNT_VOTE, {"in_post": poll.post_id, "at_position": position})
            counted += 1
    if first:
        tx.change(_COUNT_VOTER, {"in_post": poll.post_id})
    return counted


def voter_ids(tx: Tx, post_id: int) -> list[int]:
    """Who voted."""
    where = poll_voters.c.post_id == post_id
    return [row[0] for row in tx.all(sa.select(poll_voters.c.actor_id).where(where))]
