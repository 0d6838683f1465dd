"""When to try again, decided without a clock, a socket or a row.

The schedule is that of a patient postman: soon at first, then twice a day, for seven days. What the
peer says about itself (`Retry-After`) goes before the schedule, and what it says about the letter
(400, 404, 410, …) ends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from fediverse_node.deliveries.model import State

#: Waits after the first, second, … failed attempt; afterwards `AFTERWARDS` each time.
SCHEDULE = tuple(
    timedelta(seconds=seconds) for seconds in (30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600)
)
AFTERWARDS = timedelta(hours=12)
#: An attempt that fails when the letter is older than this was the last one.
GIVE_UP = timedelta(days=7)
#: Each wait is up to this much longer or shorter, so that letters do not march in step.
JITTER = 0.2
#: 401 and 403 may come from a clock, a key cache or a block: three letters with a fresh Date tell.
CREDENTIAL_TRIES = 3
_LONGEST_WAIT = timedelta(hours=24)

_SENT = range(200, 300)
_GONE = 410
_PERMANENT = frozenset({400, 404, 405, _GONE, 413, 415, 422})
_CREDENTIALS = frozenset({401, 403})
_PATIENCE = frozenset({429, 503})


class Reach(Enum):
    """What an exchange says about the host, whatever it says about the letter."""

    ANSWERED = "answered"
    BUSY = "busy"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How an exchange ended.

    Attributes:
        status: the HTTP status; None when no answer came.
        retry_after: seconds the peer asked us to wait.
        error: for the trace, when no answer came.
        refused: our own policy forbids to reach this inbox.
        void: there is nothing left to send.
    """

    status: int | None = None
    retry_after: float | None = None
    error: str | None = None
    refused: bool = False
    void: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the letter was taken."""
        return self.status in _SENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with the envelope and what to think of its host.

    Attributes:
        due_at: when to try again, where the state is `waiting`.
        hold_host_until: the host asked that nothing be sent to it before.
        inbox_gone: nothing will ever be taken there again.
    """

    state: State
    reach: Reach
    due_at: datetime | None = None
    hold_host_until: datetime | None = None
    inbox_gone: bool = False


def judge(answer: Answer, *, attempt: int, created_at: datetime, now: datetime, chance: float) -> Verdict:
    """What follows from *answer*.

    Args:
        answer: how the exchange ended.
        attempt: which one it was, from 1.
        created_at: when the envelope was made.
        now: when the exchange ended.
        chance: 0 to 1, drawn evenly; decides about the jitter.
    """
    reach = _reach(answer)
    if answer.status in _SENT:
        return Verdict(state="delivered", reach=reach)
    if answer.status in _PERMANENT:
        return Verdict(state="failed", reach=reach, inbox_gone=answer.status == _GONE)
    deadline = created_at + GIVE_UP
    tried_enough = (answer.status in _CREDENTIALS or answer.refused) and attempt >= CREDENTIAL_TRIES
    if answer.void or tried_enough or now >= deadline:
        return Verdict(state="failed", reach=reach)
    if reach is Reach.BUSY and answer.retry_after is not None:
        until = now + min(timedelta(seconds=max(answer.retry_after, 1.0)), _LONGEST_WAIT)
        return Verdict(state="waiting", reach=reach, due_at=until, hold_host_until=until)
    # The last attempt is made at the deadline itself, not skipped because the step before was long.
    return Verdict(
        state="waiting", reach=reach, due_at=min(now + wait_after(attempt, chance=chance), deadline)
    )


def wait_after(attempt: int, *, chance: float) -> timedelta:
    """How long to wait after failed attempt number *attempt* (from 1); *chance* is 0 to 1."""
    step = SCHEDULE[attempt - 1] if attempt <= len(SCHEDULE) else AFTERWARDS
    return step * (1 - JITTER + 2 * JITTER * chance)


def outcome_of(answer: Answer) -> str:
    """*answer* in one of a few words, for counting."""
    if answer.status is None:
        return "not-sent" if answer.refused or answer.void else "unreachable"
    if answer.accepted:
        return "delivered"
    return "failed" if answer.status >= 500 else "rejected"


def _reach(answer: Answer) -> Reach:
    if answer.refused or answer.void:
        return Reach.BUSY  # says nothing about the host
    if answer.status is None:
        return Reach.FAILED
    if answer.status in _PATIENCE and (answer.status == 429 or answer.retry_after is not None):
        return Reach.BUSY
    return Reach.FAILED if answer.status >= 500 else Reach.ANSWERED
