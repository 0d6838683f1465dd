"""Time, handed in where it is needed so that tests can turn it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

#: Gives the present moment, always aware and in UTC.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


def to_rfc3339(moment: datetime) -> str:
    """`2026-11-21T09:30:00Z`: whole seconds, UTC, as peers and clients of this field expect."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_rfc3339_millis(moment: datetime) -> str:
    """`2026-11-21T09:30:00.123Z`, the form of Mastodon's client API."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_rfc3339(text: str) -> datetime | None:
    """Read an xsd:dateTime as peers write it, or None when it is not one.

    Tolerates offsets, fractions of any length and a missing zone (Lemmy and Plume have sent
    both); a missing zone is read as UTC.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        return None
