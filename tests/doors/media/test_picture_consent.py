"""Each picture has its own answer about training: no, until its author names that very picture."""

from __future__ import annotations

from typing import Any, Final

import pytest

from fediverse_node.uploads.model import Upload
from tests.doors.media.conftest import Studio

USAGE: Final = "Content-Usage"


async def usage_of(studio: Studio, status: Any) -> list[str]:
    found = []
    for media in status["media_attachments"]:
        path = media["url"].removeprefix(studio.node.base_url)
        found.append((await studio.look(path))[1][USAGE])
    return found


async def use_of(studio: Studio, upload: Upload) -> Any:
    _, found = await studio.call("GET", f"/api/v1/media/{upload.id}")
    said = found["fediverse_node"]
    return {name: said[name] for name in ("training_use", "training_purposes", "sha256")}


async def test_a_yes_to_a_post_is_none_to_its_pictures(studio: Studio) -> None:
    one, two = await studio.picture(sha256="1" * 64), await studio.picture(sha256="2" * 64)
    plain = await studio.post(one, two, training_use="yes")
    assert await usage_of(studio, plain) == ["train-ai=n", "train-ai=n"]
    assert plain["fediverse_node"]["training_media"] == []

    said = {"training_use": "yes", "training_media": [str(two.id)]}
    status, changed = await studio.call("PUT", f"/api/v1/statuses/{plain['id']}", json=said)
    assert status == 200, changed
    assert await usage_of(studio, changed) == ["train-ai=n", "train-ai=y"]
    assert changed["fediverse_node"]["training_media"] == [str(two.id)]
    assert [await use_of(studio, each) for each in (one, two)] == [
        {"training_use": "no", "training_purposes": [], "sha256": "1" * 64},
        {"training_use": "yes", "training_purposes": ["train-ai", "dataset"], "sha256": "2" * 64},
    ]
    _, lines = await studio.call("GET", "/api/fediverse_node/v1/consent")
    assert [line["media_sha256"] for line in lines] == [["2" * 64], []]
    assert lines[0]["receipt"]["mediaSha256"] == ["2" * 64]
    assert "mediaSha256" not in lines[1]["receipt"]


async def test_the_object_says_it_for_each_picture(studio: Studio) -> None:
    one, two = await studio.picture(sha256="1" * 64), await studio.picture(sha256="2" * 64)
    status = await studio.post(one, two, training_use="yes", training_media=[str(one.id)])
    path = status["uri"].removeprefix(studio.node.base_url)
    headers = {"Accept": "application/activity+json"}
    async with studio.node.http.get(path, headers=headers) as answer:
        document = await answer.json(content_type=None)
    assert document["contentUsage"] == "train-ai=y"
    assert [item["contentUsage"] for item in document["attachment"]] == ["train-ai=y", "train-ai=n"]


async def test_a_picture_falls_back_to_no_with_its_post(studio: Studio) -> None:
    one = await studio.picture()
    status = await studio.post(one, training_use="yes", training_media=[str(one.id)])
    assert await usage_of(studio, status) == ["train-ai=y"]
    said = {"status": "Another text"}
    _, edited = await studio.call("PUT", f"/api/v1/statuses/{status['id']}", json=said)
    assert await usage_of(studio, edited) == ["train-ai=n"]


@pytest.mark.parametrize("mine", [True, False])
async def test_only_a_picture_of_the_post_can_be_named(studio: Studio, mine: bool) -> None:  # noqa: FBT001 a column of the table
    one, other = await studio.picture(), await studio.picture(sha256="2" * 64)
    body = {
        "status": "Look",
        "media_ids": [str(one.id)],
        "training_use": "yes",
        "training_media": [str((one if mine else other).id)],
    }
    status, found = await studio.call("POST", "/api/v1/statuses", json=body)
    assert status == (200 if mine else 422), found
