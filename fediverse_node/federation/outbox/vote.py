"""Voting: a person of ours answers a question, of somebody here or elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Collection

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import vote as builder
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox import polling
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.own import visible_post
from fediverse_node.kernel.errors import NotValid
from fediverse_node.polls import clock, voting
from fediverse_node.polls import queries as polls
from fediverse_node.polls.model import Poll
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)


async def vote(desk: Desk, voter: Actor, post_id: int, choices: Collection[int]) -> Post:
    """*voter* chooses the answers at *choices* (from 0). Gives the question.

    Who asked elsewhere is told, with one activity for each answer, and nobody else.

    Raises:
        NotFound: there is no such post for them, or it is no poll.
        NotValid: the poll has closed or is their own, there is no such answer, more than one was chosen
            where one can be, or they voted before.
    """

    def unit(tx: Tx) -> Post:
        question = visible_post(tx, voter, post_id)
        if question.boost_of_id is not None:
            question = visible_post(tx, voter, question.boost_of_id)
        poll = polling.require_poll(tx, question)
        _check(tx, poll, question, voter, choices)
        if voting.cast(tx, poll, voter.id, choices) != len(set(choices)):
            raise NotValid("You have voted already.")
        if question.local:
            clock.counted(tx, poll)
        else:
            _send(tx, desk, voter, question, [poll.names[choice] for choice in sorted(set(choices))])
            if poll.ends_at is not None:
                # Then the voter is told.
                clock.expect(tx, question.id, poll.ends_at)
        return question

    found = await desk.db.write(unit)
    log.info("outbox.voted", extra={"post": found.id})
    return found


def _check(tx: Tx, poll: Poll, question: Post, voter: Actor, choices: Collection[int]) -> None:
    if poll.closed(tx.now):
        raise NotValid("This poll has closed.")
    if question.actor_id == voter.id:
        raise NotValid("This is your own poll: you cannot vote in it.")
    if not choices or any(not 0 <= choice < len(poll.options) for choice in choices):
        raise NotValid(f"Choose one of the {len(poll.options)} answers of this poll.")
    if len(set(choices)) > 1 and not poll.multiple:
        raise NotValid("Only one answer can be chosen in this poll.")
    if polls.chosen(tx, voter.id, [question.id]) and not poll.multiple:
        raise NotValid("You have voted already.")


def _send(tx: Tx, desk: Desk, voter: Actor, question: Post, answers: list[str]) -> None:
    author = actors.by_ids(tx, [question.actor_id])[question.actor_id]
    for answer in answers:
        document = builder.document(
            id_=desk.addresses.activity(tx.new_id()),
            vote_id=f"{voter.uri}#votes/{tx.new_id()}",
            voter=voter.uri,
            question=question.uri,
            author=author.uri,
            answer=answer,
            now=tx.now,
        )
        queue.enqueue(tx, actor=voter, document=document, inboxes=audience.of_person(author))
