from __future__ import annotations

from typing import get_args

import pytest

from fediverse_node.kernel.errors import NotValid
from fediverse_node.streaming.channels import PERSONAL, Channel, Kind, channel


def test_channels_are_told_apart_by_what_they_are_about() -> None:
    assert channel("user", actor_id=7) == Channel("user", 7)
    assert channel("public:local", actor_id=7) == Channel("public:local")
    assert channel("hashtag", tag="#Straße") == channel("hashtag", tag="STRASSE")
    assert channel("list", list_id="12", actor_id=7) == Channel("list", 12)
    assert channel("hashtag:local", tag="cats").names == ["hashtag:local", "cats"]
    assert channel("list", list_id="12").names == ["list", "12"]
    assert channel("direct", actor_id=7).names == ["direct"]


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("", {}),
        ("users", {}),
        ("user:", {}),
        ("hashtag", {}),
        ("hashtag", {"tag": "#"}),
        ("hashtag", {"tag": "two words"}),
        ("hashtag:local", {"tag": "a/b"}),
        ("list", {}),
        ("list", {"list_id": "-1"}),
        ("list", {"list_id": "one"}),
    ],
)
def test_what_is_no_channel_is_refused(name: str, about: dict[str, str]) -> None:
    with pytest.raises(NotValid):
        channel(name, **about, actor_id=1)


def test_every_channel_asks_for_a_scope_that_reads_and_only_open_ones_for_nobody() -> None:
    for kind in get_args(Kind):
        assert Channel(kind).scope.startswith("read:")
        assert Channel(kind).needs_person == (kind in PERSONAL or kind == "list")
