"""The two clocks of a signed request: the HTTP date and the seconds of `created` and `expires`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from math import floor

from fediverse_node.signatures.base import refuse

#: How far a signed time may lie from ours, either way, in seconds. Peers' clocks and queues differ.
WINDOW = 3600
#: How long after `expires` a signature is still good, in seconds: the difference of two clocks.
EXPIRY_SKEW = 60

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)


def http_date(moment: datetime) -> str:
    """*moment* as an IMF-fixdate (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`."""
    return _fixdate(floor(moment.timestamp()))


@lru_cache(maxsize=64)
def _fixdate(seconds: int) -> str:
    utc = datetime.fromtimestamp(seconds, UTC)
    day, month = _DAYS[utc.weekday()], _MONTHS[utc.month - 1]
    return f"{day}, {utc.day:02} {month} {utc.year:04} {utc:%H:%M:%S} GMT"


def read_http_date(text: str) -> datetime:
    """The moment of an IMF-fixdate. The weekday is not compared: peers have sent wrong ones.

    Raises:
        SignatureRefused: it is not an IMF-fixdate.
    """
    found = _HTTP_DATE.fullmatch(text)
    if found is None:
        refuse("time", "The Date header cannot be read.")
    day, month, year, hour, minute, second = found.groups()
    try:
        return datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
    except ValueError:
        refuse("time", "The Date header cannot be read.")


def read_created(seconds: int, now: datetime) -> datetime:
    """The moment of `created`, in seconds since 1970, once it is known to be near *now*.

    Raises:
        SignatureRefused: further than `WINDOW` from *now*, either way.
    """
    if abs(now.timestamp() - seconds) > WINDOW:
        refuse("time", "The signature is too old, or from the future.")
    return datetime.fromtimestamp(seconds, UTC)


def require_unexpired(seconds: int, now: datetime) -> None:
    """Let a signature pass whose `expires`, in seconds since 1970, is not over.

    Raises:
        SignatureRefused: it expired more than `EXPIRY_SKEW` seconds ago.
    """
    if seconds + EXPIRY_SKEW < now.timestamp():
        refuse("time", "The signature has expired.")
