"""Which paths are pages of this server (WEB-22)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fediverse_node.web.sessions import local_path

ORIGIN = "https://garden.example"


@pytest.mark.parametrize(
    "path", ["/", "/settings", "/a?b=c&d=%2F", "/authorize?u=https://a.example/b", "/@mira"]
)
def test_paths_of_ours_are_left_as_they_are(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "?a",
        "//a.example",
        "/\\a.example",
        "\\\\a.example",
        "https:a.example",
        "/a b",
        "/a\n",
        "/ä",
        "/a//b",
    ],
)
def test_everything_else_is_none(path: str) -> None:
    assert local_path(path) is None


@given(st.text(alphabet="/\\.:@?#%2f\t\r\n abhtps\x00é", max_size=12).map(lambda text: f"/{text}"))
@example("/%2F/a.example")
@example("/.//a.example")
@example("/\t/a.example")
def test_wherever_it_leads_it_leads_to_this_server(text: str) -> None:
    path = local_path(text)
    if path is None:
        return
    # What browsers do before they look at an address: blanks and tabs go, backslashes turn.
    seen = "".join(letter for letter in path.strip() if letter not in "\t\r\n").replace("\\", "/")
    reached = urlsplit(urljoin(f"{ORIGIN}/login", seen))
    assert (reached.scheme, reached.netloc) == ("https", "garden.example")
    assert path.isascii()
    assert path.isprintable()
