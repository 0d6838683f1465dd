"""What the tests of the client share: a client, its three ways to ask, a signer, a log of what is dialled."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

import pytest

from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.outbound.limits import Limits
from fediverse_node.outbound.resolver import Lookup
from tests.fakes.hostile_server import (
    answer,
)

#: The open internet as in production, but for the ports and the scheme, which loopback servers need.
HTTP = AddressPolicy(allow_http=True)
#: The same with loopback listed.
LAB = AddressPolicy(allow_http=True, allow_private_networks=(ip_network("127.0.0.0/8"),))


@dataclass(frozen=True, slots=True)
class Tls:
    server: ssl.SSLContext
    ca_file: str


ACCEPT = "application/activity+json"
AGENT = "fediverse-node/0 (+https://here.example)"
QUICK = Limits(total=0.2, connect=0.1, dns=0.1)
OK = answer(body=b'{"ok": true}', headers={"Content-Type": ACCEPT})


def loopback(host: str) -> list[str]:
    return ["127.0.0.1"]


def client(
    policy: AddressPolicy = LAB,
    *,
    limits: Limits | None = None,
    lookup: Lookup = loopback,
    ca_file: str | None = None,
    own_origin: str | None = None,
) -> Outbound:
    return Outbound(
        policy, user_agent=AGENT, limits=limits, lookup=lookup, ca_file=ca_file, own_origin=own_origin
    )


HOP = "127.0.0.99"


class Signer:
    """Adds a header that says what it was shown, and remembers it."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str, str, bytes]] = []

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Mapping[str, str]:
        self.shown.append((method, url, headers["host"], body))
        return {"Signature": f'keyId="{url}"'}


Attempt = Callable[[Outbound, str], Awaitable[object]]


def fetch(outbound: Outbound, url: str) -> Awaitable[object]:
    return outbound.get(url, accept=ACCEPT)


def deliver(outbound: Outbound, url: str) -> Awaitable[object]:
    return outbound.post(url, b"{}", headers={})


def advise(outbound: Outbound, url: str) -> Awaitable[object]:
    return outbound.check(url)


ATTEMPTS = pytest.mark.parametrize("attempt", [fetch, deliver, advise])


class Dialled:
    """Connections that were tried; only those to `real_ports` are really opened."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.real_ports: set[int] = set()
