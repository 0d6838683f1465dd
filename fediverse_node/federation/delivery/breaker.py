"""When to leave a host alone, decided without a clock, a socket or a row.

Per host, not per inbox: a small server gave up because dead hosts ate every worker (mastodon#12445).
Only an answer to us closes a breaker, never that the host sends something (mastodon#31118).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from fediverse_node.peers.model import Peer

#: So many failures in a row, over at least so long, open it.
FAILURES = 5
OVER = timedelta(seconds=60)
FIRST_PROBE = timedelta(minutes=5)
LONGEST_PROBE = timedelta(hours=12)
#: A host that has not answered for so long is dormant: one probe a day.
DORMANT_AFTER = timedelta(days=7)
DORMANT_PROBE = timedelta(days=1)
#: After so long its queue is emptied at each probe that fails.
FORGOTTEN_AFTER = timedelta(days=30)


def after_success(peer: Peer, now: datetime) -> Peer:
    """The host answered."""
    return replace(
        peer,
        breaker="closed",
        failures=0,
        failing_since=None,
        probe_at=None,
        probe_delay=None,
        last_error=None,
        last_success_at=now,
    )


def after_failure(peer: Peer, now: datetime, error: str) -> Peer:
    """The host did not answer, or answered with an error of its own."""
    since = peer.failing_since or now
    failures = peer.failures + 1
    failed = replace(peer, failures=failures, failing_since=since, last_error=error)
    if peer.breaker == "open":
        if peer.probe_at is not None and now < peer.probe_at:
            return failed  # sent before it opened: not the probe
        return _open(failed, now, 2 * timedelta(seconds=peer.probe_delay or 0))
    if failures >= FAILURES and now - since >= OVER:
        return _open(failed, now, FIRST_PROBE)
    return failed


def forgotten(peer: Peer, now: datetime) -> bool:
    """Whether mail for this host is given up without waiting for its own deadline."""
    return peer.failing_since is not None and now - peer.failing_since >= FORGOTTEN_AFTER


def _open(peer: Peer, now: datetime, delay: timedelta) -> Peer:
    dormant = peer.failing_since is not None and now - peer.failing_since >= DORMANT_AFTER
    delay = DORMANT_PROBE if dormant else min(max(delay, FIRST_PROBE), LONGEST_PROBE)
    return replace(peer, breaker="open", probe_at=now + delay, probe_delay=int(delay.total_seconds()))
