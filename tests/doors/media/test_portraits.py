"""Pictures of profiles: sent by apps, made fit, told to everybody, and gone when others take their place."""

from __future__ import annotations

import io
from typing import Any

import aiohttp
import pytest

from fediverse_node.uploads import queries
from fediverse_node.uploads.keeping import Keeper
from tests.doors.media.conftest import Studio
from tests.fixtures.films import animation
from tests.fixtures.pictures import opened, sent

URL = "/api/v1/accounts/update_credentials"


def portrait(**pictures: bytes) -> aiohttp.FormData:
    made = aiohttp.FormData()
    for name, data in pictures.items():
        made.add_field(name, io.BytesIO(data), filename="x.html", content_type="text/html")
    return made


async def change(studio: Studio, **pictures: bytes) -> dict[str, Any]:
    status, found = await studio.call("PATCH", URL, data=portrait(**pictures))
    assert status == 200, found
    return dict(found)


async def document(studio: Studio) -> dict[str, Any]:
    async with studio.node.http.get(
        "/users/alice", headers={"Accept": "application/activity+json"}
    ) as answer:
        return dict(await answer.json(content_type=None))


async def test_pictures_of_a_profile_are_made_fit_and_told_to_other_servers(studio: Studio) -> None:
    found = await change(studio, avatar=sent("JPEG", size=(900, 600)), header=sent("PNG", size=(700, 700)))
    assert found["avatar_static"] == found["avatar"]
    sizes = {}
    for name in ("avatar", "header"):
        status, headers, data = await studio.look(found[name])
        assert (status, headers["Cache-Control"].partition(",")[0]) == (200, "public")
        assert headers["Content-Usage"] == "train-ai=n"
        sizes[name] = opened(data).size
    assert sizes == {"avatar": (400, 400), "header": (700, 233)}
    told = await document(studio)
    assert (told["icon"]["url"], told["icon"]["mediaType"]) == (found["avatar"], "image/jpeg")
    assert (told["image"]["url"], told["image"]["mediaType"]) == (found["header"], "image/png")
    async with studio.node.http.get("/@alice", headers={"Accept": "text/html"}) as answer:
        page = await answer.text()
    assert found["avatar"] in page
    assert found["header"] in page


async def test_a_new_picture_takes_the_place_of_the_old_one_whose_file_goes(studio: Studio) -> None:
    before = await change(studio, avatar=sent())
    after = await change(studio, avatar=sent("JPEG"))
    assert before["avatar"] != after["avatar"]
    assert (await studio.look(before["avatar"]))[0] == 404
    assert (await studio.look(after["avatar"]))[0] == 200
    await Keeper(studio.node.node.db, studio.folder).run_once()
    assert len(studio.files()) == 1
    # It waits for no post: a day later it is still there.
    assert not await studio.node.node.db.write(lambda tx: queries.remove_unattached(tx, tx.now))


async def test_pictures_are_taken_away_again(studio: Studio) -> None:
    await change(studio, avatar=sent(), header=sent())
    for name, column in (("avatar", "icon"), ("header", "image")):
        status, found = await studio.call("DELETE", f"/api/v1/profile/{name}")
        assert (status, found[name].rpartition("/")[2]) == (200, f"{name}.png")
        assert column not in await document(studio)
    await Keeper(studio.node.node.db, studio.folder).run_once()
    assert studio.files() == []


async def test_a_picture_that_moves_has_a_still_one_beside_it(studio: Studio) -> None:
    found = await change(studio, avatar=animation(), header=animation())
    moving, still = [(await studio.look(found[name]))[2] for name in ("avatar", "avatar_static")]
    assert (opened(moving).n_frames, opened(moving).size) == (3, (20, 20))  # type: ignore[attr-defined]  # of WebP
    assert getattr(opened(still), "n_frames", 1) == 1
    assert found["header_static"] == found["header"]


async def test_the_picture_of_a_profile_is_nobodys_for_posts(studio: Studio) -> None:
    # WEB-20 (its twin: a picture that waits goes into a post)
    await change(studio, avatar=sent())
    name = (await document(studio))["icon"]["url"].rpartition("/")[2].partition(".")[0]
    upload = await studio.node.node.db.read(lambda tx: queries.by_name(tx, name))
    assert upload is not None
    for method in ("GET", "DELETE"):
        assert (await studio.call(method, f"/api/v1/media/{upload.id}"))[0] == 404
    body = {"status": "Look", "media_ids": [str(upload.id)]}
    assert (await studio.call("POST", "/api/v1/statuses", json=body))[0] == 422
    assert (await studio.look(upload.path))[0] == 200


@pytest.mark.parametrize("data", [b"<svg/>", b"%PDF-1.7", sent()[:40]])
async def test_what_is_no_picture_changes_nothing(studio: Studio, data: bytes) -> None:
    # WEB-12
    before = await change(studio, avatar=sent())
    status, found = await studio.call("PATCH", URL, data=portrait(avatar=data))
    assert (status, list(found)) == (422, ["error"])
    assert (await document(studio))["icon"]["url"] == before["avatar"]


async def test_a_suspended_persons_picture_is_shown_to_nobody(studio: Studio) -> None:
    # PRI-11
    found = await change(studio, avatar=sent())
    await studio.node.suspend(studio.alice.actor)
    assert (await studio.look(found["avatar"]))[0] == 404
