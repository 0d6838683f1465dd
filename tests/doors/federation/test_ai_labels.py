"""Labels of AI on posts from elsewhere: read when they come, shown, taken off and put on by edits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fediverse_node.federation.builders import heard
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.posts.model import Post
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import JsonDict

TAG = {"type": "Hashtag", "name": "#AIgenerated", "href": "https://remote.example/tags/aigenerated"}


async def arrived(street: Street, **said: Any) -> tuple[JsonDict, Post]:
    if await street.actor(street.bob) is None:
        await street.befriend(street.bob)
    note = street.bob.note("<p>Good morning</p>", **said)
    assert await street.bob.send(street.shared, street.bob.create(note)) == 202
    post = await street.post(note["id"])
    assert post is not None
    return note, post


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ({"aiDisclosure": "ai-autonomous"}, ("ai-autonomous", "field")),
        (
            {"schema:digitalSourceType": "schema:TrainedAlgorithmicMediaDigitalSource"},
            ("ai-assisted", "field"),
        ),
        ({"tag": [TAG]}, ("ai-assisted", "hashtag")),
        ({"tag": [TAG | {"name": "#AI"}]}, (None, None)),
        ({}, (None, None)),
    ],
)
async def test_a_label_is_stored_with_where_it_is_from(street: Street, said: Any, stored: Any) -> None:
    _, post = await arrived(street, **said)
    assert (post.ai_disclosure, post.ai_said_by) == stored


async def test_an_edit_puts_a_label_on_and_takes_it_off(street: Street) -> None:
    long_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    note, _ = await arrived(street, published=to_rfc3339(long_ago))
    for minutes, said, stored in (
        (1, {"aiDisclosure": "ai-assisted", "humanReviewed": True}, ("ai-assisted", "field", True)),
        (2, {"tag": [TAG]}, ("ai-assisted", "hashtag", None)),
        (3, {}, (None, None, None)),
    ):
        edited = {**note, **said, "updated": to_rfc3339(long_ago + timedelta(minutes=minutes))}
        update = street.bob.activity("Update", edited)
        assert await street.bob.send(street.shared, update) == 202
        now = await street.post(note["id"])
        assert now is not None
        assert (now.ai_disclosure, now.ai_said_by, now.human_reviewed) == stored


async def test_a_label_is_shown_with_where_it_is_from(street: Street) -> None:
    note, post = await arrived(street, tag=[TAG])
    assert post.ai_used
    assert street.alice.bearer
    async with street.node.http.get(f"/api/v1/statuses/{post.id}", headers=street.alice.bearer) as answer:
        found = (await answer.json())["fediverse_node"]
    assert (found["ai_disclosure"], found["ai_said_by"]) == ("ai-assisted", "hashtag")
    async with street.node.http.get("/tags/AIgenerated", headers={"Accept": "text/html"}) as answer:
        page = await answer.text()
    assert 'ai-disclosure="ai-assisted"' in page
    assert "says a hashtag of the post" in page
    assert note["content"] in page


async def test_our_reading_of_a_hashtag_is_not_passed_on_as_its_authors_word(street: Street) -> None:
    for said, claimed in (({"tag": [TAG]}, None), ({"aiDisclosure": "ai-assisted"}, "ai-assisted")):
        _, post = await arrived(street, **said)
        author = await street.actor(street.bob)
        assert author is not None
        document = heard.embedded(post, author, mentions=[], hashtags=[])
        assert document.get("aiDisclosure") == claimed
