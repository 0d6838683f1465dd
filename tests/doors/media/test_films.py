"""Films and sounds of our own people: uploaded by apps, made anew, put into posts, shown, and gone again."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.uploads import jobs, recording
from fediverse_node.uploads.converting import Converter
from fediverse_node.uploads.intake import Uploads
from fediverse_node.uploads.keeping import Keeper
from fediverse_node.web.media.storing import uploads_of
from tests.doors.media.conftest import Studio
from tests.fixtures.films import SECRET, animation, film, needs_ffmpeg
from tests.fixtures.pictures import form, opened, sent


def uploads(studio: Studio) -> Uploads:
    return uploads_of(studio.node.node)


async def note_of(studio: Studio, uri: str) -> dict[str, Any]:
    async with studio.node.http.get(uri, headers={"Accept": "application/activity+json"}) as answer:
        return dict(await answer.json(content_type=None))


@needs_ffmpeg
async def test_a_film_is_uploaded_made_anew_posted_and_shown(studio: Studio) -> None:
    status, begun = await studio.upload(film("mov"), description="A wave", focus="0.1,0.2")
    assert (status, begun["type"], begun["url"]) == (202, "video", None)
    status, found = await studio.call("GET", f"/api/v1/media/{begun['id']}")
    assert (status, found["description"], found["url"]) == (206, "A wave", None)
    body = {"status": "Look", "media_ids": [begun["id"]]}
    status, refused = await studio.call("POST", "/api/v1/statuses", json=body)
    assert (status, "still being made" in refused["error"]) == (422, True)
    changed = {"description": "Another wave"}
    status, found = await studio.call("PUT", f"/api/v1/media/{begun['id']}", json=changed)
    assert (status, found["description"]) == (206, "Another wave")

    assert await Converter(uploads(studio)).run_once()
    status, made = await studio.call("GET", f"/api/v1/media/{begun['id']}")
    assert (status, made["id"], made["type"], made["description"]) == (
        200, begun["id"], "video", "Another wave",
    )  # fmt: skip
    assert made["meta"]["original"]["size"] == "64x48"
    assert 0.9 < made["meta"]["original"]["duration"] < 1.3
    assert (made["meta"]["original"]["frame_rate"], len(made["blurhash"])) == ("10000/1000", 28)
    assert opened((await studio.look(made["preview_url"]))[2]).size == (64, 48)
    # What was sent is gone, and nothing of it is left but what it shows (WEB-17).
    assert len(studio.files()) == 2
    _, headers, data = await studio.look(made["url"])
    assert (headers["Content-Type"], headers["Content-Usage"]) == ("video/mp4", "train-ai=n")
    assert SECRET not in data
    assert b"DMI-PROHIBITED-SEECONSTRAINT" in data
    part = await studio.look(made["url"], Range="bytes=4-7")
    assert (part[0], part[2]) == (206, b"ftyp")

    status, post = await studio.call("POST", "/api/v1/statuses", json=body)
    assert status == 200
    [shown] = post["media_attachments"]
    assert {name: shown[name] for name in ("type", "url", "preview_url", "blurhash")} == {
        name: made[name] for name in ("type", "url", "preview_url", "blurhash")
    }
    [attached] = (await note_of(studio, post["uri"]))["attachment"]
    assert (attached["type"], attached["mediaType"], attached["url"]) == (
        "Document", "video/mp4", made["url"],
    )  # fmt: skip
    assert attached["icon"]["url"] == made["preview_url"]
    assert attached["duration"].startswith("PT")
    async with studio.node.http.get(post["url"], headers={"Accept": "text/html"}) as answer:
        page = await answer.text()
    assert f'poster="{made["preview_url"]}" src="{made["url"]}"' in page
    # PRI-11
    await studio.call("DELETE", f"/api/v1/statuses/{post['id']}")
    assert (await studio.look(made["url"]))[0] == 404
    await Keeper(studio.node.node.db, studio.folder).run_once()
    assert studio.files() == []


@needs_ffmpeg
async def test_version_one_waits_and_a_sound_has_no_picture_unless_one_is_sent(studio: Studio) -> None:
    status, made = await studio.upload(film("wav"), version="v1")
    assert (status, made["type"], made["preview_url"], made["blurhash"]) == (200, "audio", None, None)
    assert list(made["meta"]["original"]) == ["duration", "bitrate"]
    labelled = await studio.call("PUT", f"/api/v1/media/{made['id']}", json={"ai_part": "made"})
    assert (labelled[0], labelled[1]["fediverse_node"]["ai_part"]) == (200, "made")
    assert b"trainedAlgorithmicMedia" in (await studio.look(labelled[1]["url"]))[2]
    data = form(sent())
    data._fields[0][0]["name"] = "thumbnail"
    status, found = await studio.call("PUT", f"/api/v1/media/{made['id']}", data=data)
    assert (status, len(found["blurhash"])) == (200, 28)
    assert (await studio.look(found["preview_url"]))[0] == 200
    post = await studio.call("POST", "/api/v1/statuses", json={"status": "", "media_ids": [made["id"]]})
    [shown] = post[1]["media_attachments"]
    assert (shown["type"], shown["url"], shown["preview_url"]) == (
        "audio", found["url"], found["preview_url"],
    )  # fmt: skip
    picture = await studio.picture()
    status, second = await studio.upload(film("wav"), version="v1")
    both = {"status": "", "media_ids": [second["id"], str(picture.id)]}
    status, refused = await studio.call("POST", "/api/v1/statuses", json=both)
    assert (status, refused["error"]) == (422, "A film or sound goes alone into a post.")


@needs_ffmpeg
async def test_a_picture_that_moves_becomes_a_film_that_loops(studio: Studio) -> None:
    status, made = await studio.upload(animation())
    assert (status, made["type"], made["url"].rpartition(".")[2]) == (200, "gifv", "mp4")
    post = await studio.call("POST", "/api/v1/statuses", json={"status": "", "media_ids": [made["id"]]})
    assert post[1]["media_attachments"][0]["type"] == "gifv"
    async with studio.node.http.get(post[1]["url"], headers={"Accept": "text/html"}) as answer:
        assert "<video controls loop muted" in await answer.text()


async def test_without_the_program_films_are_refused_and_pictures_that_move_stand_still(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "tools", lambda: None)
    for version in ("v1", "v2"):
        status, found = await studio.upload(b"\0\0\0\x18ftypmp42" + bytes(100), version=version)
        assert (status, "ffmpeg" in found["error"]) == (422, True)
    async with studio.node.http.get("/api/v2/instance") as answer:
        limits = (await answer.json())["configuration"]["media_attachments"]
    assert {kind.partition("/")[0] for kind in limits["supported_mime_types"]} == {"image"}
    assert limits["video_size_limit"] == 0
    status, made = await studio.upload(animation())
    assert (status, made["type"]) == (200, "image")


@needs_ffmpeg
async def test_of_a_broken_film_its_owner_learns_when_they_ask(studio: Studio) -> None:
    async with studio.node.http.get("/api/v2/instance") as answer:
        limits = (await answer.json())["configuration"]["media_attachments"]
    assert {"video/mp4", "audio/mpeg"} <= set(limits["supported_mime_types"])
    status, begun = await studio.upload(film("mp4")[:900])
    assert status == 202
    assert await Converter(uploads(studio)).run_once()
    status, found = await studio.call("GET", f"/api/v1/media/{begun['id']}")
    assert (status, "broken" in found["error"]) == (422, True)
    assert (await studio.call("GET", f"/api/v1/media/{begun['id']}", studio.bob))[0] == 404
    assert studio.files() == []


@needs_ffmpeg
async def test_what_is_given_up_while_it_waits_becomes_nothing(studio: Studio) -> None:
    _, begun = await studio.upload(film("wav"))
    assert (await studio.call("DELETE", f"/api/v1/media/{begun['id']}", studio.bob))[0] == 404
    assert (await studio.call("DELETE", f"/api/v1/media/{begun['id']}"))[0] == 200
    assert (await studio.call("GET", f"/api/v1/media/{begun['id']}"))[0] == 404
    assert not await Converter(uploads(studio)).run_once()
    await Keeper(studio.node.node.db, studio.folder).run_once()
    assert studio.files() == []


@needs_ffmpeg
async def test_only_some_wait_at_a_time(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_WAITING", 1)
    assert (await studio.upload(film("wav")))[0] == 202
    assert (await studio.upload(film("wav")))[0] == 503
