from __future__ import annotations

import pytest

from fediverse_node.cards.links import first_link

ORIGIN = "https://home.example"


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ('<p><a href="https://news.example/a?b=1&amp;c=2#d" rel="nofollow">n</a></p>', "https://news.example/a?b=1&c=2"),
        ('<a class="u-url mention" href="https://x.example/@y">@y</a> <a href="http://n.example/">n</a>', "http://n.example/"),
        ('<a href="https://x.example/tags/z" class="mention hashtag" rel="tag">#z</a>', None),
        ('<a href="https://home.example/@ann/1">ours</a>', None),
        ('<a href="https://home.example.evil.example/">not ours</a>', "https://home.example.evil.example/"),
        ('<a href="gemini://x.example/">other</a>', None),
        ('<a href="https://user@x.example/">x</a>', None),
        (f'<a href="https://x.example/{"y" * 3000}">long</a>', None),
        ("no link", None),
    ],
)  # fmt: skip
def test_the_first_link_to_a_page_is_the_one_to_preview(content: str, url: str | None) -> None:
    assert first_link(content, own_origin=ORIGIN) == url
