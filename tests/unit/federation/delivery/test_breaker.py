from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.federation.delivery import breaker
from fediverse_node.peers.model import Peer
from tests.fixtures.outbox import START


def failing(*seconds: float, peer: Peer | None = None) -> Peer:
    """A host after failures at these moments."""
    peer = peer or Peer(host="x.example")
    for moment in seconds:
        peer = breaker.after_failure(peer, START + timedelta(seconds=moment), "down")
    return peer


def test_five_failures_over_a_minute_open_it() -> None:
    assert failing(0, 20, 40, 59).breaker == "closed"
    peer = failing(0, 20, 40, 59, 60)
    assert (peer.breaker, peer.probe_at) == ("open", START + timedelta(seconds=360))


def test_five_failures_at_once_do_not() -> None:
    assert failing(0, 0, 1, 1, 2, 3, 59).breaker == "closed"


def test_four_failures_over_an_hour_do_not() -> None:
    assert failing(0, 1000, 2000, 3600).breaker == "closed"


def test_an_answer_closes_it_and_the_count_begins_anew() -> None:
    peer = breaker.after_success(failing(0, 20, 40, 59, 60), START + timedelta(seconds=400))
    assert (peer.breaker, peer.failures, peer.failing_since, peer.probe_at) == ("closed", 0, None, None)
    assert failing(500, 520, 540, 559, peer=peer).breaker == "closed"


def test_probes_come_at_five_minutes_doubling_to_twelve_hours_and_then_daily() -> None:
    peer, waits = failing(0, 20, 40, 59, 60), []
    for _ in range(26):
        assert peer.probe_at is not None
        assert peer.probe_delay is not None
        waits.append(peer.probe_delay / 60)
        peer = breaker.after_failure(peer, peer.probe_at, "down")
    assert waits[:9] == [5, 10, 20, 40, 80, 160, 320, 640, 720]
    assert set(waits[9:]) == {720, 1440}
    assert waits[-1] == 1440


def test_a_failure_that_was_on_its_way_when_it_opened_is_no_probe() -> None:
    peer = failing(0, 20, 40, 59, 60)
    later = breaker.after_failure(peer, START + timedelta(seconds=62), "down")
    assert (later.probe_at, later.probe_delay, later.failures) == (peer.probe_at, peer.probe_delay, 6)


def test_a_host_is_forgotten_after_thirty_days() -> None:
    peer = failing(0)
    assert not breaker.forgotten(peer, START + timedelta(days=29, hours=23))
    assert breaker.forgotten(peer, START + timedelta(days=30))
    assert not breaker.forgotten(Peer(host="x.example"), START)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 100_000)), max_size=60))
def test_it_is_open_only_while_a_probe_is_planned(events: list[tuple[bool, int]]) -> None:
    peer, now = Peer(host="x.example"), START
    for well, seconds in events:
        now += timedelta(seconds=seconds)
        peer = breaker.after_success(peer, now) if well else breaker.after_failure(peer, now, "down")
        assert (peer.breaker == "open") == (peer.probe_at is not None)
        assert (peer.failures > 0) == (peer.failing_since is not None)
        if peer.breaker == "open":
            assert peer.failures >= breaker.FAILURES
            assert peer.probe_delay is not None
            assert 300 <= peer.probe_delay <= 86_400
