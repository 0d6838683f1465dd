"""Scheduling: a draft is tried, written down, and published later as if it had been sent then.

What is written down is all that its author said, with their word on training: it counts for exactly that
text, which nobody can change while it waits.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.publish import Draft, rehearse
from fediverse_node.kernel.errors import Conflict, NotFound, NotValid
from fediverse_node.scheduled import queries as scheduled
from fediverse_node.scheduled.model import Scheduled
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import held

log = logging.getLogger(__name__)


async def schedule(desk: Desk, author: Actor, draft: Draft, *, at: datetime) -> Scheduled:
    """Let *draft* be published at *at*. A second one with the same idempotency key gives the first.

    Raises:
        NotValid: too soon, too far away, too much waits already; or, as whatever else `publish` raises,
            what could not be published now either.
    """
    key = draft.idempotency_key
    if key is not None:
        earlier = await desk.db.read(lambda tx: scheduled.by_key(tx, author.id, key))
        if earlier is not None:
            return earlier
    plain = replace(draft, idempotency_key=None)
    await desk.db.read(lambda tx: scheduled.require(tx, author.id, at))
    await rehearse(desk, author, plain)
    written = written_down(plain)

    def unit(tx: Tx) -> Scheduled:
        made = scheduled.add(tx, author.id, written, at=at, key=key)
        held.hold(tx, made.id, [picture.id for picture in plain.pictures])
        return made

    made = await desk.db.write(unit)
    log.info("scheduled.taken", extra={"scheduled": made.id})
    return made


async def move(desk: Desk, author: Actor, scheduled_id: int, at: datetime) -> Scheduled:
    """Let a scheduled post of *author* appear at another time.

    Raises:
        NotFound: there is none.
        NotValid: as `schedule`.
    """

    def unit(tx: Tx) -> Scheduled:
        scheduled.move(tx, _own(tx, author, scheduled_id), at)
        return _own(tx, author, scheduled_id)

    return await desk.db.write(unit)


async def cancel(desk: Desk, author: Actor, scheduled_id: int) -> None:
    """Let a scheduled post of *author* never appear.

    Raises:
        NotFound: there is none; it may have been published.
    """

    def unit(tx: Tx) -> None:
        found = _own(tx, author, scheduled_id)
        take(tx, found)

    await desk.db.write(unit)


def take(tx: Tx, found: Scheduled) -> None:
    """Take a scheduled post away, with what was kept for it.

    Raises:
        Conflict: somebody else did meanwhile, or its author moved it.
    """
    if not scheduled.take(tx, found):
        raise Conflict("This post is not scheduled any more, or for another time.")
    held.release(tx, found.id)


def written_down(draft: Draft) -> dict[str, Any]:
    """*draft* as it is stored.

    Raises:
        NotValid: it names people apart from its text, which only other servers' apps do.
    """
    if draft.named:
        raise NotValid("A post for people who do not stand in its text cannot be scheduled.")
    found: dict[str, Any] = msgspec.to_builtins(draft)
    return found


def read_back(stored: dict[str, Any]) -> Draft:
    """What was stored.

    Raises:
        NotValid: it is of another version, and cannot be read any more.
    """
    try:
        return msgspec.convert(stored, Draft)
    except msgspec.ValidationError as error:
        raise NotValid("This post was scheduled with another version and cannot be read any more.") from error


def readable(found: Scheduled) -> Draft:
    """What was stored, for its author to look at; of another version at least the text."""
    try:
        return read_back(found.draft)
    except NotValid:
        # That it cannot be published its author learns when its time comes.
        return Draft(text=str(found.draft.get("text", "")))


def _own(tx: Tx, author: Actor, scheduled_id: int) -> Scheduled:
    found = scheduled.own(tx, author.id, scheduled_id)
    if found is None:
        raise NotFound("There is no such scheduled post.")
    return found
