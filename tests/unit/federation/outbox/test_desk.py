from __future__ import annotations

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk, open_desk
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.errors import TooLarge


async def test_the_longest_post_is_what_the_operator_says(desk: Desk, alice: Actor) -> None:
    small = open_desk(desk.discovery, post_characters=10)
    assert small.addresses == desk.addresses
    with pytest.raises(TooLarge):
        await publish(small, alice, Draft(text="x" * 11))
    await publish(small, alice, Draft(text="x" * 10))
