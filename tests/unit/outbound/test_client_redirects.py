from __future__ import annotations

from collections.abc import Callable

import pytest

from fediverse_node.outbound.errors import Refused
from tests.fakes.hostile_server import (
    HostileServer,
    Seen,
    answer,
    redirects,
    replies,
)
from tests.unit.outbound.exchanges import (
    ACCEPT,
    OK,
    Dialled,
    Signer,
    Tls,
    client,
)


def chain(length: int) -> Callable[[Seen], str | None]:
    """/0 → /1 → … → /length."""

    def where(seen: Seen) -> str | None:
        step = int(seen.line.split()[1].strip("/"))
        return f"/{step + 1}" if step < length else None

    return where


async def test_three_redirects_are_followed_and_each_hop_is_signed_for_itself() -> None:
    sign = Signer()
    async with HostileServer(redirects(chain(3))) as server, client() as outbound:
        response = await outbound.get(server.url("/0"), accept=ACCEPT, sign=sign)
    assert (response.url, response.body) == (server.url("/3"), b"arrived")
    hops = [server.url(f"/{step}") for step in range(4)]
    assert [shown[1] for shown in sign.shown] == hops
    assert [seen.values("Signature") for seen in server.requests] == [[f'keyId="{hop}"'] for hop in hops]


async def test_a_fourth_redirect_a_loop_and_any_when_none_is_wanted_are_refused() -> None:
    async with HostileServer(redirects(chain(4))) as server, client() as outbound:
        with pytest.raises(Refused, match="too many"):
            await outbound.get(server.url("/0"), accept=ACCEPT)
        assert len(server.requests) == 4
        with pytest.raises(Refused, match="too many"):
            await outbound.get(server.url("/0"), accept=ACCEPT, redirects=0)
        assert len(server.requests) == 5
        assert (await outbound.get(server.url("/0"), accept=ACCEPT, redirects=4)).url == server.url("/4")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temp", "308 Perm"])
async def test_every_kind_of_redirect_is_followed_for_get_and_none_for_post(status: str) -> None:
    async with HostileServer(redirects(chain(1), status)) as server, client() as outbound:
        assert (await outbound.get(server.url("/0"), accept=ACCEPT)).status == 200
        response = await outbound.post(server.url("/0"), b"{}", headers={})
    assert (response.status, response.headers["Location"]) == (int(status[:3]), "/1")
    assert len(server.requests) == 3


async def test_nothing_of_one_hop_reaches_the_next() -> None:
    async with (
        HostileServer(replies(OK), host="127.0.0.98") as other,
        HostileServer(redirects(lambda seen: other.url("/there"))) as first,
        client() as outbound,
    ):
        response = await outbound.get(first.url("/here"), accept=ACCEPT, sign=Signer())
    assert response.url == other.url("/there")
    [seen] = other.requests
    assert seen.values("Signature") == [f'keyId="{other.url("/there")}"']
    assert first.url("/here").encode() not in seen.head
    assert seen.values("Referer") == seen.values("Authorization") == seen.values("Cookie") == []


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "data:text/plain,x",
        "ftp://127.0.0.1/",
        "javascript:x",
        "http://[::1",
        "http://user:pass@127.0.0.1/",
        "http://127.1/",
    ],
)
async def test_a_redirect_to_another_kind_of_address_is_refused(location: str, dialled: Dialled) -> None:
    async with HostileServer(redirects(lambda seen: location)) as server, client() as outbound:
        dialled.real_ports = {server.port}
        with pytest.raises(Refused):
            await outbound.get(server.url(), accept=ACCEPT)
    assert dialled.addresses == []


async def test_a_redirect_status_without_a_location_is_the_answer() -> None:
    async with HostileServer(replies(answer("304 Not Modified"))) as server, client() as outbound:
        assert (await outbound.get(server.url(), accept=ACCEPT)).status == 304
    async with HostileServer(replies(answer("302 Found"))) as server, client() as outbound:
        assert (await outbound.get(server.url(), accept=ACCEPT)).status == 302


async def test_https_does_not_fall_to_http(tls: Tls, peer: HostileServer) -> None:
    plain = peer.url("/")
    paths: dict[str, str | None] = {"/down": plain, "/up": "/end", "/end": None}

    def where(seen: Seen) -> str | None:
        return paths[seen.line.split()[1]]

    async with (
        HostileServer(redirects(where), tls=tls.server) as server,
        client(ca_file=tls.ca_file) as outbound,
    ):
        with pytest.raises(Refused, match="another kind"):
            await outbound.get(server.url("/down", host="remote.example"), accept=ACCEPT)
        assert peer.connections == 0
        response = await outbound.get(server.url("/up", host="remote.example"), accept=ACCEPT)
    assert response.body == b"arrived"
