"""Two processes on one database: what one does, those who listen to the other hear."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from fediverse_node.federation.outbox.publish import Draft, publish
from tests.fixtures.nodes import running_node
from tests.fixtures.streams import listening
from tests.fixtures.waiting import wait_until


async def test_what_one_process_does_is_heard_at_the_other(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("a SQLite file belongs to one process")
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(running_node(database_url))
        there = await stack.enter_async_context(running_node(database_url, origin=here.base_url))
        alice = await here.add_person("alice")
        # What a worker does, and every other process: it waits for a bell.
        here.node.db.bell("anything")

        async def known() -> bool:
            return here.node.db.ears.open

        async with listening(there, alice, "user", "public") as ear:
            await wait_until("word of who listens", known)
            post = await publish(here.desk, alice.actor, Draft(text="From one to the other"))
            heard = [await ear.next() for _ in range(2)]
            assert {each.payload["id"] for each in heard} == {str(post.id)}
