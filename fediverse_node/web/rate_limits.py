"""How much one client may ask: the generic cell rate algorithm, in one bounded map.

Each key holds one number, the moment at which it would have used up what it was given ("theoretical
arrival time"). No windows, no counters to reset, and a client that waits is served evenly again.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass

from fediverse_node.kernel.errors import NotNow

#: Keys remembered at once. An attacker who owns more addresses than this is not stopped by addresses.
MAX_KEYS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """*count* requests in *seconds*, all at once if need be."""

    name: str
    count: int
    seconds: float


ADDRESS = Rate(name="address", count=300, seconds=300)
ACCOUNT = Rate(name="account", count=300, seconds=300)
#: Activities of one server: by the host of the verified key.
INBOX = Rate(name="inbox", count=1200, seconds=300)
#: Signatures that did not verify, by client address.
FAILED_SIGNATURES = Rate(name="failed_signatures", count=60, seconds=300)
#: Look-ups of remote things, by account.
REMOTE_LOOKUP = Rate(name="remote_lookup", count=30, seconds=300)
#: Searches for the words of posts, by account.
SEARCH = Rate(name="search", count=150, seconds=300)
#: Documents fetched for an app through `proxyUrl`, by account.
PROXY = Rate(name="proxy", count=30, seconds=300)
#: Copies of others' files, by client address: a page may have a hundred of them.
COPY = Rate(name="copy", count=3000, seconds=300)
#: Of these, those that have to be fetched first.
COPY_FETCH = Rate(name="copy_fetch", count=300, seconds=300)
#: Files of the dataset, by client address.
DATASET = Rate(name="dataset", count=600, seconds=300)
#: Keys for the dataset that one address may ask for.
DATASET_KEYS = Rate(name="dataset_keys", count=5, seconds=3600)
#: Pictures that somebody uploads, by account.
UPLOAD = Rate(name="upload", count=60, seconds=1800)
DELETES = Rate(name="deletes", count=30, seconds=1800)


class TooMany(NotNow):
    """Too many requests. Wait a little before the next one."""


class RateLimits:
    """Counts what clients ask of this process.

    Args:
        enabled: False in labs; then `take` never refuses.
        clock: seconds that only ever grow.
    """

    def __init__(
        self, *, enabled: bool, clock: Callable[[], float] = time.monotonic, max_keys: int = MAX_KEYS
    ) -> None:
        self._enabled = enabled
        self._clock = clock
        self._max_keys = max_keys
        #: in the order of their last use, so that the ones at the front are the ones to forget
        self._arrivals: dict[tuple[str, str], float] = {}

    def take(self, rate: Rate, key: str) -> None:
        """Count one request of *key* (an address from `address_key`, a host, an account id).

        Raises:
            TooMany: the rate is used up; `retry_after` says when the next request fits.
        """
        if not self._enabled:
            return
        now = self._clock()
        step = rate.seconds / rate.count
        slot = (rate.name, key)
        arrival = max(self._arrivals.pop(slot, now), now)
        wait = arrival - now - (rate.seconds - step)
        if wait > 0:
            self._arrivals[slot] = arrival
            raise TooMany(detail=f"rate {rate.name} used up", retry_after=wait)
        self._arrivals[slot] = arrival + step
        self._forget(now)

    def spent(self, rate: Rate, key: str) -> bool:
        """Whether the next `take` would refuse. Counts nothing."""
        arrival = self._arrivals.get((rate.name, key)) if self._enabled else None
        return arrival is not None and arrival - self._clock() > rate.seconds - rate.seconds / rate.count

    def _forget(self, now: float) -> None:
        """Drop up to two keys that are full again, and any beyond the bound."""
        for _ in range(2):
            slot = next(iter(self._arrivals))
            if self._arrivals[slot] > now and len(self._arrivals) <= self._max_keys:
                return
            del self._arrivals[slot]
            if not self._arrivals:
                return


def address_key(address: str) -> str:
    """What one client is counted by: its IPv4 address, or the /64 of its IPv6 address.

    A household or a rented machine has a whole /64; counting single addresses would count nobody.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(ip) >> 64 << 64, 64)))
    return str(ip)
