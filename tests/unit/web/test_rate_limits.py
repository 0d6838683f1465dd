from __future__ import annotations

import pytest

from fediverse_node.web.rate_limits import Rate, RateLimits, TooMany, address_key

THREE = Rate(name="three", count=3, seconds=30)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_whole_allowance_may_be_used_at_once_and_nothing_more() -> None:
    limits = RateLimits(enabled=True, clock=Clock())
    for _ in range(3):
        limits.take(THREE, "somebody")
    with pytest.raises(TooMany) as refused:
        limits.take(THREE, "somebody")
    assert refused.value.retry_after == pytest.approx(10)
    limits.take(THREE, "somebody else")


def test_what_was_used_comes_back_evenly() -> None:
    clock = Clock()
    limits = RateLimits(enabled=True, clock=clock)
    for _ in range(3):
        limits.take(THREE, "somebody")
    clock.now += 10
    limits.take(THREE, "somebody")
    with pytest.raises(TooMany):
        limits.take(THREE, "somebody")


def test_being_refused_costs_nothing() -> None:
    clock = Clock()
    limits = RateLimits(enabled=True, clock=clock)
    for _ in range(3):
        limits.take(THREE, "somebody")
    for _ in range(50):
        with pytest.raises(TooMany):
            limits.take(THREE, "somebody")
    clock.now += 10
    limits.take(THREE, "somebody")


def test_looking_counts_nothing() -> None:
    limits = RateLimits(enabled=True, clock=Clock())
    for _ in range(3):
        assert not limits.spent(THREE, "somebody")
        limits.take(THREE, "somebody")
    assert limits.spent(THREE, "somebody")


def test_switched_off_it_never_refuses() -> None:
    limits = RateLimits(enabled=False, clock=Clock())
    for _ in range(100):
        limits.take(THREE, "somebody")
    assert not limits.spent(THREE, "somebody")


def test_memory_is_bounded_however_many_come() -> None:
    limits = RateLimits(enabled=True, clock=Clock(), max_keys=100)
    for number in range(5000):
        limits.take(THREE, str(number))
    assert len(limits._arrivals) <= 100


def test_whoever_waited_long_enough_is_forgotten() -> None:
    clock = Clock()
    limits = RateLimits(enabled=True, clock=clock)
    for number in range(50):
        limits.take(THREE, str(number))
    clock.now += 1000
    for number in range(50):
        limits.take(THREE, f"later {number}")
    assert len(limits._arrivals) == 50


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_client_is_counted_by_its_network(address: str, key: str) -> None:
    assert address_key(address) == key
