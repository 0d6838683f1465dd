"""Pictures of an archive, taken in as if they were uploaded now: decoded apart, made anew, counted."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from fediverse_node.archive.past import PastPost
from fediverse_node.archive.unbox import Pictures
from fediverse_node.kernel.errors import NotValid
from fediverse_node.uploads.intake import Sent, Uploads


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """Whose pictures they become, and where they come from."""

    uploads: Uploads
    account_id: int
    source: Pictures


async def hang(gallery: Gallery, each: PastPost) -> PastPost:
    """*each* with its pictures taken in. Those that are missing, broken or beyond the budget are left out.

    Whatever does not get into a post after all is deleted a day later, as every picture without one.

    Raises:
        NotNow: the server has no room, or no time; what was taken over stays, the rest can be tried again.
    """
    uploaded: list[int] = []
    for picture in each.pictures:
        data = await asyncio.to_thread(gallery.source.read, picture.file, gallery.uploads.bounds.size)
        if data is None:
            continue
        sent = Sent(description=picture.description, focus=picture.focus)
        # The decoder is another process, and reads a file.
        with await asyncio.to_thread(_spooled, data) as file:
            try:
                made = await gallery.uploads.add(gallery.account_id, file, sent)
            except NotValid:
                continue
        uploaded.append(made.id)
    lost = len(each.pictures) - len(uploaded)
    return replace(each, uploaded=tuple(uploaded), left_out=each.left_out + lost)


def _spooled(data: bytes) -> BinaryIO:
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 the caller closes it
    file.write(data)
    file.seek(0)
    return file
