"""What is written in a browser on one server arrives on another, labelled with its author's decision."""

from __future__ import annotations

from tests.fixtures.forms import form_in
from tests.fixtures.sign_in import signed_in_browser
from tests.two_nodes.conftest import World


async def test_a_post_from_the_composer_reaches_a_follower_elsewhere(world: World) -> None:
    await world.bob.follow(world.alice)
    browser = await signed_in_browser(world.alpha, world.alice.person)
    form = form_in((await browser.get("/compose")).text, "/compose")
    sent = await browser.post("/compose", **form | {"do": "publish", "text": "Written by hand"})
    assert sent.status == 303
    await world.settled()
    [there] = await world.bob.call("GET", "v1/timelines/home")
    assert "Written by hand" in there["content"]
    assert there["account"]["acct"] == world.alice.handle.removeprefix("@")
