from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.oauth.redirects import OUT_OF_BAND, place_of, require_usable, with_answer


def usable(uri: str) -> bool:
    try:
        require_usable(uri)
    except NotValid:
        return False
    return True


@pytest.mark.parametrize(
    "uri",
    [
        "ms-word:ofe|u|x", "intent://x#Intent;end", "blob:https://app.example/x", "ws://app.example/",
        "view-source:https://app.example/", "mailto:a@app.example", "urn:ietf:wg:oauth:2.0:oob:auto",
        "https://app.example/\r\nX: y", "https://app.example/a b", "https://app.example:0/",
        "https://app.example:99999/", "https://app.example:/", "https://\u0430pp.example/", "https://a\\b/",
        "http://127.0.0.1.evil.example/", "http://127.0.0.2/", "https://[::1/", "fern", ":fern", "1fern:/x",
        "fern:/'", "fern:/x y", "fern:/" + "x" * 2048, "",
    ],
)  # fmt: skip
def test_what_cannot_be_an_apps_address_is_refused(uri: str) -> None:
    # OAU-02
    assert not usable(uri)


@given(st.text())
def test_whatever_is_taken_can_stand_in_a_header_and_an_attribute(text: str) -> None:
    for uri in (text, f"https://app.example/{text}", f"fern:{text}"):
        if usable(uri):
            assert uri.isascii()
            assert uri.isprintable()
            assert not set(uri) & set("\"'<> #*")
            assert not set(place_of(uri)) & set(" ;,'")


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("https://app.example/callback", "https://app.example"),
        ("https://app.example:8443?x=y", "https://app.example:8443"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("com.example.Fern:/back", "com.example.Fern:"),
        ("icecubesapp://", "icecubesapp:"),
    ],
)
def test_the_place_of_an_address_is_its_origin_or_its_scheme(uri: str, place: str) -> None:
    assert usable(uri)
    assert place_of(uri) == place


def test_what_is_shown_needs_no_place() -> None:
    assert usable(OUT_OF_BAND)


@pytest.mark.parametrize("uri", ["https://app.example/callback", "https://app.example/?of=fern", "fern://"])
def test_an_answer_stands_beside_what_is_there(uri: str) -> None:
    told = parse_qs(urlsplit(with_answer(uri, {"code": "a&b", "state": "ä +"})).query)
    assert (told["code"], told["state"]) == (["a&b"], ["ä +"])
    assert told.get("of") == (["fern"] if "of=" in uri else None)
