"""The operator's own emoji: codes and small pictures, kept in the database so that a backup has them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from fediverse_node.kernel.emoji import is_own_code
from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.posts.model import CustomEmoji
from fediverse_node.posts.tables import custom_emojis
from fediverse_node.storage.tx import Row, Tx

#: Largest picture, in bytes.
MAX_PICTURE: Final = 256 * 1024
#: Most emoji of one server: the list of all of them is one answer.
MAX_EMOJIS: Final = 1_000

_COLUMNS = (
    custom_emojis.c.code,
    custom_emojis.c.media_type,
    custom_emojis.c.digest,
    custom_emojis.c.updated_at,
)
_SELECT = sa.select(*_COLUMNS)


def save(tx: Tx, code: str, picture: bytes) -> CustomEmoji:
    """Add the emoji *code*, or give it another picture. What kind of picture it is, its bytes say.

    Raises:
        NotValid: no such code may be, the picture is no PNG, GIF or WebP, or there are too many.
        TooLarge: the picture is larger than `MAX_PICTURE`.
    """
    if not is_own_code(code):
        raise NotValid("The code of an emoji is 2 to 30 letters, digits and underscores.")
    if len(picture) > MAX_PICTURE:
        raise TooLarge(f"The picture is larger than {MAX_PICTURE // 1024} KiB.")
    media_type = _media_type(picture)
    values = {
        "media_type": media_type,
        "digest": hashlib.sha256(picture).hexdigest(),
        "picture": picture,
        "updated_at": tx.now,
    }
    changed = tx.execute(custom_emojis.update().where(custom_emojis.c.code == code).values(**values))
    if not changed.rowcount:
        if tx.scalar(sa.select(sa.func.count()).select_from(custom_emojis)) >= MAX_EMOJIS:
            raise NotValid(f"There are {MAX_EMOJIS} emoji already.")
        tx.execute(custom_emojis.insert().values(id=tx.new_id(), code=code, **values))
    return CustomEmoji(code=code, media_type=media_type, digest=str(values["digest"]), updated_at=tx.now)


def remove(tx: Tx, code: str) -> bool:
    """Take an emoji away; posts that use it show its code from then on. False when there was none."""
    return bool(tx.execute(custom_emojis.delete().where(custom_emojis.c.code == code)).rowcount)


def everything(tx: Tx) -> list[CustomEmoji]:
    """All of them, by code."""
    return [_emoji(row) for row in tx.all(_SELECT.order_by(custom_emojis.c.code))]


def by_code(tx: Tx, code: str) -> CustomEmoji | None:
    """The emoji with this code, without colons."""
    row = tx.first(_SELECT.where(custom_emojis.c.code == code))
    return None if row is None else _emoji(row)


def by_codes(tx: Tx, codes: Iterable[str]) -> dict[str, CustomEmoji]:
    """Those of *codes* that exist, in one statement; without codes in none."""
    wanted = set(codes)
    if not wanted:
        return {}
    return {row[0]: _emoji(row) for row in tx.all(_SELECT.where(custom_emojis.c.code.in_(wanted)))}


def picture(tx: Tx, digest: str) -> tuple[str, bytes] | None:
    """(media type, bytes) of the picture with this SHA-256."""
    statement = sa.select(custom_emojis.c.media_type, custom_emojis.c.picture)
    row = tx.first(statement.where(custom_emojis.c.digest == digest))
    return None if row is None else (row[0], bytes(row[1]))


def _emoji(row: Row) -> CustomEmoji:
    return CustomEmoji(code=row[0], media_type=row[1], digest=row[2], updated_at=row[3])


def _media_type(found: bytes) -> str:
    """By its first bytes: a name or a declared type could call a page a picture."""
    if found.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if found.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if found[:4] == b"RIFF" and found[8:12] == b"WEBP":
        return "image/webp"
    raise NotValid("The picture is no PNG, GIF or WebP.")
