"""The worker that tells of polls: their new counts, gathered for some minutes, and their end.

What has to be told, and when, stands in the rows (`polls.clock`): a restart loses nothing, and of
several workers one tells.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.edit import send_update
from fediverse_node.federation.outbox.publish import OPEN
from fediverse_node.polls import clock, voting
from fediverse_node.polls import queries as polls
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.signatures.base import SigningKey
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.telling import tell

log = logging.getLogger(__name__)

#: Seconds between two looks. Polls are open for minutes at least, so nobody waits for a second.
LOOK_EVERY = 15.0
#: When a poll is tried again of which could not be told.
PUT_OFF = timedelta(hours=1)
#: Polls that one look takes up.
AT_ONCE = 50
#: Voters whose servers are looked up with one statement.
_SLICE = 500


class Pollster:
    """Tells of polls until it is told to stop. One for each process that has workers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, stop: asyncio.Event) -> None:
        """Look every now and then until *stop* is set."""
        while not stop.is_set():
            try:
                await self.run_once()
            except Exception:
                # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
                log.exception("polls.turn_failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY)

    async def run_once(self) -> int:
        """Tell whatever is due now, and give of how many polls that was."""
        told = 0
        while due := await self._desk.db.read(lambda tx: clock.due(tx, most=AT_ONCE)):
            for post_id in due:
                told += await self._try(post_id)
        return told

    async def _try(self, post_id: int) -> bool:
        try:
            return await self._tell(post_id)
        except Exception:
            # The outermost frame of one poll: what is wrong with it must not keep the rest from being told.
            log.exception("polls.not_told", extra={"post": post_id})
        await self._desk.db.write(lambda tx: clock.put_off(tx, post_id, tx.now + PUT_OFF))
        return False

    async def _tell(self, post_id: int) -> bool:
        """One poll, in one transaction."""
        asked = await self._desk.db.read(lambda tx: _asked(tx, post_id))
        if asked is None:
            await self._desk.db.write(lambda tx: polls.remove(tx, post_id))
            return False
        question, author = asked
        # Of a poll elsewhere its own server tells; here only people of ours hear that it has closed.
        signing = await self._desk.keys.key_of(author.id, "ed25519") if author.local else None
        return await self._desk.db.write(lambda tx: _settle(tx, self._desk, question.id, author, signing))


def _asked(tx: Tx, post_id: int) -> tuple[Post, Actor] | None:
    """The question and who asked; None when it was deleted."""
    question = posts.by_id(tx, post_id)
    author = actors.by_id(tx, question.actor_id) if question is not None else None
    return (question, author) if question is not None and author is not None else None


def _settle(tx: Tx, desk: Desk, post_id: int, author: Actor, signing: SigningKey | None) -> bool:
    question, poll = posts.by_id(tx, post_id), polls.of_post(tx, post_id)
    if question is None or poll is None or not clock.take_up(tx, post_id):
        return False
    voters = voting.voter_ids(tx, post_id)
    closed = poll.closed(tx.now)
    if closed:
        clock.close(tx, post_id)
        _notify(tx, question, author, voters)
    if signing is not None and author.active:
        also = _inboxes(tx, voters) if question.visibility in OPEN and not question.local_only else []
        send_update(tx, desk, question, author, signing, as_edit=False, also=also)
    log.info("polls.told", extra={"post": post_id, "closed": closed})
    return True


def _notify(tx: Tx, question: Post, author: Actor, voters: list[int]) -> None:
    """Say to the people of ours who asked or voted that the poll has closed."""
    local = [author] if author.local else []
    for start in range(0, len(voters), _SLICE):
        found = actors.by_ids(tx, voters[start : start + _SLICE])
        local += [person for person in found.values() if person.local and person.active]
    for person in local:
        tell(tx, person.id, "poll", from_actor_id=author.id, post_id=question.id)


def _inboxes(tx: Tx, voters: list[int]) -> list[str]:
    """Where those live who voted from elsewhere."""
    found: dict[str, None] = {}
    for start in range(0, len(voters), _SLICE):
        for person in actors.by_ids(tx, voters[start : start + _SLICE]).values():
            if not person.local and person.active:
                found[person.delivery_inbox] = None
    return list(found)
