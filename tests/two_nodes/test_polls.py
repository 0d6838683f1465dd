"""A poll between two servers: asked on one, voted in on the other, and both know the outcome."""

from __future__ import annotations

from typing import Any

from fediverse_node.federation.outbox.pollster import Pollster
from tests.two_nodes.conftest import World


async def test_a_poll_is_voted_in_from_another_server_and_told_back(world: World) -> None:
    await world.bob.follow(world.alice)
    asked = await world.alice.write(
        "Which tea?", poll={"options": ["Green", "Black", "شاي"], "expires_in": 3600, "multiple": True}
    )
    there = await world.bob.reads(asked["uri"])
    assert [option["title"] for option in there["poll"]["options"]] == ["Green", "Black", "شاي"]
    assert (there["poll"]["multiple"], there["poll"]["voted"]) == (True, False)

    await world.bob.call("POST", f"v1/polls/{there['poll']['id']}/votes", choices=[1, 2])
    await world.settled()
    assert (await tally(world, asked))["votes_count"] == 2
    await world.erin.call("POST", f"v1/polls/{asked['poll']['id']}/votes", choices=[0])

    await world.later(minutes=3)
    assert await Pollster(world.alpha.desk).run_once() == 1
    await world.settled()
    shown = await world.bob.call("GET", f"v1/statuses/{there['id']}")
    assert [option["votes_count"] for option in shown["poll"]["options"]] == [1, 1, 1]
    assert (shown["poll"]["voters_count"], shown["poll"]["own_votes"]) == (2, [1, 2])
    assert shown["edited_at"] is None

    await world.later(hours=1)
    assert await Pollster(world.alpha.desk).run_once() == 1
    await world.settled()
    await Pollster(world.beta.desk).run_once()
    for person in (world.alice, world.erin, world.bob):
        [told] = await person.told("poll")
        assert told["status"]["poll"]["expired"] is True


async def tally(world: World, asked: Any) -> Any:
    return (await world.alice.call("GET", f"v1/statuses/{asked['id']}"))["poll"]
