"""One server shuts out another while both are running, and lets it in again."""

from __future__ import annotations

from fediverse_node.federation.delivery.trace import trace
from fediverse_node.federation.outbox import exclude
from fediverse_node.moderation.model import DomainBlock
from tests.fixtures.apps import App, JsonDict
from tests.two_nodes.conftest import World


async def shut_out(world: World) -> exclude.Effect:
    """Alpha will have nothing to do with beta. Both are on one host: the port tells them apart."""
    rule = DomainBlock(domain=world.beta.domain, severity="suspend")
    return await world.alpha.node.db.write(lambda tx: exclude.decide(tx, rule, own_domain=world.alpha.domain))


async def let_in(world: World) -> None:
    await world.alpha.node.db.write(lambda tx: exclude.withdraw(tx, world.beta.domain))


async def people(app: App, which: str) -> list[str]:
    """Whom somebody follows, or who follows them, as they see it."""
    found = await app.call("GET", f"v1/accounts/{app.person.actor.id}/{which}")
    return [each["uri"] for each in found]


async def looked_up(app: App, uri: str) -> bool:
    """Whether somebody gets to see a post by its address; it is fetched when it is not here."""
    found = await app.call("GET", "v2/search", q=uri, resolve="true", type="statuses")
    return [each["uri"] for each in found["statuses"]] == [uri]


async def answers(app: App, post: JsonDict) -> list[tuple[str, int | None]]:
    """Each server that a post was sent to, by its last answer."""
    rows = await app.node.node.db.read(lambda tx: trace(tx, int(post["id"])))
    return [(row.host, row.last_status) for row in rows]


async def test_a_server_that_is_shut_out_is_not_heard_not_told_and_not_shown_anything(world: World) -> None:
    await world.bob.follow(world.alice)
    await world.alice.follow(world.bob)
    inbox = world.alpha.addresses.inbox("alice")
    assert await world.dave.send(inbox, world.dave.follow(world.alice.uri)) == 202
    before, unseen = await world.bob.write("Before"), await world.erin.write("Not yet seen by beta")
    await world.alice.reads(before["uri"])
    assert await looked_up(world.carol, unseen["uri"])
    await world.settled()

    effect = await shut_out(world)
    assert effect.hidden >= 1
    # Follows end both ways, and what was here is not shown.
    assert (await people(world.alice, "following"), await people(world.alice, "followers")) == (
        [],
        [world.dave.uri],
    )
    assert before["uri"] not in await world.alice.home()
    assert not await world.alice.shows(before["uri"])
    # It is not heard.
    heard = await world.bob.write("Does anybody hear me?")

    async def refused() -> bool:
        return await answers(world.bob, heard) == [(world.alpha.domain, 403)]

    await world.bob.sees("that alpha refuses", refused)
    assert not await world.alice.shows(heard["uri"])
    # It is not told: dave's server is.
    told = await world.alice.write("Not for beta")
    await world.elsewhere.receives("Create")
    assert [host for host, _ in await answers(world.alice, told)] == [world.elsewhere.domain]
    # It is not shown anything, and nothing of it is fetched.
    hidden = await world.erin.write("Never seen by beta")
    assert not await looked_up(world.carol, hidden["uri"])
    assert not await looked_up(world.alice, (await world.carol.write("Never seen by alpha"))["uri"])


async def test_a_server_that_is_let_in_again_is_heard_and_told_again(world: World) -> None:
    await world.bob.follow(world.alice)
    await world.alice.follow(world.bob)
    await world.settled()
    await shut_out(world)
    hidden = await world.alice.write("Not for beta")
    assert not await looked_up(world.carol, hidden["uri"])

    await let_in(world)
    assert await looked_up(world.carol, (await world.erin.write("For everybody again"))["uri"])
    # Nobody told beta that its follow had ended: bob asks anew.
    there = await world.bob.find(world.alice.handle)
    await world.bob.call("POST", f"v1/accounts/{there}/unfollow")
    await world.bob.follow(world.alice)
    await world.alice.follow(world.bob)
    post, answer = await world.alice.write("Welcome back"), await world.bob.write("Thank you")
    await world.bob.reads(post["uri"])
    await world.alice.reads(answer["uri"])
