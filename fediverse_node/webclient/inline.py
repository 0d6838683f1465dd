"""The scripts that stand in a page itself, so that its policy can name those and no others (CSP 3, 8.4)."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag == "script" and "src" not in dict(attrs)
        if self._open:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1] += data


def hashes(page: str) -> tuple[str, ...]:
    """A source expression for each script in *page*, such as `'sha256-…'`, each once."""
    reader = _Scripts()
    # Browsers hash what is between the tags with line ends as the parser leaves them: each is one LF.
    reader.feed(page.replace("\r\n", "\n").replace("\r", "\n"))
    reader.close()
    made = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in reader.found)
    return tuple(dict.fromkeys(f"'sha256-{digest}'" for digest in made))
