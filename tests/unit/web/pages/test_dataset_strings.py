from __future__ import annotations

import re
from dataclasses import fields
from typing import get_args, get_type_hints

from fediverse_node.config.sections import Datasets
from fediverse_node.datasets.model import State
from fediverse_node.web.pages.dataset_strings import ARABIC, ENGLISH, words


def test_each_language_has_words_of_its_own_for_everything() -> None:
    assert (words("en"), words("ar")) == (ENGLISH, ARABIC)
    for field in fields(ENGLISH):
        english, arabic = getattr(ENGLISH, field.name), getattr(ARABIC, field.name)
        assert type(english) is type(arabic), field.name
        if isinstance(english, dict):
            assert english.keys() == arabic.keys(), field.name
            arabic = " ".join(arabic.values())
        assert re.search(r"[\u0600-\u06ff]", arabic), field.name


def test_every_rule_and_every_state_has_words() -> None:
    assert set(ENGLISH.rules) == set(get_args(get_type_hints(Datasets)["access"]))
    assert set(ENGLISH.states) == set(get_args(State)) - {"preparing"}
