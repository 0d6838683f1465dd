"""Polls as templates are given them: who leads, in numbers that have been worked out already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.polls import queries as polls
from fediverse_node.polls.model import Poll
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.web.pages.strings import Strings, date_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """One answer; `percent` of those who voted chose it."""

    name: str
    votes: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PollView:
    """A poll, ready to be laid out.

    Attributes:
        secret: counts are not to be shown yet; they are all nought here.
        ends: (for machines, for people) the end; None where there is none.
    """

    answers: tuple[AnswerView, ...]
    multiple: bool
    closed: bool
    secret: bool
    voters: int
    ends: tuple[str, str] | None


def poll_views(tx: Tx, found: Iterable[Post], strings: Strings) -> dict[int, PollView]:
    """The polls of those of *found* that are questions, by post, in two statements at the most."""
    questions = [post.id for post in found if post.type == "Question"]
    if not questions:
        return {}
    return {id_: poll_view(poll, strings, now=tx.now) for id_, poll in polls.of_posts(tx, questions).items()}


def poll_view(poll: Poll, strings: Strings, *, now: datetime) -> PollView:
    """*poll*, in the words of *strings*."""
    secret = poll.secret(now)
    # Where the origin does not say how many voted, it is not known better than this.
    voters = poll.votes_count if poll.voters_count is None else poll.voters_count
    whole = voters if poll.multiple else poll.votes_count
    return PollView(
        answers=tuple(
            AnswerView(
                name=option.name,
                votes=0 if secret else option.votes,
                percent=0 if secret or not whole else min(round(100 * option.votes / whole), 100),
            )
            for option in poll.options
        ),
        multiple=poll.multiple,
        closed=poll.closed(now),
        secret=secret,
        voters=0 if secret else voters,
        ends=(to_rfc3339(poll.ends_at), date_text(poll.ends_at, strings)) if poll.ends_at else None,
    )
