"""What a reader gets at `/media/proxy/…`, and what the other server hears of it."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fediverse_node.kernel.kinds import KINDS
from fediverse_node.media import queries
from fediverse_node.media.model import EMOJI, owner_of_actor, owner_of_post
from fediverse_node.media.signing import Signer
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.posts import queries as posts
from fediverse_node.web.media import proxy
from fediverse_node.web.media.tidying import Tidier
from fediverse_node.web.rate_limits import Rate
from tests.doors.media.conftest import JPEG, PNG, Gallery, change_bob, opened
from tests.fixtures.waiting import wait_until

MIB = 1 << 20


async def test_a_picture_is_fetched_once_and_served_from_here(gallery: Gallery) -> None:
    address = await gallery.posted("/heron.png")
    first, second = await gallery.look(address), await gallery.look(address)
    assert (first.status, first.body, second.body) == (200, PNG, PNG)
    assert gallery.there.fetches() == ["/heron.png"]
    asked = gallery.there.asked_for("/heron.png")[0].headers
    assert not {"Cookie", "Referer", "Signature", "Authorization"} & set(asked)


async def test_avatars_and_emoji_are_served_too(gallery: Gallery) -> None:
    face = gallery.address(owner_of_actor(gallery.bob.id), f"{gallery.there.origin}/bob.png")
    blob = gallery.address(EMOJI, gallery.offer("/blob.png"))
    for address in (face, blob):
        assert (await gallery.look(address)).status == 200


async def test_the_headers_are_those_of_a_media_origin(gallery: Gallery) -> None:
    """WEB-12, WEB-13, WEB-15."""
    gallery.offer('/"heron"; x=y\u202e.html')
    evil = f"{gallery.there.origin}/%22heron%22;%20x=y%E2%80%AE.html"
    seen = await gallery.look(gallery.address(EMOJI, evil), Accept="text/html")
    assert seen.status == 200
    assert seen.headers["Content-Security-Policy"] == "default-src 'none'; form-action 'none'; sandbox"
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert seen.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert seen.headers["Content-Type"] == "image/png"
    assert "Set-Cookie" not in seen.headers
    place, _, name = seen.headers["Content-Disposition"].partition("; filename=")
    assert place == "inline"
    assert name.strip('"').removesuffix(".png").isalnum()
    assert "immutable" in seen.headers["Cache-Control"]


async def test_parts_are_served_and_what_is_known_is_not_sent_again(gallery: Gallery) -> None:
    address = await gallery.posted("/long.png", PNG + bytes(5000))
    whole = await gallery.look(address)
    part = await gallery.look(address, Range="bytes=0-7")
    assert (part.status, part.body) == (206, PNG[:8])
    assert part.headers["Content-Range"] == f"bytes 0-7/{len(whole.body)}"
    tail = await gallery.look(address, Range="bytes=-5")
    assert (tail.status, tail.body) == (206, bytes(5))
    beyond = await gallery.look(address, Range="bytes=99999-")
    assert (beyond.status, beyond.headers["Cache-Control"]) == (416, "no-store")
    again = await gallery.look(address, **{"If-None-Match": whole.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    head = await gallery.look(address, "HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(whole.body)))


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avifmiaf", "image/avif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42", "video/mp4"),
        (b"ID3\x04", "audio/mpeg"),
        (b"fLaC", "audio/flac"),
    ],
)
async def test_the_type_is_what_the_bytes_say(gallery: Gallery, start: bytes, media_type: str) -> None:
    """WEB-14."""
    seen = await gallery.look(await gallery.posted("/x", start + bytes(300), "application/activity+json"))
    assert (seen.status, seen.headers["Content-Type"]) == (200, media_type)
    inline = seen.headers["Content-Disposition"].startswith("inline")
    assert inline is KINDS[media_type].inline


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>',
        b"%PDF-1.7",
        b'{"type": "Note"}',
        b"\x1f\x8b\x08",
        b"",
    ],
    ids=["html", "svg", "xml", "pdf", "activity", "gzip", "nothing"],
)
async def test_what_is_no_picture_is_not_served_whatever_it_is_called(gallery: Gallery, body: bytes) -> None:
    """WEB-12, WEB-14: neither kept nor asked for again."""
    address = await gallery.posted("/a.png", body, "image/png")
    for _ in range(2):
        seen = await gallery.look(address, Accept="text/html")
        assert (seen.status, seen.headers["Content-Type"].partition(";")[0]) == (404, "text/plain")
        assert "sandbox" in seen.headers["Content-Security-Policy"]
        assert body not in seen.body or not body
    assert gallery.there.fetches() == ["/a.png"]
    assert gallery.files() == []
    assert (await gallery.look(await gallery.posted("/b.png"))).status == 200


async def test_a_face_must_be_a_picture_and_not_too_large(gallery: Gallery) -> None:
    there = gallery.there
    face = gallery.address(owner_of_actor(gallery.bob.id), f"{there.origin}/bob.png")
    gallery.offer("/bob.png", b"ID3\x04" + bytes(300))
    assert (await gallery.look(face)).status == 404
    assert (
        await gallery.look(await gallery.posted("/song", b"ID3\x04" + bytes(300), "audio/mpeg"))
    ).status == 200
    blob = gallery.offer("/blob.png", PNG + bytes(2 * MIB))
    assert (await gallery.look(gallery.address(EMOJI, blob))).status == 404
    assert (await gallery.look(await gallery.posted("/blob.png", PNG + bytes(2 * MIB)))).status == 200


async def test_strangers_cannot_use_it_for_addresses_of_theirs(gallery: Gallery) -> None:
    """DOS-16."""
    address = await gallery.posted("/heron.png")
    _, _, _, signature, owner, encoded = address.split("/")
    other = gallery.address(EMOJI, gallery.offer("/other.png")).split("/")[-1]
    for forged in (
        f"/media/proxy/{signature}/{owner}/{other}",
        f"/media/proxy/{signature}/e/{encoded}",
        f"/media/proxy/{signature}/p1/{encoded}",
        f"/media/proxy/{'A' * 16}/{owner}/{encoded}",
        f"/media/proxy/{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}/{owner}/{encoded}",
        f"{address}A",
        f"{address}=",
        f"/media/proxy/{signature}/{owner}/..%2f..%2fetc%2fpasswd",
        f"/media/proxy/{signature}/{owner}/",
    ):
        assert (await gallery.look(forged)).status == 404, forged
    assert gallery.there.fetches() == []
    assert (await gallery.look(address)).status == 200


async def test_a_key_of_another_node_opens_nothing(gallery: Gallery, tmp_path: Path) -> None:
    url = gallery.offer("/heron.png")
    assert (await gallery.look(Signer("0" * 64).path(EMOJI, url))).status == 404
    assert (await gallery.look(gallery.address(EMOJI, url))).status == 200


async def test_many_readers_cause_one_download(gallery: Gallery) -> None:
    gate = asyncio.Event()
    url = gallery.offer("/heron.png", after=gate)
    post = await gallery.show(url)
    address = gallery.address(owner_of_post(post.id), url)
    async with asyncio.TaskGroup() as group:
        looking = [group.create_task(gallery.look(address)) for _ in range(20)]
        await gallery.there.is_asked_for("/heron.png")
        gate.set()
    assert {each.result().status for each in looking} == {200}
    assert gallery.there.fetches() == ["/heron.png"]
    assert len(gallery.files()) == 1


async def test_a_server_that_fails_is_left_alone_for_a_while(gallery: Gallery) -> None:
    url = gallery.offer("/heron.png", b"", status=503)
    address = gallery.address(EMOJI, url)
    for _ in range(2):
        seen = await gallery.look(address)
        assert (seen.status, seen.headers["Cache-Control"]) == (503, "no-store")
    assert int(seen.headers["Retry-After"]) > 100
    assert gallery.there.fetches() == ["/heron.png"]
    gone = gallery.address(EMOJI, gallery.offer("/gone.png", b"", status=410))
    assert [(await gallery.look(gone)).status for _ in range(2)] == [404, 404]
    assert len(gallery.there.asked_for("/gone.png")) == 1


async def test_a_deleted_post_takes_its_files_along(gallery: Gallery) -> None:
    """PRI-11: nothing is served from that moment, and the next round deletes the file."""
    url = gallery.offer("/heron.png")
    kept, deleted = await gallery.show(url), await gallery.show(url)
    addresses = [gallery.address(owner_of_post(post.id), url) for post in (kept, deleted)]
    for address in addresses:
        assert (await gallery.look(address)).status == 200
    assert await gallery.tidy() == 0
    await gallery.node.node.db.write(lambda tx: posts.remove(tx, deleted, actor_uri=gallery.bob.uri))
    assert [(await gallery.look(address)).status for address in addresses] == [200, 404]
    assert await gallery.tidy() == 1
    assert len(gallery.files()) == 1
    assert await gallery.stored() == len(PNG)


async def test_what_not_everybody_may_see_is_kept_by_no_cache_on_the_way(gallery: Gallery) -> None:
    """PRI-11: who was given the address may look, and nobody else can know it."""
    url = gallery.offer("/heron.png")
    for visibility, kept_by in (("public", "public"), ("private", "private"), ("direct", "private")):
        post = await gallery.show(url, visibility=visibility)
        seen = await gallery.look(gallery.address(owner_of_post(post.id), url))
        assert seen.headers["Cache-Control"].partition(",")[0] == kept_by


async def test_the_log_does_not_say_what_opens_a_private_file(
    gallery: Gallery, caplog: pytest.LogCaptureFixture
) -> None:
    """PRI-17."""
    caplog.set_level(logging.INFO)
    address = await gallery.posted("/heron.png")
    await gallery.look(address)
    paths = [getattr(each, "path", "") for each in caplog.records if each.message == "web.request"]
    assert paths == ["/media/proxy/"]
    assert not [each for each in caplog.records if address.split("/")[-1] in str(each.__dict__)]


@pytest.mark.parametrize("rule", [{"reject_media": True}, {"severity": "suspend"}])
async def test_files_of_a_server_without_media_are_not_shown_and_deleted(
    gallery: Gallery, rule: dict[str, object]
) -> None:
    """ADM-06."""
    face = gallery.address(owner_of_actor(gallery.bob.id), f"{gallery.there.origin}/bob.png")
    blob = gallery.address(EMOJI, gallery.offer("/blob.png"))
    assert {(await gallery.look(each)).status for each in (face, blob)} == {200}
    found = DomainBlock(**{"domain": "127.0.0.1", "severity": "silence", **rule})  # type: ignore[arg-type]  # as given
    await gallery.node.node.db.write(lambda tx: servers.save(tx, found))
    assert {(await gallery.look(each)).status for each in (face, blob)} == {404}
    assert await gallery.tidy() == 2
    assert gallery.files() == []
    await gallery.node.node.db.write(lambda tx: servers.remove(tx, "127.0.0.1"))
    assert {(await gallery.look(each)).status for each in (face, blob)} == {200}


async def test_shutting_a_server_out_wakes_the_tidier(gallery: Gallery) -> None:
    assert (await gallery.look(gallery.address(EMOJI, gallery.offer("/blob.png")))).status == 200
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(Tidier(gallery.copies).run(stop))
        found = DomainBlock(domain="127.0.0.1", severity="noop", reject_media=True)
        await gallery.node.node.db.write(lambda tx: servers.save(tx, found))
        await wait_until("an empty folder", lambda: asyncio.to_thread(lambda: not gallery.files()))
        stop.set()
    assert await gallery.stored() == 0


async def test_pictures_of_suspended_people_are_not_shown(gallery: Gallery) -> None:
    face = gallery.address(owner_of_actor(gallery.bob.id), f"{gallery.there.origin}/bob.png")
    post = await gallery.posted("/heron.png")
    assert {(await gallery.look(each)).status for each in (face, post)} == {200}
    await change_bob(gallery, suspended_at=gallery.node.node.clock())
    assert {(await gallery.look(each)).status for each in (face, post)} == {404}
    assert await gallery.tidy(thorough=True) == 1


async def test_the_budget_holds_and_what_was_not_looked_at_goes_first(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path, cache_megabytes="1") as gallery:
        size = 300 * 1024
        addresses = [await gallery.posted(f"/{name}.png", PNG.ljust(size, b"\0")) for name in "abcd"]
        for address in (*addresses[:3], addresses[0]):
            assert (await gallery.look(address)).status == 200
        reading = await gallery.node.http.get(addresses[1])
        assert (await gallery.look(addresses[3])).status == 200
        assert len(await reading.read()) == size
        assert await gallery.stored() == sum(path.stat().st_size for path in gallery.files()) <= MIB
        gallery.there.asked.clear()
        assert (await gallery.look(addresses[0])).status == 200
        assert (await gallery.look(addresses[3])).status == 200
        assert gallery.there.fetches() == []
        assert (await gallery.look(addresses[2])).status == 200
        assert gallery.there.fetches() == ["/c.png"]


async def test_a_file_larger_than_the_budget_is_not_kept(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path, cache_megabytes="1") as gallery:
        assert (await gallery.look(await gallery.posted("/a.png", PNG + bytes(MIB)))).status == 404
        assert gallery.files() == []
        assert (await gallery.look(await gallery.posted("/b.png", PNG + bytes(MIB // 2)))).status == 200


async def test_copies_outlive_a_restart_and_strays_do_not(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path) as gallery:
        blob = gallery.address(EMOJI, gallery.offer("/blob.png"))
        lost = gallery.address(EMOJI, gallery.offer("/lost.png", JPEG))
        assert {(await gallery.look(each)).status for each in (blob, lost)} == {200}
        next(path for path in gallery.files() if path.read_bytes() == JPEG).unlink()
        port = urlsplit(gallery.node.base_url).port or 0
    stray = tmp_path / gallery.copies.signer.tag / "ab" / ("ab" * 16)
    unfinished = stray.parent.parent / "new" / ("cd" * 16)
    foreign = stray.parent.parent / "README.txt"
    fresh = stray.with_name("ef" * 16)
    stray.parent.mkdir(exist_ok=True)
    for path in (stray, unfinished, foreign, fresh):
        path.write_bytes(b"left behind")
    for path in (*gallery.files(), foreign):
        if path != fresh:
            os.utime(path, (1, 1))
    async with opened(database_url, tmp_path, port=port) as again:
        assert await again.tidy(thorough=True) == 1
        assert not stray.exists()
        assert not unfinished.exists()
        assert foreign.exists()
        assert fresh.exists()
        assert (await again.look(blob)).status == 200
        assert (await again.look(lost)).status in {404, 503}  # the other server listens elsewhere now
        assert await again.node.node.db.read(lambda tx: len(queries.after(tx, 0, limit=9))) == 1


async def test_a_file_that_vanished_is_no_answer_to_be_kept(gallery: Gallery) -> None:
    address = await gallery.posted("/heron.png")
    assert (await gallery.look(address)).status == 200
    for path in gallery.files():
        path.unlink()
    seen = await gallery.look(address)
    assert (seen.status, seen.headers["Cache-Control"]) == (404, "no-store")
    assert await gallery.tidy(thorough=True) == 1
    assert (await gallery.look(address)).status == 200


async def test_while_it_is_off_nothing_is_fetched(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path, proxy="false") as gallery:
        assert (await gallery.look(gallery.address(EMOJI, gallery.offer("/blob.png")))).status == 404
        assert gallery.there.fetches() == []


async def test_what_is_deleted_while_it_is_fetched_is_not_served(gallery: Gallery) -> None:
    gate = asyncio.Event()
    url = gallery.offer("/heron.png", after=gate)
    post = await gallery.show(url)
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(gallery.look(gallery.address(owner_of_post(post.id), url)))
        await gallery.there.is_asked_for("/heron.png")
        await gallery.node.node.db.write(lambda tx: posts.remove(tx, post, actor_uri=gallery.bob.uri))
        gate.set()
    assert looking.result().status == 404


async def test_a_client_may_cause_only_so_many_downloads_and_look_at_what_is_there(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "COPY_FETCH", Rate(name="copy_fetch", count=2, seconds=300))
    async with opened(database_url, tmp_path, limited=True) as gallery:
        addresses = [gallery.address(EMOJI, gallery.offer(f"/{name}.png")) for name in "abc"]
        assert [(await gallery.look(each)).status for each in addresses] == [200, 200, 429]
        assert (await gallery.look(addresses[0])).status == 200
        assert gallery.there.fetches() == ["/a.png", "/b.png"]


async def test_what_arrives_by_federation_is_looked_at_from_here(gallery: Gallery) -> None:
    there, node = gallery.there, gallery.node
    alice = await node.add_person("alice")
    face = {"type": "Image", "mediaType": "image/png", "url": gallery.offer("/face.png")}
    carol = there.add_actor("carol", icon=face)
    picture = {
        "type": "Document",
        "mediaType": "image/jpeg",
        "url": gallery.offer("/c.jpg", JPEG),
        "name": "C",
    }
    emoji = {
        "type": "Emoji",
        "name": ":c:",
        "icon": {"type": "Image", "url": gallery.offer("/c.gif", b"GIF89a")},
    }
    mention = {"type": "Mention", "href": alice.actor.uri, "name": alice.actor.handle}
    note = carol.note(
        "<p>Look :c:</p>", to=[alice.actor.uri], cc=[], attachment=[picture], tag=[emoji, mention]
    )
    assert await carol.send(node.addresses.inbox("alice"), carol.create(note)) == 202
    async with node.http.get("/api/v1/notifications", headers=alice.bearer) as answer:
        status = (await answer.json())[0]["status"]
    offered = {
        "avatar": (status["account"]["avatar"], "image/png", "public"),
        "file": (status["media_attachments"][0]["url"], "image/jpeg", "private"),
        "emoji": (status["emojis"][0]["url"], "image/gif", "public"),
    }
    for what, (address, media_type, kept_by) in offered.items():
        seen = await gallery.look(address)
        assert (seen.status, seen.headers["Content-Type"]) == (200, media_type), what
        assert seen.headers["Cache-Control"].startswith(kept_by), what
