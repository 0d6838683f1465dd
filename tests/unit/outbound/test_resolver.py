from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from fediverse_node.outbound.errors import AddressRefused
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.outbound.resolver import Lookup, Resolver, system_lookup
from tests.fakes.addresses import FORBIDDEN

POLICY = AddressPolicy()


def answers(*addresses: str) -> Lookup:
    return lambda host: list(addresses)


async def found(lookup: Lookup, *, policy: AddressPolicy = POLICY, port: int = 443) -> list[str]:
    resolver = Resolver(policy, lookup=lookup, seconds=60, threads=2)
    try:
        return [entry["host"] for entry in await resolver.resolve("remote.example", port)]
    finally:
        await resolver.close()


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_a_name_that_leads_to_a_private_address_leads_nowhere_unless_it_is_listed(address: str) -> None:
    with pytest.raises(AddressRefused):
        await found(answers(address))
    listed = AddressPolicy(allow_private_networks=(ip_network(ip_address(address)),))
    assert await found(answers(address), policy=listed) == [str(ip_address(address))]


@pytest.mark.parametrize(
    ("addresses", "left"),
    [
        (["8.8.8.8", "::1"], ["8.8.8.8"]),
        (["127.0.0.1", "8.8.8.8"], ["8.8.8.8"]),
        (["10.0.0.1", "2a00::1", "fe80::1%eth0", "8.8.8.8"], ["2a00::1", "8.8.8.8"]),
    ],
)
async def test_of_a_mixed_answer_only_the_public_addresses_are_left(
    addresses: list[str], left: list[str]
) -> None:
    assert await found(answers(*addresses)) == left


async def test_the_port_counts_too() -> None:
    with pytest.raises(AddressRefused):
        await found(answers("8.8.8.8"), port=25)
    assert await found(answers("8.8.8.8"), port=443) == ["8.8.8.8"]


@pytest.mark.parametrize("error", [OSError("no such host"), UnicodeError("label too long")])
async def test_a_failed_look_up_is_an_ordinary_failure(error: Exception) -> None:
    def lookup(host: str) -> Sequence[str]:
        raise error

    with pytest.raises(OSError, match=str(error)) as caught:
        await found(lookup)
    assert not isinstance(caught.value, AddressRefused)


class HangingLookup:
    """Hangs for `dead.example` until the test lets go."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.asked: list[str] = []

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        self.begun.set()
        if host.startswith("dead"):
            self.go_on.wait(60)
        return ["8.8.8.8"]


async def test_a_dead_name_server_holds_one_thread_and_others_are_served() -> None:
    lookup = HangingLookup()
    resolver = Resolver(POLICY, lookup=lookup, seconds=0.02, threads=2)
    try:
        for _ in range(3):
            with pytest.raises(OSError, match="no answer from DNS"):
                await resolver.resolve("dead.example", 443)
        await asyncio.to_thread(lookup.begun.wait, 60)
        assert lookup.asked == ["dead.example"]
        resolver._seconds = 60
        assert await resolver.resolve("alive.example", 443)
        waiting = asyncio.ensure_future(resolver.resolve("dead.example", 443))
        await asyncio.sleep(0)
        lookup.go_on.set()
        assert (await waiting)[0]["host"] == "8.8.8.8"
        assert lookup.asked == ["dead.example", "alive.example"]
    finally:
        lookup.go_on.set()
        await resolver.close()


async def test_closing_wakes_those_who_wait_and_a_late_answer_hurts_nobody() -> None:
    lookup = HangingLookup()
    resolver = Resolver(POLICY, lookup=lookup, seconds=60, threads=1)
    waiting = asyncio.ensure_future(resolver.resolve("dead.example", 443))
    await asyncio.sleep(0)
    threads = [thread for thread in threading.enumerate() if thread.name == "dns"]
    await resolver.close()
    with pytest.raises(OSError, match="closed"):
        await waiting
    lookup.go_on.set()
    for thread in threads:
        await asyncio.to_thread(thread.join, 60)
        assert not thread.is_alive()


def test_an_answer_after_the_loop_has_closed_is_dropped() -> None:
    lookup = HangingLookup()

    async def give_up() -> None:
        resolver = Resolver(POLICY, lookup=lookup, seconds=0.01, threads=1)
        with pytest.raises(OSError, match="no answer"):
            await resolver.resolve("dead.example", 443)
        await resolver.close()

    asyncio.run(give_up())
    thread = next(thread for thread in threading.enumerate() if thread.name == "dns")
    lookup.go_on.set()
    thread.join(5)
    assert not thread.is_alive()


async def test_more_look_ups_than_threads_wait_their_turn() -> None:
    resolver = Resolver(POLICY, lookup=HangingLookup(), seconds=60, threads=2)
    before = {thread for thread in threading.enumerate() if thread.name == "dns"}
    results = await asyncio.gather(*(resolver.resolve(f"host{n}.example", 443) for n in range(10)))
    started = {thread for thread in threading.enumerate() if thread.name == "dns"} - before
    assert len(results) == 10
    assert len(started) <= 2
    await resolver.close()


def test_the_system_is_asked_for_names() -> None:
    assert "127.0.0.1" in system_lookup("127.0.0.1")
    assert set(system_lookup("localhost")) <= {"127.0.0.1", "::1"}
