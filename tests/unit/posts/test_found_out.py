from __future__ import annotations

import pytest

from fediverse_node.posts import found_out
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Attachment, Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures import rooms

db = rooms.db
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
URL = "https://there.example/a.png"


@pytest.mark.parametrize(
    ("said", "told"), [(None, ("ai-assisted", "file")), ("human-only", ("human-only", None))]
)
async def test_a_post_is_labelled_once_unless_it_has_a_label(
    db: Database, said: str | None, told: tuple[str, str | None]
) -> None:
    def unit(tx: Tx) -> tuple[Post | None, list[bool]]:
        attachments = tuple(
            Attachment(type="Document", media_type="image/png", url=url) for url in (URL, "b")
        )
        bob = rooms.stranger(tx, "bob")
        post = rooms.note(tx, bob, attachments=attachments, ai_disclosure=said)
        asked = [found_out.made_so(tx, post.id, URL, SOURCE) for _ in range(2)]
        return posts.by_id(tx, post.id), [*asked, found_out.made_so(tx, 1, URL, SOURCE)]

    found, news = await db.write(unit)
    assert found is not None
    assert news == [True, False, False]
    assert [each.digital_source_type for each in found.attachments] == [SOURCE, None]
    assert (found.ai_disclosure, found.ai_said_by) == told


async def test_a_post_of_ours_is_left_as_its_author_wrote_it(db: Database) -> None:
    def unit(tx: Tx) -> bool:
        item = Attachment(type="Document", media_type="image/png", url=URL)
        post = rooms.note(tx, rooms.person(tx, "alice"), attachments=(item,))
        return found_out.made_so(tx, post.id, URL, SOURCE)

    assert await db.write(unit) is False
