"""Names of browsers: enough to recognise one's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.web.pages.browsers import browser_name

_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537 Edg/140", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari", "Chrome, Android"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) {_WEBKIT} Safari/604.1", "Safari, iPhone"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15", "Safari, macOS"),
        ("curl/8.5.0", "curl"),
        ("something else", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_common_browsers_are_named(header: str | None, name: str) -> None:
    assert browser_name(header) == name


@given(st.text())
def test_nothing_that_was_sent_is_repeated(header: str) -> None:
    assert set(browser_name(header)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, ")
