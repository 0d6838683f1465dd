"""Votes for polls of ours. A vote never becomes a post, a reply or a notification."""

from __future__ import annotations

from fediverse_node.actors.model import Actor
from fediverse_node.federation.inbox.ballots import Ballot
from fediverse_node.federation.inbox.interest import turned_away
from fediverse_node.federation.inbox.model import Applied, Ignored, Outcome
from fediverse_node.polls import clock, voting
from fediverse_node.polls import queries as polls
from fediverse_node.polls.model import Poll
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import may_see, viewer_for


def count(tx: Tx, voter: Actor, ballot: Ballot) -> Outcome:
    """Count what *voter* chose, as far as they may choose it.

    A voter who may not see the question gets the same answer as one who asks for a poll that is not here.
    """
    poll = _asked(tx, voter, ballot)
    if poll is None:
        return Ignored("a vote in no poll of ours")
    if poll.closed(tx.now):
        return Ignored("a vote after the end")
    chosen = [poll.names.index(name) for name in ballot.names if name in poll.names]
    if not chosen:
        return Ignored("a vote for an answer that there is not")
    if len(chosen) > 1 and not poll.multiple:
        return Ignored("several votes where one can be given")
    if not voting.cast(tx, poll, voter.id, chosen):
        return Ignored("a vote that was counted before")
    clock.counted(tx, poll)
    return Applied()


def _asked(tx: Tx, voter: Actor, ballot: Ballot) -> Poll | None:
    question = posts.by_uri(tx, ballot.question)
    if question is None or not question.local or not may_see(tx, question, viewer_for(voter)):
        return None
    if turned_away(tx, question.actor_id, voter):
        return None
    return polls.of_post(tx, question.id)
