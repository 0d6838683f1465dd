"""What the operator says about privacy and terms of use, from the files that the configuration names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.markup import MAX_SOURCE, render_markdown

log = logging.getLogger(__name__)

#: The longest file, in bytes.
_MAX_BYTES: Final = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """Such a text: what became of its Markdown, sanitised, and when the file was last changed."""

    html: str
    updated_at: datetime


async def own_words(path: str, addresses: Addresses) -> OwnWords:
    """The text in the file at *path*.

    Raises:
        NotFound: the configuration names none, or it cannot be read.
    """
    if not path:
        raise NotFound("The operator of this server has written nothing about this.")
    return await asyncio.to_thread(_read, Path(path), addresses)


def _read(path: Path, addresses: Addresses) -> OwnWords:
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES).decode("utf-8", "replace").replace("\r\n", "\n")
        changed = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    except OSError as error:
        log.warning("words.unreadable", extra={"file": path.name, "why": error.strerror})
        raise NotFound("The operator of this server has written nothing about this.") from error
    html = "".join(
        render_markdown(part, mentions={}, hashtag_url=addresses.tag).html for part in _parts(text)
    )
    return OwnWords(html=html, updated_at=changed)


def _parts(text: str) -> Iterator[str]:
    """*text* in parts that are not too long to be rendered, parted between paragraphs."""
    part = ""
    for paragraph in text.split("\n\n"):
        piece = paragraph[: MAX_SOURCE - 2]
        if len(part) + len(piece) + 2 > MAX_SOURCE:
            yield part
            part = ""
        part += f"{piece}\n\n"
    yield part
