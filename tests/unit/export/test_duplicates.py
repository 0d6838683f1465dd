from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.export import duplicates
from fediverse_node.export.duplicates import Likeness, digest_of, find_duplicates
from fediverse_node.export.workbench import Line, Workbench

CHANCE = random.Random(7)
WORDS = [f"{first}{last}" for first in ("ri", "he", "bo", "ca", "mo") for last in ("ver", "ron", "at", "nal")]
LONG = " ".join(CHANCE.choices(WORDS, k=60))
NEARLY = f"{LONG} indeed"
HALF = " ".join([*LONG.split()[:15], *CHANCE.choices(WORDS, k=45)])


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with Workbench(tmp_path) as bench:
        yield bench


def add(bench: Workbench, likeness: Likeness, texts: list[str], *, seqs: list[int] | None = None) -> None:
    lines = [a_line(number, text, seq=seqs[number] if seqs else number) for number, text in enumerate(texts)]
    likeness.add(texts, [line.digest for line in lines])
    bench.add(lines, [(1, "https://here.example/users/alice")])


def a_line(number: int, text: str, *, seq: int) -> Line:
    values: dict[str, Any] = {
        "post": 100 + number,
        "number": number,
        "uri": f"https://here.example/{number}",
        "author": 1,
        "revision": "r",
        "label": "human-only",
        "sensitive": False,
        "seq": seq,
        "place": number,
        "salt": "00",
        "parent": None,
        "language": "en",
        "licence": None,
        "at": "2026-11-22T10:00:00Z",
        "terms": "training-3",
        "digest": digest_of(text),
    }
    return Line(**values)


def standing(bench: Workbench) -> list[tuple[bool, bool]]:
    """Of each row: whether it is in, and whether it belongs to a cluster."""
    return [(each.state == 0, each.cluster is not None) for each in bench.standings()]


ALONE, FIRST, REPEATED = (True, False), (True, True), (False, True)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["a", "b"], [ALONE, ALONE]),
        (["a", "a", "b", "a"], [FIRST, REPEATED, ALONE, REPEATED]),
        (["caf\u00e9", "cafe\u0301"], [FIRST, REPEATED]),
        ([LONG, NEARLY], [FIRST, REPEATED]),
        ([LONG, HALF], [ALONE, ALONE]),
        ([LONG, LONG.upper()], [FIRST, REPEATED]),
        # Too short to be like another one, unless it is the same.
        (["one two three four", "one two three for"], [ALONE, ALONE]),
        # Scripts without blanks.
        (
            ["今日は川で鷺を二羽と舟を一艘見た。" * 3, "今日は川で鷺を二羽と舟を一艘見た。" * 3 + "良"],
            [FIRST, REPEATED],
        ),
        (["今日は川で鷺を二羽と舟を一艘見た", "明日は山で鹿を三頭と橋を見たいと思う"], [ALONE, ALONE]),
    ],
)
def test_what_says_the_same(bench: Workbench, texts: list[str], expected: list[tuple[bool, bool]]) -> None:
    likeness = Likeness(bench)
    add(bench, likeness, texts)
    find_duplicates(bench, likeness, keep=False)
    assert standing(bench) == expected


def test_the_one_that_was_allowed_first_stays_not_the_one_that_was_written_first(bench: Workbench) -> None:
    likeness = Likeness(bench)
    add(bench, likeness, [LONG, NEARLY, LONG], seqs=[9, 3, 5])
    find_duplicates(bench, likeness, keep=False)
    assert standing(bench) == [REPEATED, FIRST, REPEATED]


def test_once_that_one_is_taken_back_the_next_comes_in(bench: Workbench) -> None:
    likeness = Likeness(bench)
    add(bench, likeness, [LONG, NEARLY, LONG, "other"])
    find_duplicates(bench, likeness, keep=False)
    bench.take_out([0])
    find_duplicates(bench, likeness, keep=False)
    assert standing(bench)[1:] == [FIRST, REPEATED, ALONE]
    assert standing(bench)[0][0] is False


def test_all_may_stay_and_are_marked(bench: Workbench) -> None:
    likeness = Likeness(bench)
    add(bench, likeness, [LONG, "other", LONG])
    find_duplicates(bench, likeness, keep=True)
    assert standing(bench) == [FIRST, ALONE, FIRST]
    assert len({each.cluster for each in bench.standings()}) == 2


def test_without_numpy_only_the_very_same_is_found(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "_numpy", lambda: None)
    likeness = Likeness(bench)
    add(bench, likeness, [LONG, NEARLY, LONG])
    find_duplicates(bench, likeness, keep=False)
    assert not likeness.works
    assert standing(bench) == [FIRST, ALONE, REPEATED]


def test_how_many_are_looked_at_together_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"{' '.join(CHANCE.choices(WORDS, k=30))} {number}" for number in range(40)]
    texts += [f"{text} again" for text in texts[:20]]
    found = []
    for together in (1, 7, 250):
        monkeypatch.setattr(duplicates, "_TOGETHER", together)
        with Workbench(tmp_path, str(together)) as bench:
            likeness = Likeness(bench)
            add(bench, likeness, texts)
            find_duplicates(bench, likeness, keep=False)
            found.append(standing(bench))
    assert found[0] == found[1] == found[2]
    assert found[0][40:] == [REPEATED] * 20


def test_nobody_else_can_look_at_what_is_collected_and_in_the_end_it_is_gone(tmp_path: Path) -> None:
    with Workbench(tmp_path) as bench:
        add(bench, Likeness(bench), ["a"])
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        bench.clear_away()
    assert list(tmp_path.iterdir()) == []
