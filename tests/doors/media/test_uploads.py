"""Pictures of our own people: uploaded by apps, put into posts, shown, and gone with them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from fediverse_node.storage.folder import Folder
from fediverse_node.uploads import queries
from fediverse_node.uploads.keeping import Keeper
from tests.doors.media.conftest import Studio
from tests.fixtures.nodes import running_node
from tests.fixtures.pictures import form, opened, sent, telling


async def test_a_picture_is_uploaded_described_posted_and_shown(studio: Studio) -> None:
    status, made = await studio.upload(telling("JPEG"), description=" A heron ", focus="0.5,-0.25")
    assert status == 200, made
    assert made["type"] == "image"
    assert made["description"] == "A heron"
    assert made["meta"]["original"]["size"] == "30x60"
    assert made["meta"]["focus"] == {"x": 0.5, "y": -0.25}
    assert len(made["blurhash"]) == 28
    _, found = await studio.call("GET", f"/api/v1/media/{made['id']}")
    assert {name: found[name] for name in made if name != "fediverse_node"} == {
        name: made[name] for name in made if name != "fediverse_node"
    }
    assert found["fediverse_node"]["training_use"] == "no"
    waiting, headers, data = await studio.look(made["url"])
    assert (waiting, headers["Cache-Control"].partition(",")[0]) == (200, "private")
    assert opened(data).size == (30, 60)

    post = await studio.post(media_ids=[made["id"]])
    (shown,) = post["media_attachments"]
    assert {
        name: shown[name] for name in ("id", "url", "description", "blurhash", "meta", "preview_url")
    } == {name: made[name] for name in ("id", "url", "description", "blurhash", "meta", "preview_url")}
    async with studio.node.http.get(post["uri"], headers={"Accept": "application/activity+json"}) as answer:
        note = await answer.json(content_type=None)
    [attached] = note["attachment"]
    said = {
        "type": "Document",
        "mediaType": "image/jpeg",
        "url": made["url"],
        "name": "A heron",
        "width": 30,
        "height": 60,
        "blurhash": made["blurhash"],
        "focalPoint": [0.5, -0.25],
    }
    assert {name: attached.get(name) for name in said} == said


async def test_a_public_picture_may_be_kept_by_caches_and_runs_nowhere(studio: Studio) -> None:
    picture = await studio.picture()
    await studio.post(picture)
    status, headers, data = await studio.look(picture.path)
    assert (status, data) == (200, sent())
    assert headers["Content-Type"] == "image/png"
    assert headers["Cache-Control"].startswith("public, ")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; form-action 'none'; sandbox"
    assert headers["Content-Usage"] == "train-ai=n"
    assert headers["tdm-reservation"] == "1"
    assert headers["X-Robots-Tag"] == "noai, noimageai"
    assert re.fullmatch(r'inline; filename="[0-9a-f]{12}\.png"', headers["Content-Disposition"])
    assert (await studio.look(picture.path, **{"If-None-Match": headers["Etag"]}))[0] == 304
    part = await studio.look(picture.path, Range="bytes=1-3")
    assert (part[0], part[2]) == (206, b"PNG")


async def test_a_picture_for_followers_is_for_no_cache(studio: Studio) -> None:
    picture = await studio.picture()
    await studio.post(picture, visibility="private")
    status, headers, _ = await studio.look(picture.path)
    assert (status, headers["Cache-Control"].partition(",")[0]) == (200, "private")


@pytest.mark.parametrize("path", ["{0}.jpg", "{0}", "..%2f{0}.png", "0{0}.png"])
async def test_only_the_very_name_leads_to_a_picture(studio: Studio, path: str) -> None:
    # WEB-18, WEB-21 (its twin stands above)
    picture = await studio.picture()
    assert (await studio.look(f"/media/files/{path.format(picture.name)}"))[0] == 404


async def test_a_deleted_post_takes_its_pictures_along_at_once(studio: Studio) -> None:
    picture, other = await studio.picture(), await studio.picture()
    post = await studio.post(picture)
    await studio.post(other)
    assert (await studio.call("DELETE", f"/api/v1/statuses/{post['id']}"))[0] == 200
    assert (await studio.look(picture.path))[0] == 404
    assert await Keeper(studio.node.node.db, studio.folder).run_once() == 1
    assert [path.name for path in studio.files()] == [other.name]


async def test_pictures_of_somebody_suspended_are_not_shown(studio: Studio) -> None:
    picture = await studio.picture()
    await studio.post(picture)
    await studio.node.suspend(studio.alice.actor)
    assert (await studio.look(picture.path))[0] == 404


async def test_pictures_come_in_the_order_that_was_asked_for(studio: Studio) -> None:
    pictures = [await studio.picture() for _ in range(4)]
    asked = [pictures[2], pictures[0], pictures[3], pictures[1]]
    post = await studio.post(*asked, status="")
    assert [each["id"] for each in post["media_attachments"]] == [str(each.id) for each in asked]
    assert post["content"] == ""


async def test_a_picture_that_is_somebody_elses_used_deleted_or_named_twice_is_refused(
    studio: Studio,
) -> None:
    # WEB-20 (its twin stands above)
    used, gone = await studio.picture(), await studio.picture()
    await studio.post(used)
    assert (await studio.call("DELETE", f"/api/v1/media/{gone.id}"))[0] == 200
    mine, others = await studio.picture(), await studio.picture(studio.bob)
    refused: list[list[Any]] = [[others.id], [used.id], [gone.id], [mine.id, mine.id], [12345], ["x"], [[]]]
    for ids in refused:
        body = {"status": "Look", "media_ids": [str(each) if each else each for each in ids]}
        status, found = await studio.call("POST", "/api/v1/statuses", json=body)
        assert status == 422, (ids, found)
    status, found = await studio.call("GET", f"/api/v1/accounts/{studio.alice.actor.id}/statuses")
    assert len(found) == 1


async def test_a_fifth_picture_is_one_too_many(studio: Studio) -> None:
    pictures = [await studio.picture() for _ in range(5)]
    body = {"status": "Look", "media_ids": [str(each.id) for each in pictures]}
    assert (await studio.call("POST", "/api/v1/statuses", json=body))[0] == 422


async def test_neither_words_nor_pictures_are_no_post(studio: Studio) -> None:
    assert (await studio.call("POST", "/api/v1/statuses", json={"status": "", "media_ids": []}))[0] == 422


async def test_an_edit_changes_pictures_and_descriptions_and_ends_a_yes(studio: Studio) -> None:
    first, second = await studio.picture(), await studio.picture()
    post = await studio.post(first, training_use="yes")
    assert post["fediverse_node"]["training_use"] == "yes"
    path = f"/api/v1/statuses/{post['id']}"

    described = {"media_attributes": [{"id": str(first.id), "description": "A heron", "focus": "0,1"}]}
    status, after = await studio.call("PUT", path, json=described)
    assert status == 200, after
    assert after["fediverse_node"]["training_use"] == "no"
    assert after["edited_at"] is not None
    assert after["content"] == post["content"]
    assert after["media_attachments"][0]["description"] == "A heron"
    assert after["media_attachments"][0]["meta"]["focus"] == {"x": 0.0, "y": 1.0}

    status, after = await studio.call("PUT", path, json={"status": "Look", "media_ids": [str(second.id)]})
    assert [each["id"] for each in after["media_attachments"]] == [str(second.id)]
    _, history = await studio.call("GET", f"{path}/history")
    assert [[each["description"] for each in row["media_attachments"]] for row in history] == [
        [None],
        ["A heron"],
        [None],
    ]
    # What the history shows stays, and may come back.
    assert (await studio.look(first.path))[0] == 200
    both = [str(second.id), str(first.id)]
    status, after = await studio.call("PUT", path, json={"status": "Look", "media_ids": both})
    assert [each["id"] for each in after["media_attachments"]] == both
    _, after = await studio.call("PUT", path, json={"status": "Words alone"})
    assert [each["id"] for each in after["media_attachments"]] == both
    _, after = await studio.call("PUT", path, json={"status": "Words alone", "media_ids": []})
    assert after["media_attachments"] == []


async def test_an_edit_cannot_take_a_picture_of_another_post_or_describe_it(studio: Studio) -> None:
    # WEB-20
    first, second = await studio.picture(), await studio.picture()
    post = await studio.post(first)
    await studio.post(second)
    path = f"/api/v1/statuses/{post['id']}"
    assert (await studio.call("PUT", path, json={"media_ids": [str(second.id)]}))[0] == 422
    row = {"id": str(second.id), "description": "mine now"}
    assert (await studio.call("PUT", path, json={"media_attributes": [row]}))[0] == 422
    assert (await studio.call("PUT", path, json={"media_attributes": [{**row, "id": str(first.id)}]}))[
        0
    ] == 200


async def test_a_picture_that_waits_is_described_and_one_in_a_post_by_an_edit_only(studio: Studio) -> None:
    picture = await studio.picture()
    path = f"/api/v1/media/{picture.id}"
    status, found = await studio.call("PUT", path, json={"description": "A heron", "focus": "-1,0.5"})
    assert (status, found["description"], found["meta"]["focus"]) == (200, "A heron", {"x": -1.0, "y": 0.5})
    assert (await studio.call("PUT", path, json={"description": "x" * 1501}))[0] == 422
    assert (await studio.call("PUT", path, json={"focus": "2,0"}))[0] == 422
    assert (await studio.call("PUT", path, json={"focus": "nan,0"}))[0] == 422
    for method in ("GET", "PUT", "DELETE"):
        assert (await studio.call(method, path, studio.bob))[0] == 404
    await studio.post(picture)
    assert (await studio.call("PUT", path, json={"description": "another"}))[0] == 422
    assert (await studio.call("DELETE", path))[0] == 422


async def test_uploading_needs_a_token_that_allows_it(studio: Studio) -> None:
    reader = await studio.node.add_person("reader", scopes="read write:statuses")
    status, _ = await studio.call("POST", "/api/v2/media", reader, data=form(sent()))
    assert status == 403
    async with studio.node.http.post("/api/v2/media", data=form(sent())) as answer:
        assert answer.status == 401
    assert studio.files() == []


async def test_a_file_that_is_no_picture_is_refused_with_words(studio: Studio) -> None:
    # WEB-12
    status, found = await studio.upload(b"<svg onload='alert(1)'/>", version="v1")
    assert (status, "no picture" in found["error"]) == (422, True)
    status, found = await studio.upload(sent("PNG", size=(1001, 1000)))
    assert (status, found["error"]) == (422, "This picture has more than 1 million pixels.")
    status, found = await studio.call("POST", "/api/v2/media", data={"description": "nothing"})
    assert status == 415
    nothing = aiohttp.FormData(default_to_multipart=True)
    nothing.add_field("description", "nothing")
    assert (await studio.call("POST", "/api/v2/media", data=nothing))[0] == 422
    assert studio.files() == []


async def test_a_file_that_is_too_large_is_refused_while_it_comes(studio: Studio) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        for _ in range(20):
            yield bytes(1 << 16)

    status, found = await studio.upload(bytes(1 << 21))
    assert (status, found["error"]) == (413, "A file of this kind has at most 1 MiB.")
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    status, found = await studio.call("POST", "/api/v2/media", data=endless(), headers=kind)
    assert (status, found["error"]) == (413, "A file of this kind has at most 1 MiB.")
    assert studio.files() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x\r\n",
        b"no form",
        b"--x\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\nfile\r\n--x--\r\n',
        b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\n\xff\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\n\r\n' * 101,
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(studio: Studio, body: bytes) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await studio.call("POST", "/api/v2/media", data=body, headers=kind))[0] == 422


async def test_an_account_that_has_used_its_room_gets_no_more(studio: Studio) -> None:
    await studio.picture(size=1 << 20)
    status, found = await studio.upload(sent())
    assert (status, "all the room" in found["error"]) == (422, True)
    # twin: the room is each one's own
    data = form(sent())
    assert (await studio.call("POST", "/api/v2/media", studio.bob, data=data))[0] == 200


async def test_the_instance_says_what_may_be_uploaded(studio: Studio) -> None:
    _, found = await studio.call("GET", "/api/v2/instance")
    limits = found["configuration"]
    assert limits["statuses"]["max_media_attachments"] == 4
    assert limits["media_attachments"]["image_size_limit"] == 1 << 20
    assert limits["media_attachments"]["image_matrix_limit"] == 1_000_000
    assert limits["media_attachments"]["description_limit"] == 1500
    assert "image/avif" in limits["media_attachments"]["supported_mime_types"]


async def test_where_accounts_have_no_room_nothing_is_offered(database_url: str, tmp_path: Path) -> None:
    settings = {
        "FEDIVERSE_NODE_MEDIA__ACCOUNT_MEGABYTES": "0",
        "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads"),
        "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
    }
    async with running_node(database_url, settings=settings) as node:
        alice = await node.add_person("alice")
        async with node.http.get("/api/v2/instance") as answer:
            limits = (await answer.json())["configuration"]
        assert limits["statuses"]["max_media_attachments"] == 0
        assert limits["media_attachments"]["supported_mime_types"] == []
        async with node.http.post("/api/v2/media", data=form(sent()), headers=alice.bearer) as answer:
            assert (answer.status, await answer.json()) == (
                422,
                {"error": "Pictures cannot be uploaded to this server."},
            )


async def test_a_full_disk_takes_no_picture_and_says_when_to_come_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Folder, "has_room", lambda _: False)
    async with studio.node.http.post(
        "/api/v2/media", data=form(sent()), headers=studio.alice.bearer
    ) as answer:
        assert answer.status == 503
        assert "Retry-After" in answer.headers


async def test_whoever_deletes_their_account_takes_all_pictures_along(studio: Studio) -> None:
    from fediverse_node.federation.outbox.depart import depart  # noqa: PLC0415 next to its only use

    waiting, posted, of_bob = await studio.picture(), await studio.picture(), await studio.picture(studio.bob)
    await studio.post(posted)
    await depart(studio.node.desk, studio.alice.actor)
    assert [(await studio.look(each.path))[0] for each in (waiting, posted, of_bob)] == [404, 404, 200]
    await Keeper(studio.node.node.db, studio.folder).run_once()
    assert [path.name for path in studio.files()] == [of_bob.name]
    assert await studio.node.node.db.read(lambda tx: queries.used_by(tx, studio.alice.account.id)) == 0
