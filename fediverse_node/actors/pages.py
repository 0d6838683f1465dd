"""Which addresses in a profile its owner says are their own pages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

#: A link as our renderer writes it; those of hashtags have more to them.
_LINK: Final = re.compile(r'<a href="([^"]*)">')
_ME: Final = '<a rel="me nofollow noopener" href="'
_OWN_PAGE: Final = re.compile(re.escape(_ME) + r'(https?://[^"]*)"')


def claim(value_html: str) -> str:
    """A field's value as our renderer made it, its links marked as pages of the person's own (`rel="me"`)."""
    return _LINK.sub(lambda link: f'{_ME}{link[1]}">', value_html)


def own_pages(fields: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The addresses that the fields of a local profile claim, each once."""
    found = (html.unescape(match) for _, value in fields for match in _OWN_PAGE.findall(value))
    return tuple(dict.fromkeys(found))
