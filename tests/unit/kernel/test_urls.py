from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import (
    MAX_URL,
    authority_of,
    canonical_host,
    origin_of,
    path_segment,
    same_origin,
    split_http,
    without_fragment,
)


@pytest.mark.parametrize(
    ("host", "canonical"),
    [
        ("Example.ORG", "example.org"),
        ("example.org.", "example.org"),
        (" example.org ", "example.org"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("mu\u0308nchen.example", "xn--mnchen-3ya.example"),
        ("\uff45xample.org", "example.org"),
        ("例え.example", "xn--r8jz45g.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "[::1]"),
    ],
)
def test_a_host_has_one_form(host: str, canonical: str) -> None:
    assert canonical_host(host) == canonical
    assert canonical_host(canonical) == canonical


def test_look_alikes_stay_different() -> None:
    assert canonical_host("\u0430pple.example") != canonical_host("apple.example")


@pytest.mark.parametrize(
    "host",
    ["", ".", " ", "a b", "a\x00b", "a\\b", "a" * 254, "ü" * 64 + ".example", "-ü.example", "\u200d.x"],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(NotValid):
        canonical_host(host)


@pytest.mark.parametrize(
    ("refused", "twin"),
    [
        ("ftp://a.example/", "http://a.example/"),
        ("javascript:alert(1)", "https://javascript.example/"),
        ("https://user@a.example/", "https://a.example/@user"),
        ("https://a.example/ x", "https://a.example/x"),
        ("https://a.example/\r\nX: y", "https://a.example/%0d"),
        ("https://a.example\\@b.example/", "https://a.example/b"),
        ("https://a.example:0/", "https://a.example:1/"),
        ("https://a.example:65536/", "https://a.example:65535/"),
        ("https://a.example:x/", "https://a.example:80/"),
        ("https:///path", "https://a/path"),
        ("//a.example/", "https://a.example//"),
        ("https://[::1", "https://[::1]/"),
        ("https://a.example/" + "x" * MAX_URL, "https://a.example/" + "x" * 100),
        ("", "https://a.example"),
    ],
)
def test_an_address_with_surprises_is_refused_and_its_twin_is_not(refused: str, twin: str) -> None:
    with pytest.raises(NotValid):
        split_http(refused)
    assert split_http(twin).hostname


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example:443/x?y#z", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("https://a.example:8443/", "https://a.example:8443"),
        ("http://a.example:443/", "http://a.example:443"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]"),
    ],
)
def test_an_origin_has_one_form(url: str, origin: str) -> None:
    assert origin_of(url) == origin
    assert authority_of(url) == origin.partition("://")[2]


def test_origins_are_the_same_or_not_and_never_an_error() -> None:
    assert same_origin("https://a.example/1", "https://A.example:443/2", "https://a.example./3")
    assert not same_origin("https://a.example/", "http://a.example/")
    assert not same_origin("https://a.example/", "https://b.a.example/")
    assert not same_origin("https://a.example/", "nonsense")
    assert not same_origin("nonsense", "nonsense")


def test_fragments_and_segments() -> None:
    assert without_fragment("https://a.example/x#main-key#y") == "https://a.example/x"
    assert path_segment("a/b?c#d é") == "a%2Fb%3Fc%23d%20%C3%A9"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_not_valid(text: str) -> None:
    for candidate in (text, f"https://{text}"):
        try:
            origin = origin_of(candidate)
        except NotValid:
            continue
        assert origin_of(origin) == origin
