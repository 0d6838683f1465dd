"""What the operator sees of delivery, by the operations behind the commands."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.web.control.routes import OPERATIONS
from tests.fakes.inbox_sink import Sink, open_sinks
from tests.fixtures.letters import letters_of, sent_post
from tests.fixtures.nodes import LiveNode, running_node
from tests.fixtures.waiting import wait_until


async def do(node: LiveNode, operation: str, **arguments: Any) -> dict[str, Any]:
    return await OPERATIONS[operation](node.node, arguments, lambda _: None)


async def test_a_letter_that_was_refused_is_tried_again_when_the_operator_asks(database_url: str) -> None:
    well, ill = Sink(), Sink(status=404)
    async with open_sinks(well, ill), running_node(database_url, workers=True) as node:
        alice = await node.add_person("alice")
        post = await sent_post(node, alice, well.inbox, ill.inbox)

        async def states(expected: dict[str, str]) -> bool:
            rows = await letters_of(node, post)
            return {host: row.state for host, row in rows.items()} == expected

        await wait_until("the first tries", lambda: states({well.host: "delivered", ill.host: "failed"}))
        found = await do(node, "trace", post=str(post.id))
        rows = {row["host"]: row for row in found["deliveries"]}
        assert (rows[ill.host]["status"], rows[ill.host]["attempts"]) == (404, 1)
        assert rows[ill.host]["tried_at"] == rows[ill.host]["at"]
        listed = await do(node, "deliveries", state="failed")
        assert [row["host"] for row in listed["deliveries"]] == [ill.host]

        ill.status = 202
        assert (await do(node, "trace.retry", post=post.uri))["hosts"] == [ill.host]
        await wait_until("the second try", lambda: states({well.host: "delivered", ill.host: "delivered"}))
        assert (await do(node, "trace.retry", post=post.uri))["hosts"] == []
    assert len(well.arrived) == 1
    assert len(ill.arrived) == 2


async def test_hosts_shows_those_that_want_looking_at(database_url: str) -> None:
    well, ill = Sink(), Sink(status=500)
    async with open_sinks(well, ill), running_node(database_url, workers=True) as node:
        post = await sent_post(node, await node.add_person("alice"), well.inbox, ill.inbox)

        async def tried() -> bool:
            return all(row.attempts for row in (await letters_of(node, post)).values())

        await wait_until("both to be tried", tried)
        [row] = (await do(node, "hosts"))["hosts"]
        assert (row["host"], row["state"], row["breaker"]) == (ill.host, "failing", "closed")
        assert (row["waiting"], row["failures"], row["last_error"]) == (1, 1, "HTTP 500")
        assert row["oldest"]
        everyone = await do(node, "hosts", all=True)
        assert {row["host"]: row["state"] for row in everyone["hosts"]} == {
            well.host: "healthy",
            ill.host: "failing",
        }
        assert everyone["known"] == 2
        [one] = (await do(node, "hosts", host=well.host))["hosts"]
        assert one["last_success"]
        assert one["signing"] == "cavage"
        rule = DomainBlock(domain="127.0.0.1", severity="suspend")
        await node.node.db.write(lambda tx: servers.save(tx, rule))
        blocked = await do(node, "hosts", all=True)
        assert {row["state"] for row in blocked["hosts"]} == {"blocked"}


async def test_a_host_that_nothing_was_sent_to_yet_is_new(alpha: LiveNode) -> None:
    await sent_post(alpha, await alpha.add_person("alice"), "https://new.example/inbox")
    [row] = (await do(alpha, "hosts"))["hosts"]
    assert (row["host"], row["state"], row["waiting"]) == ("new.example", "new", 1)


async def test_what_is_not_there_is_said(alpha: LiveNode) -> None:
    with pytest.raises(NotFound):
        await do(alpha, "hosts", host="nowhere.example")
    with pytest.raises(NotValid):
        await do(alpha, "deliveries", state="lost")
    with pytest.raises(NotFound):
        await do(alpha, "trace.retry", post="1")
    assert (await do(alpha, "deliveries"))["deliveries"] == []
    assert (await do(alpha, "hosts"))["hosts"] == []
