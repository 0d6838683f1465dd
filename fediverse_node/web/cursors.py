"""Cursors in addresses: opaque to whoever follows them, so that paging may change under them."""

from __future__ import annotations

import base64
from typing import Literal

from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.paging import Page

#: `before` an id goes to older entries, `after` one to newer.
Direction = Literal["before", "after"]


def encode(direction: Direction, id_: int) -> str:
    """A cursor that starts at *id_*."""
    raw = direction[0].encode() + id_.to_bytes(8, "big")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str, *, limit: int) -> Page:
    """The page that a cursor stands for.

    Raises:
        NotValid: it is none of ours.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise NotValid("This page address is not valid. Start again from the first page.") from error
    if len(raw) != 9 or raw[:1] not in {b"a", b"b"} or raw[1] > 127:
        raise NotValid("This page address is not valid. Start again from the first page.")
    id_ = int.from_bytes(raw[1:], "big")
    return Page(max_id=id_, limit=limit) if raw[:1] == b"b" else Page(min_id=id_, limit=limit)
