from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from markupsafe import Markup

from fediverse_node.consent.model import Decision
from fediverse_node.web.pages.rendering import article
from fediverse_node.web.pages.strings import ARABIC, ENGLISH
from fediverse_node.web.pages.views import PersonView, PostView, moment

PERSON = PersonView(
    name="Ada <3",
    shown_name=Markup("Ada &lt;3"),
    handle="@ada@here.example",
    url="https://here.example/@ada",
    local=True,
    bot=False,
    picture=None,
    initial="A",
    hue=1,
)
POST = PostView(
    id=7,
    url="https://here.example/@ada/7",
    uri="https://here.example/users/ada/posts/7",
    author=PERSON,
    booster=None,
    content=Markup("<p>Good morning.</p>"),
    language="en",
    title=None,
    warning=None,
    files=(),
    published=moment(datetime(2026, 11, 22, 9, 30, tzinfo=UTC), ENGLISH),
    edited=None,
    unlisted=False,
    parent_uri=None,
    parent_url="#",
    parent_name=None,
    replies=0,
    boosts=0,
    favourites=41,
    reactions=(),
    ai=None,
    training=Decision(train_ai=True),
    poll=None,
    history_url=None,
    quote=None,
)


def test_a_post_that_is_what_it_was_is_laid_out_once() -> None:
    first = article(POST, ENGLISH)
    assert "<p>Good morning.</p>" in first
    assert "Ada &lt;3" in first
    assert article(replace(POST), ENGLISH) is first


def test_whatever_changes_about_it_is_seen_at_once() -> None:
    assert "42" in article(replace(POST, favourites=42), ENGLISH)
    assert ENGLISH.training_yes in article(POST, ENGLISH)
    withdrawn = article(replace(POST, training=Decision()), ENGLISH)
    assert ENGLISH.training_no in withdrawn
    assert ENGLISH.training_yes not in withdrawn


def test_each_language_and_each_place_has_its_own() -> None:
    assert ARABIC.training_yes in article(POST, ARABIC)
    assert 'id="p7"' in article(POST, ENGLISH)
    assert 'id="p7"' not in article(POST, ENGLISH, anchor=False)
