"""Asking: the poll of a post that a person of ours publishes or edits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fediverse_node.kernel.errors import NotFound, NotValid, TooLarge
from fediverse_node.kernel.text import clean_line
from fediverse_node.polls import clock
from fediverse_node.polls import queries as polls
from fediverse_node.polls.model import Option, Poll
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx

MIN_OPTIONS: Final = 2
MAX_OPTIONS: Final = 20
#: Characters of one answer.
MAX_OPTION: Final = 200
#: Seconds a poll is open, at least and at most.
MIN_SECONDS: Final = 300
MAX_SECONDS: Final = 31 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPoll:
    """What a person wants to ask.

    Attributes:
        options: as typed.
        expires_in: seconds for which it is open.
        hide_totals: whether the counts stay secret until then.
    """

    options: tuple[str, ...]
    expires_in: int
    multiple: bool = False
    hide_totals: bool = False


def checked(draft: DraftPoll) -> DraftPoll:
    """*draft* with its answers in their one-line form.

    Raises:
        NotValid: too few or too many answers, two that are alike, an empty one, or open for too short
            or too long a time.
        TooLarge: an answer is too long.
    """
    options = tuple(clean_line(option) for option in draft.options)
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        raise NotValid(f"A poll has {MIN_OPTIONS} to {MAX_OPTIONS} answers.")
    if not all(options) or len(set(options)) != len(options):
        # Other servers vote by the text of an answer.
        raise NotValid("The answers of a poll must not be empty, and no two may be alike.")
    if max(map(len, options)) > MAX_OPTION:
        raise TooLarge(f"An answer of a poll has at most {MAX_OPTION} characters.")
    if not MIN_SECONDS <= draft.expires_in <= MAX_SECONDS:
        raise NotValid(f"A poll is open for {MIN_SECONDS} to {MAX_SECONDS} seconds.")
    return DraftPoll(
        options=options,
        expires_in=draft.expires_in,
        multiple=draft.multiple,
        hide_totals=draft.hide_totals,
    )


def ask(tx: Tx, post: Post, draft: DraftPoll) -> Poll:
    """Store the poll of a new post of ours."""
    poll = _poll(tx, post, draft)
    polls.add(tx, poll, due_at=poll.ends_at)
    return poll


def answers_after(tx: Tx, post: Post, draft: DraftPoll | None) -> tuple[str, ...]:
    """What can be chosen in *post* once *draft* (None: nothing new) is taken over."""
    if draft is not None:
        return draft.options
    return answers(tx, post)


def answers(tx: Tx, post: Post) -> tuple[str, ...]:
    """What can be chosen in *post*; nothing where it is no question."""
    poll = polls.of_post(tx, post.id) if post.type == "Question" else None
    return poll.names if poll is not None else ()


def change(tx: Tx, post: Post, draft: DraftPoll) -> bool:
    """Take *draft* over for the question *post*. Whether anything is different.

    Other answers end the votes for the old ones. A poll that has closed stays as it is.

    Raises:
        NotValid: other answers for a closed poll, or a poll for a post that was published without one.
    """
    poll = polls.of_post(tx, post.id) if post.type == "Question" else None
    if poll is None:
        # Its type would change, and a copy elsewhere cannot follow that.
        raise NotValid("A poll cannot be added to a post. Delete the post, and post it again with a poll.")
    same = poll.names == draft.options and poll.multiple == draft.multiple
    if poll.closed(tx.now):
        if not same:
            raise NotValid("This poll has closed. Its answers cannot be changed any more.")
        return False
    fresh = _poll(tx, post, draft)
    assert fresh.ends_at is not None
    if same:
        polls.reschedule(tx, post.id, ends_at=fresh.ends_at, hide_totals=fresh.hide_totals)
    else:
        polls.replace(tx, fresh)
    clock.expect(tx, post.id, fresh.ends_at)
    return True


def poll_of(tx: Tx, post: Post) -> Poll | None:
    """The poll of *post*, for whoever writes it up."""
    return polls.of_post(tx, post.id) if post.type == "Question" else None


def require_poll(tx: Tx, post: Post) -> Poll:
    """The poll of *post*.

    Raises:
        NotFound: it has none.
    """
    poll = poll_of(tx, post)
    if poll is None:
        raise NotFound("There is no poll in this post.")
    return poll


def _poll(tx: Tx, post: Post, draft: DraftPoll) -> Poll:
    return Poll(
        post_id=post.id,
        multiple=draft.multiple,
        options=tuple(Option(name=name) for name in draft.options),
        ends_at=tx.now + timedelta(seconds=draft.expires_in),
        hide_totals=draft.hide_totals,
    )
