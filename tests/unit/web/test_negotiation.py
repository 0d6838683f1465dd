from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.web.negotiation import wants_activitypub, wants_html

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
PROFILED = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@pytest.mark.parametrize(
    "accept",
    [
        "application/activity+json",
        PROFILED,
        f"{PROFILED}, application/activity+json",
        "application/ld+json",
        "APPLICATION/Activity+JSON",
        "text/html;q=0.9, application/activity+json;q=0.1",
        f"text/html, {PROFILED};q=0.2",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams, https://other.example"',
        "application/json",
        "application/json, */*",
    ],
)
def test_who_lists_activitypub_gets_it(accept: str) -> None:
    assert wants_activitypub(accept)


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        BROWSER,
        "text/html",
        "application/activity+json;q=0",
        "application/activity+json;q=nonsense",
        'application/ld+json; profile="http://iiif.io/api/presentation/3/context.json"',
        "application/json, text/html",
        "text/html;profile=application/activity+json",
        ',;=q"',
    ],
)
def test_who_does_not_list_it_gets_the_page(accept: str | None) -> None:
    assert not wants_activitypub(accept)


def test_a_browser_wants_pages_and_a_program_does_not() -> None:
    assert wants_html(BROWSER)
    assert wants_html("text/*")
    assert not wants_html("*/*")
    assert not wants_html("application/json")
    assert not wants_html("text/html;q=0")
    assert not wants_html(None)


@given(st.text())
def test_nothing_that_a_client_sends_is_too_odd(accept: str) -> None:
    assert wants_activitypub(accept) in {True, False}
    assert wants_html(accept) in {True, False}
