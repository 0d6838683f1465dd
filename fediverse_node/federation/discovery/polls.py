"""The poll of a post from elsewhere: kept with its post, and brought up to date from its origin."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fediverse_node.activitystreams.documents import ObjectDoc, PollDoc
from fediverse_node.federation.discovery import objects
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.kernel.errors import NodeError
from fediverse_node.polls import clock
from fediverse_node.polls import queries as polls
from fediverse_node.polls.model import Option, Poll
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: More is a joke or an attack. A column holds some more, so that votes of ours can still be added.
_MOST: Final = 2_000_000_000


def asked(doc: ObjectDoc) -> tuple[str, ...]:
    """The answers that *doc* offers; none for what is no question."""
    if doc.type != "Question" or doc.poll is None:
        return ()
    return tuple(option.name for option in doc.poll.options)


def keep(tx: Tx, post: Post, doc: ObjectDoc) -> None:
    """Store the poll of *post*, a question that was just stored from *doc*."""
    if doc.type == "Question" and doc.poll is not None:
        polls.add(tx, _poll(doc.poll, post.id, now=tx.now))


def exchange(tx: Tx, post: Post, doc: PollDoc) -> None:
    """Other answers than before: the votes for the old ones no longer count."""
    fresh = _poll(doc, post.id, now=tx.now)
    if not polls.add(tx, fresh):
        polls.replace(tx, fresh)


def same_answers(poll: Poll, doc: PollDoc) -> bool:
    """Whether *doc* offers what *poll* offers, so that its votes can be compared."""
    return poll.multiple == doc.multiple and poll.names == tuple(option.name for option in doc.options)


def lowers(poll: Poll, doc: PollDoc) -> bool:
    """Whether *doc* takes votes away from some answer."""
    return any(new.votes < old.votes for new, old in zip(doc.options, poll.options, strict=True))


def recount(tx: Tx, poll: Poll, doc: PollDoc) -> None:
    """Take over the counts and the end that the author of a poll with the same answers states."""
    counts = [min(option.votes, _MOST) for option in doc.options]
    polls.set_counts(tx, poll.post_id, counts, voters_count=_capped(doc.voters_count))
    if doc.closed and not poll.closed(tx.now):
        clock.close(tx, poll.post_id)
        clock.expect(tx, poll.post_id, tx.now)
    elif not doc.closed and doc.end_time != poll.ends_at:
        polls.reschedule(tx, poll.post_id, ends_at=doc.end_time, hide_totals=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    uri: str
    actor_id: int


async def refresh(discovery: Discovery, post_id: int) -> None:
    """Ask the origin of a remote poll for its counts, if that was not done within the last minute.

    Whatever goes wrong, the counts that are here stay.
    """
    question = await discovery.db.read(lambda tx: _elsewhere(tx, post_id))
    if question is None or not await discovery.db.write(lambda tx: polls.may_refresh(tx, post_id)):
        return
    try:
        found = await objects.fetch(discovery, question.uri, Budget())
    except NodeError as error:
        log.info("poll.not_refreshed", extra={"post": post_id, "reason": f"{error} {error.detail}"[:300]})
        return
    if found.uri != question.uri:
        return

    def unit(tx: Tx) -> None:
        poll, author = polls.of_post(tx, post_id), objects.stored_author(tx, found)
        stated = found.doc.poll
        if poll is None or stated is None or author.id != question.actor_id:
            return
        # Other answers come with an Update, which is what puts the old ones into the history.
        if same_answers(poll, stated):
            recount(tx, poll, stated)

    await discovery.db.write(unit)


def _elsewhere(tx: Tx, post_id: int) -> _Asked | None:
    """The question, if it is somebody else's and was not asked about just now."""
    post, poll = posts.by_id(tx, post_id), polls.of_post(tx, post_id)
    if post is None or post.local or poll is None:
        return None
    if poll.fetched_at is not None and tx.now - poll.fetched_at < polls.REFRESH_EVERY:
        return None
    return _Asked(uri=post.uri, actor_id=post.actor_id)


def _poll(doc: PollDoc, post_id: int, *, now: datetime) -> Poll:
    ended = min(doc.end_time, now) if doc.end_time is not None else now
    return Poll(
        post_id=post_id,
        multiple=doc.multiple,
        options=tuple(Option(name=each.name, votes=min(each.votes, _MOST)) for each in doc.options),
        ends_at=doc.end_time,
        closed_at=ended if doc.closed else None,
        voters_count=_capped(doc.voters_count),
    )


def _capped(count: int | None) -> int | None:
    return None if count is None else min(count, _MOST)
