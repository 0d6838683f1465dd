from __future__ import annotations

from fediverse_node.federation.discovery.conversation import FETCHES_PER_HOST, Hosts
from tests.fixtures.outbox import TurnedClock


def test_each_host_has_a_share_of_its_own_that_comes_back_after_an_hour() -> None:
    clock = TurnedClock()
    hosts = Hosts(clock)
    taken = [hosts.take(f"https://there.example/{number}") for number in range(FETCHES_PER_HOST + 1)]
    assert taken == [True] * FETCHES_PER_HOST + [False]
    assert hosts.take("https://elsewhere.example/1")
    clock.turn(hours=1)
    assert hosts.take("https://there.example/1")
