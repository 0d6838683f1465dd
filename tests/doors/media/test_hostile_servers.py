"""What a server can do when one of its files is looked at: lead us astray, send for ever, send too much."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fediverse_node.media.model import EMOJI, owner_of_post
from tests.doors.media.conftest import PNG, Gallery, opened
from tests.fakes.addresses import FORBIDDEN, SPELLINGS_OF_LOOPBACK
from tests.fakes.hostile_server import HostileServer, answer, endless, redirects, replies

HOP = "127.0.0.99"
PICTURE = answer(body=PNG, headers={"Content-Type": "image/png"})


@pytest.fixture
async def guarded(database_url: str, tmp_path: Path) -> AsyncIterator[Gallery]:
    """A gallery whose node may connect to one address of loopback, and to no other private one."""
    async with opened(database_url, tmp_path, networks=f"{HOP}/32") as made:
        yield made


async def status_of(gallery: Gallery, url: str) -> int:
    return (await gallery.look(gallery.address(EMOJI, url))).status


async def test_no_private_address_is_connected_to(guarded: Gallery) -> None:
    """SSRF-01 to SSRF-10, SSRF-20, SSRF-22; SSRF-19 as the address stands in a document of theirs."""
    async with HostileServer(replies(PICTURE)) as canary, HostileServer(replies(PICTURE), host=HOP) as hop:
        hosts = [f"[{each}]" if ":" in each else each for each in FORBIDDEN]
        hosts += [*SPELLINGS_OF_LOOPBACK, "localhost", "x@127.0.0.1", "127.0.0.1\\@example.org"]
        for host in hosts:
            assert await status_of(guarded, f"http://{host}:{canary.port}/a.png") == 404, host
        assert canary.connections == 0
        assert await status_of(guarded, hop.url("/a.png")) == 200


@pytest.mark.parametrize("scheme", ["file", "gopher", "data", "ftp", "javascript"])
async def test_no_other_scheme_is_fetched(guarded: Gallery, scheme: str) -> None:
    """SSRF-15, also by way of a redirect."""
    assert await status_of(guarded, f"{scheme}:///etc/passwd") == 404
    async with HostileServer(redirects(lambda _: f"{scheme}:///etc/passwd"), host=HOP) as hop:
        assert await status_of(guarded, hop.url("/a.png")) == 404
        assert hop.connections == 1


async def test_a_redirect_leads_to_no_private_address_and_no_farther_than_three_hops(
    guarded: Gallery,
) -> None:
    """SSRF-13, SSRF-14, SSRF-16."""
    targets = {"/loop": "/loop", **{f"/{n}": f"/{n - 1}" for n in range(1, 4)}}
    async with (
        HostileServer(replies(PICTURE)) as canary,
        HostileServer(replies(PICTURE), host=HOP) as home,
        HostileServer(redirects(lambda seen: targets[seen.line.split(" ")[1]]), host=HOP) as hop,
    ):
        targets |= {"/in": canary.url("/a.png"), "/home": home.url("/a.png"), "/0": home.url("/a.png")}
        assert await status_of(guarded, hop.url("/in")) == 404
        assert await status_of(guarded, hop.url("/loop")) == 404
        assert await status_of(guarded, hop.url("/3")) == 404
        assert (canary.connections, home.connections) == (0, 0)
        assert await status_of(guarded, hop.url("/home")) == 200
        assert await status_of(guarded, hop.url("/2")) == 200


async def test_our_own_server_is_not_fetched_from(guarded: Gallery) -> None:
    """SSRF-20: what we serve must not become something that another vouches for."""
    assert await status_of(guarded, f"{guarded.node.base_url}/static/x.png") == 404


@pytest.mark.parametrize(
    "opening",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + PNG,
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + PNG,
    ],
    ids=["without end", "by its own word"],
)
async def test_a_file_that_does_not_end_is_cut_off_and_leaves_nothing(
    guarded: Gallery, opening: bytes
) -> None:
    """Limits table L. The picture of a person may have fewer bytes than a file of a post."""
    async with HostileServer(endless(opening, bytes(1 << 16)), host=HOP) as hop:
        for _ in range(2):
            assert await status_of(guarded, hop.url("/a.png")) == 404
        assert hop.connections == 1
    assert guarded.files() == []
    assert await guarded.stored() == 0


async def test_a_bomb_is_measured_by_what_comes_out_of_it(guarded: Gallery) -> None:
    for size, status in ((3 << 20, 404), (1 << 20, 200)):
        bomb = answer(body=gzip.compress(PNG + bytes(size)), headers={"Content-Encoding": "gzip"})
        async with HostileServer(replies(bomb), host=HOP) as hop:
            assert await status_of(guarded, hop.url("/a.png")) == status
    assert len(guarded.files()) == 1


async def test_half_a_file_is_none(guarded: Gallery) -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + PNG
    async with HostileServer(replies(half, keep=False), host=HOP) as hop:
        assert await status_of(guarded, hop.url("/a.png")) == 503
    assert guarded.files() == []


async def test_a_name_that_is_a_path_stays_a_name(guarded: Gallery, tmp_path: Path) -> None:
    """WEB-18."""
    async with HostileServer(replies(PICTURE), host=HOP) as hop:
        for path in ("/../../../etc/x.png", "/%2e%2e/%2e%2e/x.png", "/" + "a" * 1500, "/x.png%00.html", "/."):
            url = hop.url(path)
            post = await guarded.show(url)
            seen = await guarded.look(guarded.address(owner_of_post(post.id), url))
            assert seen.status == 200, path
    inside = guarded.folder / guarded.copies.signer.tag
    assert all(each.is_relative_to(inside) and len(each.name) == 32 for each in guarded.files())
    assert {each.stat().st_mode & 0o777 for each in guarded.files()} == {0o600}
