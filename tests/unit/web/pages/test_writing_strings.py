from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import get_args

from fediverse_node.assist.prompts import ACTIONS
from fediverse_node.federation.outbox.polling import MAX_SECONDS, MIN_SECONDS
from fediverse_node.posts.model import Visibility
from fediverse_node.web.pages.writing_strings import ARABIC, ENGLISH, LANGUAGES, words


def test_both_languages_say_everything() -> None:
    for field in fields(ENGLISH):
        english, arabic = getattr(ENGLISH, field.name), getattr(ARABIC, field.name)
        assert arabic, field.name
        assert english != arabic, field.name
        if isinstance(english, Mapping):
            assert english.keys() == arabic.keys(), field.name
    assert (words("en"), words("ar")) == (ENGLISH, ARABIC)


def test_there_are_words_for_everything_that_can_be_chosen() -> None:
    assert tuple(ENGLISH.visibilities) == get_args(Visibility)
    assert tuple(ENGLISH.actions) == ACTIONS
    assert all(MIN_SECONDS <= span <= MAX_SECONDS for span in ENGLISH.spans)
    assert {"en", "ar"} < LANGUAGES.keys()
