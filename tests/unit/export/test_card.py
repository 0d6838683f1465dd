from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent.terms import CURRENT, FIRST
from fediverse_node.export.card import Facts, card
from fediverse_node.export.columns import COLUMNS
from fediverse_node.export.filters import HUMAN_ONLY, WITH_ASSISTANCE, Filters
from fediverse_node.export.row import Row
from fediverse_node.export.totals import Totals


def facts(**changes: Any) -> Facts:
    values: dict[str, Any] = {
        "rows": 3,
        "authors": 2,
        "labels": {"human-only": 3},
        "languages": {"ar": 1, "en-GB": 1, "und": 1},
        "newest_consent": "2026-11-21T09:30:00Z",
    }
    beside: dict[str, Any] = {
        "name": "Alpha",
        "terms": (CURRENT,),
        "filters": HUMAN_ONLY,
        "formats": ("jsonl",),
        "scored": False,
        "near": True,
    }
    beside |= {name: changes.pop(name) for name in tuple(changes) if name in beside}
    return Facts(totals=Totals(**{**values, **changes}), **beside)


def a_card(**changes: Any) -> str:
    return card(facts(**changes), addresses=Addresses("https://alpha.example"))


def front_matter(text: str) -> list[str]:
    start, front, _ = text.split("---\n", 2)
    assert start == ""
    return front.splitlines()


@pytest.mark.parametrize(
    ("formats", "path"),
    [(("jsonl",), "data/train.jsonl"), (("jsonl", "parquet"), "data/train-*.parquet")],
)
def test_the_front_matter_leads_to_the_data(formats: tuple[str, ...], path: str) -> None:
    lines = front_matter(a_card(formats=formats))
    start = lines.index("configs:")
    assert lines[start : start + 5] == [
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        f"    path: {path}",
    ]
    assert lines[1:4] == [
        "license: other",
        "license_name: training-3",
        "license_link: https://alpha.example/terms/training",
    ]
    assert lines[lines.index("language:") + 1 :][:2] == ['- "ar"', '- "en"']


def test_every_column_is_declared_in_order_and_explained() -> None:
    lines = front_matter(a_card())
    declared = [line.removeprefix("  - name: ") for line in lines if line.startswith("  - name: ")]
    assert declared == list(Row.__struct_fields__) == [column.name for column in COLUMNS]
    for name in declared:
        assert f"| `{name}` | " in a_card()


@pytest.mark.parametrize(
    ("licences", "licence"),
    [
        ({"CC-BY-4.0": 3}, "license: cc-by-4.0"),
        ({"CC-BY-4.0": 2}, "license: other"),
        ({"CC-BY-4.0": 2, "CC0-1.0": 1}, "license: other"),
        ({"Weird-1.0": 3}, "license: other"),
    ],
)
def test_a_licence_is_named_where_it_is_that_of_every_row(licences: dict[str, int], licence: str) -> None:
    assert licence in front_matter(a_card(licences=licences))


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
    assert '- "human-only"' in front_matter(a_card())
    assisted = a_card(filters=WITH_ASSISTANCE, labels={"human-only": 2, "ai-assisted": 1})
    assert "told apart by `ai_disclosure`" in assisted
    assert '- "human-only"' not in front_matter(assisted)
    assert "| AI-assisted posts | 1 |" in assisted


def test_it_names_every_filter_and_every_version_of_the_terms() -> None:
    text = a_card(filters=Filters(min_length=20, languages=("ar",)), terms=(CURRENT, FIRST))
    assert "- text of at least 20 characters\n" in text
    assert "- languages: ar\n" in text
    assert f"[training-1](https://alpha.example/terms/training), SHA-256 `{FIRST.sha256}`" in text


def test_it_says_what_nobody_looked_for() -> None:
    assert "only nearly the same" in a_card(near=False)
    assert "only nearly the same" not in a_card()
    assert "No detector has looked" in a_card()
    assert "py3langid) is" in a_card(scored=True)


def test_it_says_how_to_take_a_decision_back() -> None:
    assert "If you wrote one of these posts" in a_card()
    assert "Content-Usage: train-ai=y" in a_card()


def test_an_empty_dataset_has_a_card_too() -> None:
    text = a_card(rows=0, authors=0, labels={}, languages={}, newest_consent="")
    assert "language:" not in front_matter(text)
    assert "| posts | 0 |" in text
