from __future__ import annotations

import ssl
from collections.abc import Mapping

import pytest

from fediverse_node.outbound.errors import Refused, Unreachable
from tests.fakes.hostile_server import (
    HostileServer,
    answer,
    replies,
)
from tests.unit.outbound.exchanges import (
    ACCEPT,
    AGENT,
    OK,
    Signer,
    Tls,
    client,
)


async def test_a_client_says_which_addresses_it_may_reach() -> None:
    async with client() as outbound:
        assert outbound.policy.allow_http


async def test_a_document_is_fetched_with_one_host_header_and_nothing_compressed(peer: HostileServer) -> None:
    async with client() as outbound:
        response = await outbound.get(peer.url("/users/a%2Fb/../c?x=%7e&y=#main-key"), accept=ACCEPT)
    assert (response.status, response.body) == (200, b'{"ok": true}')
    assert response.headers["content-TYPE"] == ACCEPT
    assert response.url == peer.url("/users/a%2Fb/../c?x=%7e&y=")
    [seen] = peer.requests
    assert seen.line == "GET /users/a%2Fb/../c?x=%7e&y= HTTP/1.1"
    assert seen.values("Host") == [f"127.0.0.1:{peer.port}"]
    assert seen.values("Accept") == [ACCEPT]
    assert seen.values("Accept-Encoding") == ["identity"]
    assert seen.values("User-Agent") == [AGENT]
    assert seen.values("Cookie") == []
    assert "body" not in repr(response)


async def test_a_post_arrives_as_the_bytes_that_were_signed(peer: HostileServer) -> None:
    sign = Signer()
    async with client() as outbound:
        url = f"http://PEER.example:{peer.port}/inbox"
        response = await outbound.post(url, b'{"type": "Like"}', headers={"Content-Type": ACCEPT}, sign=sign)
    assert response.status == 200
    assert response.url == url
    wire = f"http://peer.example:{peer.port}/inbox"
    assert sign.shown == [("POST", wire, f"peer.example:{peer.port}", b'{"type": "Like"}')]
    [seen] = peer.requests
    assert seen.line == "POST /inbox HTTP/1.1"
    assert seen.body == b'{"type": "Like"}'
    assert seen.values("Host") == [f"peer.example:{peer.port}"]
    assert seen.values("Signature") == [f'keyId="{wire}"']
    assert seen.values("Content-Type") == [ACCEPT]


async def test_a_signer_may_name_the_host_again_and_it_is_still_sent_once(peer: HostileServer) -> None:
    async def sign(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        return {"host": headers["Host"], "date": "Sat, 21 Nov 2026 09:30:00 GMT"}

    async with client() as outbound:
        await outbound.get(peer.url(), accept=ACCEPT, sign=sign)
    assert peer.requests[0].values("Host") == [f"127.0.0.1:{peer.port}"]


async def test_connections_are_used_again(peer: HostileServer) -> None:
    async with client() as outbound:
        for _ in range(3):
            await outbound.post(peer.url(), b"{}", headers={})
    assert (peer.connections, len(peer.requests)) == (1, 3)


@pytest.mark.parametrize(
    "status", ["202 Accepted", "401 Unauthorized", "404 Not Found", "410 Gone", "500 Oops"]
)
async def test_every_status_is_an_answer(status: str) -> None:
    async with HostileServer(replies(answer(status, b"why"))) as server, client() as outbound:
        for response in (
            await outbound.get(server.url(), accept=ACCEPT),
            await outbound.post(server.url(), b"{}", headers={}),
        ):
            assert (response.status, response.body) == (int(status[:3]), b"why")


async def test_cookies_are_not_kept() -> None:
    async with HostileServer(replies(answer(headers={"Set-Cookie": "a=b"}))) as server, client() as outbound:
        for _ in range(2):
            await outbound.get(server.url(), accept=ACCEPT)
    assert [seen.values("Cookie") for seen in server.requests] == [[], []]


async def test_proxies_of_the_environment_are_ignored(
    peer: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with HostileServer(replies(OK)) as proxy, client() as outbound:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        await outbound.get(peer.url(), accept=ACCEPT)
    assert (peer.connections, proxy.connections) == (1, 0)


async def test_closing_twice_or_unused_is_fine_and_a_closed_client_opens_again(peer: HostileServer) -> None:
    outbound = client()
    await outbound.close()
    await outbound.get(peer.url(), accept=ACCEPT)
    await outbound.close()
    await outbound.close()
    await outbound.get(peer.url(), accept=ACCEPT)
    await outbound.close()


async def test_we_do_not_fetch_from_ourselves(peer: HostileServer) -> None:
    async with client(own_origin=peer.url("")) as outbound:
        with pytest.raises(Refused, match="ourselves"):
            await outbound.get(peer.url("/users/a"), accept=ACCEPT)
        with pytest.raises(Refused, match="ourselves"):
            await outbound.post(peer.url("/inbox"), b"{}", headers={})
    assert peer.connections == 0
    async with client(own_origin="http://127.0.0.1:1") as outbound:
        await outbound.get(peer.url("/users/a"), accept=ACCEPT)


async def test_a_certificate_must_be_trusted_and_name_the_host(tls: Tls) -> None:
    async with HostileServer(replies(OK), tls=tls.server) as server:
        good, other = server.url(host="remote.example"), server.url(host="other.example")
        async with client(ca_file=tls.ca_file) as outbound:
            assert (await outbound.get(good, accept=ACCEPT)).status == 200
            with pytest.raises(Unreachable) as caught:
                await outbound.get(other, accept=ACCEPT)
            assert "other.example" in caught.value.detail
        async with client() as outbound:
            with pytest.raises(Unreachable, match="could not be reached"):
                await outbound.get(good, accept=ACCEPT)
    assert len(server.requests) == 1


async def test_old_tls_is_not_spoken(tls: Tls) -> None:
    async with client(ca_file=tls.ca_file) as outbound:
        context = outbound._opened()[0].connector._ssl  # type: ignore[union-attr] # there is a connector
    assert isinstance(context, ssl.SSLContext)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
