"""A picture is spoken of alike on every channel, and what is said of its post says nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.media.conftest import Studio
from tests.readers import aipref, noai, robots, rsl, tdmrep

pytestmark = pytest.mark.one_engine


async def read(studio: Studio, path: str, **headers: str) -> Any:
    async with studio.node.http.get(path, headers=headers) as answer:
        return answer.headers, await answer.text(errors="replace")


async def test_each_channel_says_it_for_that_picture_alone(studio: Studio) -> None:
    one, two = await studio.picture(sha256="1" * 64), await studio.picture(sha256="2" * 64)
    status = await studio.post(one, two, training_use="yes", training_media=[str(two.id)])
    _, text = await read(studio, "/robots.txt")
    _, licence = await read(studio, "/rsl.xml")
    file = [{"location": "/", "tdm-reservation": 1}]

    for media, yes in zip(status["media_attachments"], (False, True), strict=True):
        for address in {media["url"], media["preview_url"]}:
            path = address.removeprefix(studio.node.base_url)
            headers, _ = await read(studio, path)
            said = [aipref.statement(headers["Content-Usage"]), robots.training(text, "*", path)]
            assert said == ["y" if yes else "n"] * 2
            assert tdmrep.reserved(file, path, headers, {}) is not yes
            assert noai.refused(headers.getall("X-Robots-Tag", [])) is not yes
            assert rsl.permits(licence, path, "ai-train") is yes
            assert robots.may_fetch(text, "GPTBot", path) is yes
