"""How long to wait, how much to read, how many at once; and what `Retry-After` asks of us."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: The longest pause another server can talk us into.
MAX_RETRY_AFTER = timedelta(hours=24).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of every exchange, in seconds, bytes and connections.

    `total` covers a whole call with its redirects and the body, so that a server which sends
    one byte per second gets no more of our time than a silent one.
    """

    total: float = 15.0
    connect: float = 5.0
    dns: float = 5.0
    dns_threads: int = 8
    dns_cache: int = 60
    keepalive: float = 15.0
    connections: int = 512
    connections_per_host: int = 8
    answer_bytes: int = 64 * 1024
    header_bytes: int = 8190
    header_count: int = 100


async def read_at_most(chunks: AsyncIterator[bytes], limit: int) -> tuple[bytes, bool]:
    """Up to *limit* bytes of *chunks*, and whether there were more."""
    received: list[bytes] = []
    size = 0
    async for chunk in chunks:
        received.append(chunk)
        size += len(chunk)
        if size > limit:
            return b"".join(received)[:limit], True
    return b"".join(received), False


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait as `Retry-After` says (RFC 9110, 10.2.3), or None when it says nothing usable.

    Never more than a day, never less than nothing.

    Args:
        headers: of the answer; looked up without regard to case when the mapping does so.
        now: the present moment, aware.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return MAX_RETRY_AFTER if len(text) > 9 else min(float(text), MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), MAX_RETRY_AFTER)
