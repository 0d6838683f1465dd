from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

import pytest

from fediverse_node.outbound.errors import Refused, Unreachable
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.outbound.limits import Limits
from fediverse_node.outbound.resolver import system_lookup
from tests.fakes.addresses import FORBIDDEN, SPELLINGS_OF_LOOPBACK
from tests.fakes.hostile_server import (
    HostileServer,
    redirects,
)
from tests.unit.outbound.exchanges import (
    ACCEPT,
    ATTEMPTS,
    HOP,
    HTTP,
    LAB,
    Attempt,
    Dialled,
    advise,
    client,
    deliver,
    fetch,
)


def url_of(address: str) -> str:
    return f"http://[{address}]/" if ":" in address else f"http://{address}/"


def listing(*addresses: str) -> AddressPolicy:
    return replace(HTTP, allow_private_networks=tuple(ip_network(ip_address(text)) for text in addresses))


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_a_forbidden_literal_is_not_dialled_and_a_listed_one_is(address: str, dialled: Dialled) -> None:
    plain = str(ip_address(address))
    async with client(HTTP) as outbound:
        for attempt in (fetch, deliver, advise):
            with pytest.raises(Refused):
                await attempt(outbound, url_of(address))
    assert dialled.addresses == []
    async with client(listing(address)) as outbound:
        await outbound.check(url_of(address))
        with pytest.raises(Unreachable):
            await fetch(outbound, url_of(address))
    assert dialled.addresses == [plain]


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_a_name_that_leads_to_a_forbidden_address_is_not_dialled_and_one_to_a_listed_is(
    address: str, dialled: Dialled
) -> None:
    plain = str(ip_address(address))
    async with client(HTTP, lookup=lambda host: [address]) as outbound:
        for attempt in (fetch, deliver, advise):
            with pytest.raises(Refused):
                await attempt(outbound, "http://remote.example/")
    assert dialled.addresses == []
    async with client(listing(address), lookup=lambda host: [address]) as outbound:
        await outbound.check("http://remote.example/")
        with pytest.raises(Unreachable):
            await fetch(outbound, "http://remote.example/")
    assert dialled.addresses == [plain]


@pytest.mark.parametrize("address", FORBIDDEN)
@pytest.mark.parametrize("by_name", [False, True], ids=["literal", "name"])
async def test_a_redirect_to_a_forbidden_address_is_not_dialled_and_one_to_a_listed_is(
    address: str, dialled: Dialled, *, by_name: bool
) -> None:
    target = "http://inner.example/" if by_name else url_of(address)

    def lookup(host: str) -> list[str]:
        return [address if host == "inner.example" else HOP]

    async with HostileServer(redirects(lambda seen: target), host=HOP) as hop:
        dialled.real_ports = {hop.port}
        async with client(listing(HOP), lookup=lookup) as outbound:
            with pytest.raises(Refused):
                await fetch(outbound, hop.url(host="hop.example"))
        assert (hop.connections, dialled.addresses) == (1, [])
        async with client(listing(HOP, address), lookup=lookup) as outbound:
            with pytest.raises(Unreachable):
                await fetch(outbound, hop.url(host="hop.example"))
    assert dialled.addresses == [str(ip_address(address))]


@pytest.mark.parametrize("spelling", SPELLINGS_OF_LOOPBACK)
async def test_no_spelling_of_loopback_reaches_a_canary(spelling: str, peer: HostileServer) -> None:
    target = f"http://{spelling}:{peer.port}/"
    async with (
        HostileServer(redirects(lambda seen: target), host=HOP) as hop,
        client(listing(HOP), lookup=system_lookup) as outbound,
    ):
        for attempt in (fetch, deliver, advise):
            with pytest.raises(Refused):
                await attempt(outbound, target)
        with pytest.raises(Refused):
            await fetch(outbound, hop.url())
    assert peer.connections == 0


@ATTEMPTS
async def test_localhost_reaches_no_canary_and_with_loopback_listed_it_does(
    attempt: Attempt, peer: HostileServer
) -> None:
    async with client(HTTP) as outbound:
        with pytest.raises(Refused):
            await attempt(outbound, peer.url(host="localhost"))
    assert peer.connections == 0
    async with client(LAB) as outbound:
        await attempt(outbound, peer.url(host="localhost"))
    assert peer.connections == (0 if attempt is advise else 1)


async def test_the_address_is_checked_again_where_the_socket_is_made(peer: HostileServer) -> None:
    class Forgetful(AddressPolicy):
        def check_url(self, url: str) -> SplitResult:
            return urlsplit(url)

    forgetful = Forgetful(allow_http=True)
    async with client(forgetful) as outbound:
        with pytest.raises(Refused, match="do not connect") as caught:
            await outbound.get(peer.url(), accept=ACCEPT)
    assert caught.value.detail.startswith("127.0.0.1")
    assert peer.connections == 0


async def test_a_name_with_public_and_private_addresses_is_dialled_on_the_public_ones_only(
    dialled: Dialled,
) -> None:
    async with client(HTTP, lookup=lambda host: ["::1", "8.8.8.8", "10.0.0.1", "127.0.0.1"]) as outbound:
        with pytest.raises(Unreachable):
            await outbound.get("http://remote.example/", accept=ACCEPT)
    assert set(dialled.addresses) == {"8.8.8.8"}


async def test_a_name_that_turns_private_after_the_first_look_is_not_dialled(
    dialled: Dialled,
) -> None:
    turns = iter([["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]])
    async with client(HTTP, lookup=lambda host: next(turns), limits=Limits(dns_cache=0)) as outbound:
        await outbound.check("http://remote.example/")
        for attempt in (fetch, deliver):
            with pytest.raises(Refused):
                await attempt(outbound, "http://remote.example/")
    assert dialled.addresses == []


@ATTEMPTS
@pytest.mark.parametrize(
    "url",
    [
        "https://remote.example:8443/",
        "https://remote.example:22/",
        "http://remote.example/",
        "https://user:secret@remote.example/",
        "https://remote.example/\r\nHost: x",
        "file:///etc/passwd",
        "https://abc.onion/",
        "https://node/",
        "https://printer.local/",
        "https://remote.example./",
    ],
)
async def test_in_production_only_plain_https_addresses_are_asked(
    attempt: Attempt, url: str, dialled: Dialled
) -> None:
    async with client(AddressPolicy(), lookup=lambda host: ["8.8.8.8"]) as outbound:
        with pytest.raises(Refused):
            await attempt(outbound, url)
        assert dialled.addresses == []
        with pytest.raises(Unreachable):
            await fetch(outbound, "https://remote.example/")
    assert dialled.addresses == ["8.8.8.8"]
