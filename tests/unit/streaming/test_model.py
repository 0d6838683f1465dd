from __future__ import annotations

import json

import pytest

from fediverse_node.streaming.channels import Channel
from fediverse_node.streaming.model import Parcel, framed


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_a_message_is_framed_as_the_standard_has_it(size: int) -> None:
    # RFC 6455, 5.2: 7 bits of length, or 126 and 16 of them, or 127 and 64.
    frame = framed(b"x" * size)
    assert frame[0] == 0x81
    head = 2 if size < 126 else 4 if size < 65_536 else 10
    said = frame[1] if head == 2 else int.from_bytes(frame[2:head], "big")
    assert (said, len(frame)) == (size, head + size)
    assert frame[1] == {2: size, 4: 126, 10: 127}[head]


def test_a_payload_is_text_within_the_text_and_nothing_where_there_is_none() -> None:
    told = Parcel(channels=[Channel("list", 3)], event="update", payload='{"id":"1"}', to={1})
    said = json.loads(told.frame[2:])
    assert said == {"stream": ["list", "3"], "event": "update", "payload": '{"id":"1"}'}
    assert told.lines == b'event: update\ndata: {"id":"1"}\n\n'
    changed = Parcel(channels=[Channel("user", 3)], event="filters_changed", payload=None, to={3})
    assert json.loads(changed.frame[2:]) == {"stream": ["user"], "event": "filters_changed"}
    assert changed.lines == b"event: filters_changed\ndata: undefined\n\n"
