from __future__ import annotations

import pytest

from fediverse_node.activitystreams.vocabulary import AP_ACCEPT, is_activitypub_media_type


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json",
        "application/activity+json; charset=utf-8",
        "Application/Activity+JSON;charset=UTF-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json;charset=utf-8;profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json; profile="https://x.example/p https://www.w3.org/ns/activitystreams"',
    ],
)
def test_an_activitypub_type_is_accepted(content_type: str) -> None:
    assert is_activitypub_media_type(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        None, "", "text/plain", "text/html", "application/json", "image/png", "application/ld+json",
        "application/",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams-other"',
        'application/ld+json; profile="https://evil.example/"',
        "application/activity+json2", "x application/activity+json",
        'text/plain; x="application/activity+json"', "application/activity+json, text/html",

        "application/ld+json; profile*=utf-8''https://www.w3.org/ns/activitystreams",
    ],
)  # fmt: skip
def test_any_other_type_is_refused(content_type: str | None) -> None:
    assert not is_activitypub_media_type(content_type)


def test_we_ask_for_what_we_accept() -> None:
    assert all(is_activitypub_media_type(each) for each in AP_ACCEPT.split(", "))
