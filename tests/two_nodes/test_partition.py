"""Two servers that cannot reach each other for a while agree again afterwards, and nothing is lost (R14)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.errors import Unreachable
from tests.fixtures.apps import App
from tests.fixtures.waiting import wait_until
from tests.two_nodes.conftest import World

pytestmark = pytest.mark.slow


class Cable:
    """What lies between two nodes; counts how often somebody found it cut."""

    def __init__(self) -> None:
        self.refusals = 0


@contextmanager
def cut(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cable]:
    """Neither node reaches the other; both reach everybody else."""
    cable = Cable()
    beyond = {
        id(world.alpha.node.outbound): world.beta.domain,
        id(world.beta.node.outbound): world.alpha.domain,
    }
    begin, post = Outbound.begin, Outbound.post

    def find_it_cut(outbound: Outbound, url: str) -> None:
        if f"//{beyond.get(id(outbound), '-')}/" in url:
            cable.refusals += 1
            raise Unreachable("It could not be reached.", detail="the cable is cut", timed_out=True)

    async def begin_or_not(self: Outbound, method: str, url: str, **options: Any) -> Any:
        find_it_cut(self, url)
        return await begin(self, method, url, **options)

    async def post_or_not(self: Outbound, url: str, body: bytes, **options: Any) -> Any:
        find_it_cut(self, url)
        return await post(self, url, body, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Outbound, "begin", begin_or_not)
        patch.setattr(Outbound, "post", post_or_not)
        yield cable


async def figures(app: App, uri: str) -> tuple[int, int, int]:
    """Likes, boosts and replies of a post, as *app* sees them."""
    found = await app.call("GET", "v2/search", q=uri, resolve="true", type="statuses")
    if not found["statuses"]:
        return (-1, -1, -1)
    status = found["statuses"][0]
    return status["favourites_count"], status["reblogs_count"], status["replies_count"]


async def test_after_ten_minutes_apart_both_say_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.bob.follow(world.alice)
    await world.alice.follow(world.bob)
    liked = await world.alice.write("Before the cut")
    gone = await world.alice.write("Gone by then")
    here = await world.bob.reads(liked["uri"])
    await world.bob.reads(gone["uri"])
    await world.settled()

    with cut(world, monkeypatch) as cable:
        first = await world.alice.write("From this side")
        other = await world.bob.write("From that side")
        await world.bob.call("POST", f"v1/statuses/{here['id']}/favourite")
        await world.bob.call("POST", f"v1/statuses/{here['id']}/reblog")
        answer = await world.bob.write("An answer", in_reply_to_id=here["id"])
        await world.alice.call("PUT", f"v1/statuses/{first['id']}", status="From this side, corrected")
        await world.alice.call("DELETE", f"v1/statuses/{gone['id']}")
        for _ in range(5):
            await world.later(minutes=2)
            knocks = cable.refusals

            async def knocked(before: int = knocks) -> bool:
                return cable.refusals > before

            if knocks < 4:
                await wait_until("both to have knocked in vain", knocked)
        assert not await world.alice.shows(answer["uri"])
        assert await figures(world.alice, liked["uri"]) == (0, 0, 0)

    await world.later(minutes=60)
    await world.settled()
    assert "corrected" in (await world.bob.reads(first["uri"]))["content"]
    await world.alice.reads(other["uri"])
    await world.alice.reads(answer["uri"])
    assert not await world.bob.shows(gone["uri"])
    assert await figures(world.alice, liked["uri"]) == (1, 1, 1)
    assert await figures(world.bob, liked["uri"]) == (1, 1, 1)
    told = [each["type"] for each in await world.alice.call("GET", "v1/notifications")]
    assert sorted(told) == ["favourite", "follow", "mention", "reblog"]
