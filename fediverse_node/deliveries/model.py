"""Values the deliveries room hands out and takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

State = Literal["waiting", "delivered", "failed"]

#: When mail is due that waits for its host to answer again, and not for a moment.
PARKED = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredActivity:
    """An activity of ours, as the bytes that are sent and, when it is public, served at its uri."""

    id: int
    uri: str
    actor_id: int
    type: str
    post_id: int | None
    public: bool
    document: bytes = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One activity on its way to one inbox.

    Attributes:
        host: `host[:port]` of the inbox; who is unreachable is a host, not an inbox.
        attempts: exchanges so far.
    """

    id: int
    activity_id: int
    actor_id: int
    inbox: str
    host: str
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one attempt. `due_at` is when to try again, where the state is `waiting`."""

    envelope_id: int
    state: State
    due_at: datetime | None
    status: int | None
    error: str | None
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRow:
    """One line of the answer to "did it arrive?".

    Attributes:
        activity: `Create`, `Update`, …
        tried_at: when the last exchange ended.
        done_at: when it arrived or was given up.
        next_try: None when it is done, or waits for its host to answer again.
    """

    activity: str
    activity_uri: str
    host: str
    inbox: str
    state: State
    attempts: int
    last_status: int | None
    last_error: str | None
    milliseconds: int | None
    created_at: datetime
    tried_at: datetime | None
    done_at: datetime | None
    next_try: datetime | None
