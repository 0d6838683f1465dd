from __future__ import annotations

import ipaddress

import pytest

from fediverse_node.web.middleware import client_address

PROXIES = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", ["192.0.2.7"], "192.0.2.7"),
        ("127.0.0.1", ["192.0.2.7, 10.1.1.1"], "192.0.2.7"),
        ("127.0.0.1", ["192.0.2.7", "10.1.1.1"], "192.0.2.7"),
        ("127.0.0.1", ["203.0.113.66, 192.0.2.7"], "192.0.2.7"),
        ("127.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("127.0.0.1", ["10.2.2.2, 10.1.1.1"], "10.2.2.2"),
    ],
)
def test_a_proxy_of_ours_is_believed_from_the_right(peer: str, forwarded: list[str], client: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == client


@pytest.mark.parametrize("forwarded", [["192.0.2.7"], ["127.0.0.1"], ["10.0.0.1, 127.0.0.1"]])
def test_what_a_stranger_writes_there_is_not_read(forwarded: list[str]) -> None:
    assert client_address("203.0.113.9", forwarded, PROXIES) == "203.0.113.9"
    assert client_address("203.0.113.9", forwarded, ()) == "203.0.113.9"
    assert client_address("127.0.0.1", forwarded, ()) == "127.0.0.1"


@pytest.mark.parametrize("forwarded", [[], [""], ["unknown"], ["192.0.2.7, _hidden"], ["192.0.2.7:4711"]])
def test_what_is_no_address_is_not_believed(forwarded: list[str]) -> None:
    assert client_address("127.0.0.1", forwarded, PROXIES) == "127.0.0.1"
