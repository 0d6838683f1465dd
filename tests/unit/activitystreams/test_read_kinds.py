from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.activitystreams import read_kinds

THERE = "https://there.example"
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "href", "mediaType", "tag", "height", "name", "address", "icon", "width"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_anything_can_be_read(value: Any) -> None:  # LD-15
    read_kinds.authors(value)
    read_kinds.place(value)
    assert len(read_kinds.files(value)) <= 1
    read_kinds.preview({"icon": value, "image": value})


def test_the_person_stands_before_the_channel() -> None:
    group, person = {"type": "Group", "id": f"{THERE}/c"}, {"type": "Person", "id": f"{THERE}/p"}
    assert read_kinds.authors([group, person]) == (f"{THERE}/p", f"{THERE}/c")
    assert read_kinds.authors(group) == (f"{THERE}/c",)
    assert read_kinds.authors(f"{THERE}/p") == (f"{THERE}/p",)


@pytest.mark.parametrize(("heights", "taken"), [((1080, 480, 720), 720), ((2160, 1080), 1080), ((240,), 240)])
def test_a_file_for_a_timeline_is_taken(heights: tuple[int, ...], taken: int) -> None:
    links = [{"type": "Link", "mediaType": "video/mp4", "href": f"{THERE}/{h}", "height": h} for h in heights]
    assert [each.url for each in read_kinds.files(links)] == [f"{THERE}/{taken}"]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("Town hall", "Town hall"),
        ({"name": "Hall", "address": {"addressLocality": "Ghent"}}, "Hall, Ghent"),
        ({"name": "Hall", "address": "Main street 1"}, "Hall, Main street 1"),
        ({"type": "VirtualLocation"}, None),
        (None, None),
    ],
)
def test_a_place_is_one_line(value: Any, line: str | None) -> None:
    assert read_kinds.place(value) == line
