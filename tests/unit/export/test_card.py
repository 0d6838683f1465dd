from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent.terms import CURRENT
from fediverse_node.export.card import Facts, card
from fediverse_node.export.row import Row


def a_card(*, include_ai_assisted: bool = False, name: str = "Alpha", **changes: Any) -> str:
    values: dict[str, Any] = {
        "rows": 3,
        "authors": 2,
        "ai_assisted": 0,
        "languages": ("ar", "en-GB", "und"),
        "newest_consent": "2026-11-21T09:30:00Z",
    }
    return card(
        Facts(**{**values, **changes}),
        name=name,
        addresses=Addresses("https://alpha.example"),
        terms=CURRENT,
        include_ai_assisted=include_ai_assisted,
    )


def front_matter(text: str) -> list[str]:
    start, front, _ = text.split("---\n", 2)
    assert start == ""
    return front.splitlines()


def test_the_front_matter_leads_to_the_data() -> None:
    lines = front_matter(a_card())
    start = lines.index("configs:")
    assert lines[start : start + 5] == [
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        "    path: data/train.jsonl",
    ]
    assert lines[1:4] == [
        "license: other",
        "license_name: training-1",
        "license_link: https://alpha.example/terms/training",
    ]
    assert lines[lines.index("language:") + 1 :][:2] == ['- "ar"', '- "en"']


def test_every_column_is_declared_in_order_and_explained() -> None:
    lines = front_matter(a_card())
    declared = [line.removeprefix("  - name: ") for line in lines if line.startswith("  - name: ")]
    assert declared == list(Row.__struct_fields__)
    for name in declared:
        assert f"`{name}`" in a_card()


def test_a_name_cannot_break_out_of_its_line() -> None:
    lines = front_matter(a_card(name='x"\n---\nlicense: mit\n#'))
    assert "license: mit" not in lines


@pytest.mark.parametrize(
    ("rows", "size"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (5_000_000, "1M<n<10M")]
)
def test_the_size_is_said_in_the_hubs_words(rows: int, size: str) -> None:
    assert f'- "{size}"' in front_matter(a_card(rows=rows))


def test_it_says_what_kind_of_posts_these_are() -> None:
    assert "Only posts that were written without" in a_card()
    assert "told apart by `ai_disclosure`" in a_card(include_ai_assisted=True)


def test_it_says_how_to_take_a_decision_back() -> None:
    assert "If you wrote one of these posts" in a_card()
    assert "Content-Usage: train-ai=y" in a_card()


def test_an_empty_dataset_has_a_card_too() -> None:
    text = a_card(rows=0, authors=0, languages=(), newest_consent="")
    assert "language:" not in front_matter(text)
    assert "| posts | 0 |" in text
