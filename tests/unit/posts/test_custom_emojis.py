from __future__ import annotations

import pytest

from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.posts import custom_emojis
from fediverse_node.posts.custom_emojis import MAX_PICTURE
from fediverse_node.storage.database import Database

PICTURES = {
    "image/png": b"\x89PNG\r\n\x1a\nx",
    "image/gif": b"GIF89ax",
    "image/webp": b"RIFF\x00\x00\x00\x00WEBPx",
}


@pytest.mark.parametrize("media_type", PICTURES)
async def test_a_picture_is_what_its_bytes_say(db: Database, media_type: str) -> None:
    made = await db.write(lambda tx: custom_emojis.save(tx, "blob", PICTURES[media_type]))
    assert made.media_type == media_type
    assert await db.read(lambda tx: custom_emojis.picture(tx, made.digest)) == (
        media_type,
        PICTURES[media_type],
    )


@pytest.mark.parametrize(
    ("code", "picture", "error"),
    [
        ("blob", b"<svg onload=alert(1)>", NotValid),
        ("blob", b"\xff\xd8\xff", NotValid),
        ("blob", PICTURES["image/png"] + b"x" * MAX_PICTURE, TooLarge),
        ("b", PICTURES["image/png"], NotValid),
        ("../blob", PICTURES["image/png"], NotValid),
    ],
)
async def test_nothing_else_is_taken(db: Database, code: str, picture: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        await db.write(lambda tx: custom_emojis.save(tx, code, picture))
    assert await db.read(custom_emojis.everything) == []


async def test_a_code_gets_a_new_picture_and_goes(db: Database) -> None:
    first = await db.write(lambda tx: custom_emojis.save(tx, "blob", PICTURES["image/png"]))
    second = await db.write(lambda tx: custom_emojis.save(tx, "blob", PICTURES["image/gif"]))
    assert first.digest != second.digest
    assert [each.digest for each in await db.read(custom_emojis.everything)] == [second.digest]
    assert await db.write(lambda tx: custom_emojis.remove(tx, "blob")) is True
    assert await db.write(lambda tx: custom_emojis.remove(tx, "blob")) is False
