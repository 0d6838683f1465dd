"""Which link of a text is previewed: the first that leads to a page, and not to a person or a hashtag."""

from __future__ import annotations

import html
import re
from typing import Final

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import MAX_URL, split_http, without_fragment

_ANCHOR = re.compile(r"<a ([^>]*)>")
_HREF = re.compile(r'(?:^| )href="([^"]*)"')
_CLASS = re.compile(r'(?:^| )class="([^"]*)"')
#: Links that are part of a sentence: to people, and to what is said about a topic.
_ASIDE: Final = frozenset({"mention", "hashtag", "u-url"})


def first_link(content: str, *, own_origin: str) -> str | None:
    """The address to preview of a post's sanitised HTML, without its fragment; None where there is none.

    Never one of this server: its pages are no news here, and nothing is fetched from ourselves.
    """
    for match in _ANCHOR.finditer(content):
        attributes = match[1]
        classes = _CLASS.search(attributes)
        if classes is not None and not _ASIDE.isdisjoint(classes[1].split()):
            continue
        href = _HREF.search(attributes)
        url = html.unescape(href[1]) if href is not None else ""
        if len(url) > MAX_URL or url.startswith(f"{own_origin}/") or url == own_origin:
            continue
        try:
            split_http(url)
        except NotValid:
            continue
        return without_fragment(url)
    return None
