from __future__ import annotations

from fediverse_node.web.kept import Kept


def test_a_value_is_kept_for_its_time() -> None:
    now = 0.0
    kept: Kept[str, int] = Kept(size=10, seconds=5, clock=lambda: now)
    kept.put("a", 1)
    now = 4.9
    assert kept.get("a") == 1
    now = 5.0
    assert kept.get("a") is None
    assert kept.get("b") is None


def test_never_more_than_the_size_is_kept() -> None:
    kept: Kept[int, int] = Kept(size=10, seconds=5, clock=lambda: 0.0)
    for number in range(1000):
        kept.put(number, number)
        assert len(kept) <= 10
    assert kept.get(999) == 999
