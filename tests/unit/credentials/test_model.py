from __future__ import annotations

import pytest

from fediverse_node.credentials.model import AiPart, Making, part_of, settled, source_of
from fediverse_node.kernel.errors import NotValid


@pytest.mark.parametrize(
    ("said", "least", "told"),
    [
        (None, None, None),
        (None, "made", "made"),
        ("none", None, "none"),
        ("edited", "edited", "edited"),
        ("made", "edited", "made"),
    ],
)
def test_what_is_said_counts_where_it_is_no_less_than_the_least(
    said: AiPart | None, least: AiPart | None, told: AiPart | None
) -> None:
    assert settled(Making(part=said, tool="Brush"), least) == Making(part=told, tool="Brush")


@pytest.mark.parametrize(("said", "least"), [("none", "edited"), ("edited", "made"), ("none", "made")])
def test_less_than_the_least_is_refused(said: AiPart, least: AiPart) -> None:
    with pytest.raises(NotValid, match="never taken back"):
        settled(Making(part=said), least)


def test_parts_and_terms_of_iptc_name_each_other() -> None:
    for part in ("edited", "made"):
        assert part_of(source_of(part)) == part
    assert (source_of("none"), part_of("http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture")) == (
        None,
        None,
    )
