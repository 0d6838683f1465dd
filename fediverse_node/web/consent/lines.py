"""Answers that are read on from where one stopped: a JSON object a line, each with its `seq`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from aiohttp import web

from fediverse_node.kernel.errors import NotValid
from fediverse_node.receipts.model import JsonDict
from fediverse_node.web.caching import Document
from fediverse_node.web.consent.files import FRESH, document

JSON_LINES: Final = "application/jsonl; charset=utf-8"
_FROM_THE_START: Final = "-1"


def since_of(request: web.Request) -> int:
    """The `seq` of the last line that the reader has; -1 for none.

    Raises:
        NotValid: it is no number.
    """
    text = request.query.get("since", _FROM_THE_START)
    if text != _FROM_THE_START and not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise NotValid("since is the seq of the last line that you have.")
    return int(text)


def lines(found: Sequence[JsonDict], url: str, *, full: bool) -> Document:
    """The answer with *found*; a *full* one says where the next begins."""
    more = {"Link": f'<{url}?since={found[-1]["seq"]}>; rel="next"'} if full else {}
    body = b"".join(msgspec.json.encode(line) + b"\n" for line in found)
    return document(body, JSON_LINES, cache=FRESH, more=more)
