from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fediverse_node.kernel.errors import NotAuthenticated, NotValid
from fediverse_node.signatures.base import HttpMessage, SignatureRefused, decode_base64

Refused = Callable[..., str]


def message(*headers: tuple[str, str]) -> HttpMessage:
    return HttpMessage(method="GET", target="/", authority="a.example", headers=headers)


def test_headers_are_found_in_any_case_and_in_order() -> None:
    received = message(("X-A", "1"), ("x-a", "2"), ("B", ""))
    assert received.header_values("x-a") == ("1", "2")
    assert received.header_values("c") == ()
    assert received.covered_value("b") == ""


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((), "header-absent"),
        ((("Date", "x"), ("date", "x")), "duplicate-header"),
        ((("Date", " x"),), "message-form"),
        ((("Date", "x "),), "message-form"),
        ((("Date", "x\ty"),), "message-form"),
        ((("Date", "x\r\n y"),), "message-form"),
        ((("Date", "x\ndigest: y"),), "message-form"),
        ((("Date", "é"),), "message-form"),
        ((("Date", "\udce9"),), "message-form"),
        ((("Date", "x" * 8193),), "message-form"),
    ],
)
def test_a_header_that_two_readers_could_read_differently_is_refused(
    headers: tuple[tuple[str, str], ...], reason: str, refused: Refused
) -> None:
    assert message(("Date", "x" * 8192)).covered_value("date") == "x" * 8192
    assert refused(lambda: message(*headers).covered_value("date")) == reason


@pytest.mark.parametrize(
    ("url", "scheme", "authority", "target"),
    [
        ("https://a.example", "https", "a.example", "/"),
        ("https://a.example?x", "https", "a.example", "/?x"),
        ("https://A.Example:443/b%2Fc?d=e#f", "https", "a.example", "/b%2Fc?d=e"),
        ("http://127.0.0.1:8080/x?", "http", "127.0.0.1:8080", "/x?"),
        ("https://a.example//x/../y", "https", "a.example", "//x/../y"),
        ("https://[::1]:8443/x", "https", "[::1]:8443", "/x"),
    ],
)
def test_a_url_becomes_the_request_that_asks_for_it(
    url: str, scheme: str, authority: str, target: str
) -> None:
    asked = HttpMessage.to("GET", url)
    assert (asked.scheme, asked.authority, asked.target) == (scheme, authority, target)


@pytest.mark.parametrize("url", ["https://a.example/é", "ftp://a.example/", "/path", "https://u@a.example/"])
def test_a_url_that_cannot_be_sent_as_it_stands_is_refused(url: str) -> None:
    assert HttpMessage.to("GET", "https://a.example/%C3%A9").target == "/%C3%A9"
    with pytest.raises(NotValid):
        HttpMessage.to("GET", url)


def test_a_body_needs_a_digest_and_an_empty_post_too() -> None:
    def needs(method: str, body: bytes) -> bool:
        return HttpMessage(method=method, target="/", authority="a", body=body).needs_digest

    assert not needs("GET", b"")
    assert not needs("HEAD", b"")
    assert needs("GET", b"x")
    assert needs("POST", b"")
    assert needs("DELETE", b"")


def test_a_message_does_not_show_what_it_carries() -> None:
    shown = repr(
        HttpMessage(method="POST", target="/", authority="a", headers=(("A", "secret"),), body=b"secret")
    )
    assert "secret" not in shown


def test_a_refusal_says_why_to_the_log_and_is_an_authentication_error() -> None:
    error = SignatureRefused("time", "Too old.")
    assert isinstance(error, NotAuthenticated)
    assert (error.reason, str(error), error.detail) == ("time", "Too old.", "signature refused: time")


@pytest.mark.parametrize("text", ["", "QR==", "QQ", "QQ=", "QQ===", "Q Q==", "QQ==\n", "_-8=", "é", "="])
def test_base64_has_one_spelling(text: str, refused: Refused) -> None:
    assert decode_base64("QQ==") == b"A"
    assert refused(lambda: decode_base64(text)) == "malformed"


def test_our_own_host_is_added_once(lab: Any) -> None:
    assert message().about_to_send(("Date", "x")).headers == (("Host", "a.example"), ("Date", "x"))
    for scheme in lab.schemes:
        with pytest.raises(ValueError, match="Host"):
            scheme.sign(message(("host", "a.example")), lab.rsa, now=lab.now)
