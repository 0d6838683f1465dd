from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.paging import Page
from fediverse_node.web import cursors

IDS = st.integers(min_value=0, max_value=(1 << 63) - 1)


@given(IDS)
def test_a_cursor_leads_back_to_its_place(id_: int) -> None:
    assert cursors.decode(cursors.encode("before", id_), limit=7) == Page(max_id=id_, limit=7)
    assert cursors.decode(cursors.encode("after", id_), limit=7) == Page(min_id=id_, limit=7)


@pytest.mark.parametrize(
    "text", ["", "1", "AAAA", "first", "YgAAAAAAAAAF!", "é", "\x00", "Y" * 64, "Yv__________"]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(NotValid):
        cursors.decode(text, limit=7)


@given(st.text(max_size=64))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(NotValid):
        assert cursors.decode(text, limit=7).limit == 7
