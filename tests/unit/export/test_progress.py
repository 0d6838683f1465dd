from __future__ import annotations

from fediverse_node.export.progress import Progress


def test_it_says_how_many_how_fast_and_how_long_still() -> None:
    told: list[str] = []
    moments = iter([100.0, 102.0, 104.0, 104.0, 104.0])
    progress = Progress(told.append, clock=lambda: next(moments))

    progress.begin("writing")
    progress.at(9_999, of=40_000)
    progress.at(10_000, of=40_000)
    progress.at(10_001, of=40_000)
    progress.at(20_000)
    progress.begin("proving")
    progress.at(10_000)

    assert told == [
        "writing: 10,000 posts of 40,000, 5,000 a second, 6 s left",
        "writing: 20,000 posts, 5,000 a second",
        "proving: 10,000 posts",
    ]
