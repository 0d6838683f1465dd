from __future__ import annotations

import pytest

from fediverse_node.oauth.scopes import DESCRIBED
from fediverse_node.web.pages.authorize_strings import ARABIC, ENGLISH, AuthorizeStrings, meaning


@pytest.mark.parametrize("says", [ENGLISH, ARABIC])
def test_each_scope_has_words_of_its_own(says: AuthorizeStrings) -> None:
    found = {scope: meaning(scope, says, "app.example") for scope in DESCRIBED}
    assert {scope for scope, words in found.items() if scope == words} == set()
    assert len(set(found.values())) == len(found)
    assert "app.example" in found["write:sameorigin"]


def test_both_languages_have_words_for_the_same_things() -> None:
    assert set(ENGLISH.problems) == set(ARABIC.problems)
    assert set(ENGLISH.plain) == set(ARABIC.plain)
    assert set(ENGLISH.areas) == set(ARABIC.areas)
