"""Content Credentials in pictures of other servers: read beside the copy, labelled, and shown in words."""

from __future__ import annotations

from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from tests.doors.media.conftest import Gallery
from tests.fixtures.credentials import DST, signed_elsewhere
from tests.fixtures.pictures import sent

MADE = f"{DST}trainedAlgorithmicMedia"


async def shown(gallery: Gallery, data: bytes) -> Post:
    """Bob's post with this picture, after somebody looked at it, as an answer to one of ours."""
    url = gallery.offer("/picture.png", data)
    post = await gallery.show(url)
    seen = await gallery.look(gallery.address(f"p{post.id}", url))
    assert (seen.status, seen.body) == (200, data)
    found = await gallery.node.node.db.read(lambda tx: posts.by_id(tx, post.id))
    assert found is not None
    return found


async def test_a_picture_that_says_a_model_made_it_labels_its_post(gallery: Gallery) -> None:
    post = await shown(gallery, signed_elsewhere(sent()))
    assert (post.ai_disclosure, post.ai_said_by) == ("ai-assisted", "file")
    assert [each.digital_source_type for each in post.attachments] == [MADE]


async def test_a_picture_that_says_nothing_of_a_model_labels_nothing(gallery: Gallery) -> None:
    captured = {"action": "c2pa.created", "digitalSourceType": f"{DST}digitalCapture"}
    post = await shown(gallery, signed_elsewhere(sent(), captured))
    assert (post.ai_disclosure, [each.digital_source_type for each in post.attachments]) == (None, [None])


async def test_the_page_says_in_words_what_was_found_out(gallery: Gallery) -> None:
    data = bytearray(signed_elsewhere(sent()))
    data[-20] ^= 1
    url = gallery.offer("/picture.png", bytes(data))
    alice = await gallery.node.add_person("alice")
    said = {"status": "Show me"}
    async with gallery.node.http.post("/api/v1/statuses", json=said, headers=alice.bearer) as answer:
        parent = await answer.json()
    post = await gallery.show(url, in_reply_to_id=int(parent["id"]), in_reply_to_uri=parent["uri"])
    await gallery.look(gallery.address(f"p{post.id}", url))
    page = (await gallery.look(parent["url"])).body.decode()
    assert "Content Credentials" in page
    assert "was changed after it was signed" in page
    assert "<bdi>elsewhere.example</bdi>" in page
    assert "<bdi>made</bdi>" in page
