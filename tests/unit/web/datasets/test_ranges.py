from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.web.datasets.ranges import part


@given(size=st.integers(0, 50), first=st.integers(0, 60), last=st.integers(0, 60))
def test_a_range_is_the_bytes_that_python_would_cut(size: int, first: int, last: int) -> None:
    data = bytes(range(size))
    found = part(f"bytes={first}-{last}", size)
    if last < first:
        assert found is not None
        assert found.whole
    elif first >= size:
        assert found is None
    else:
        assert found is not None
        assert data[found.start : found.end] == data[first : last + 1]


@given(size=st.integers(0, 50), last=st.integers(0, 60))
def test_a_range_from_the_end_is_the_last_bytes(size: int, last: int) -> None:
    data = bytes(range(size))
    found = part(f"bytes=-{last}", size)
    wanted = data[-last:] if last else b""
    assert (data[found.start : found.end] if found is not None else b"") == wanted


@given(text=st.text(alphabet=string.digits + "bytes=-, ٣", max_size=20), size=st.integers(0, 50))
def test_whatever_is_asked_for_lies_within_the_file(text: str, size: int) -> None:
    found = part(text, size)
    assert found is None or 0 <= found.start <= found.end <= size


def test_no_header_is_all_of_it() -> None:
    found = part(None, 7)
    assert found is not None
    assert (found.whole, found.header) == (True, "bytes 0-6/7")
