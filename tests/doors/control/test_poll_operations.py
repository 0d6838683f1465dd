"""Asking and voting from the command line, past the terminal: what the control door does."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.polls import queries as polls
from fediverse_node.web.control.routes import OPERATIONS
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.nodes import LiveNode

POLL = {"options": ["Green", "Black", "7"], "hours": 1.5, "multiple": True}


async def do(alpha: LiveNode, operation: str, **arguments: Any) -> Any:
    return await OPERATIONS[operation](alpha.node, arguments, lambda _: None)


async def test_a_poll_is_published_and_voted_in_by_text_or_number(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    await alpha.add_person("bob")
    post = await do(alpha, "post", name="alice", text="Tea?", poll=POLL)
    found = await do(alpha, "vote", name="bob", post=post["url"], choices=["Black", "1", "7"])
    assert (found["uri"], found["choices"]) == (post["uri"], ["Black", "Green", "7"])
    poll = await alpha.node.db.read(lambda tx: polls.of_post(tx, int(post["id"])))
    assert poll is not None
    assert [option.votes for option in poll.options] == [1, 1, 1]
    assert poll.ends_at is not None


async def test_what_cannot_be_voted_for_is_said(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    await alpha.add_person("bob")
    post = await do(alpha, "post", name="alice", text="Tea?", poll=POLL)
    hidden = await do(alpha, "post", name="alice", text="Tea?", poll=POLL, visibility="private")
    for choice in ("Oolong", "4", "0"):
        with pytest.raises(NotValid, match="Choose from: 1 Green, 2 Black, 3 7"):
            await do(alpha, "vote", name="bob", post=post["url"], choices=[choice])
    with pytest.raises(NotFound):
        await do(alpha, "vote", name="bob", post=hidden["url"], choices=["1"])
    assert await do(alpha, "vote", name="bob", post=post["id"], choices=["1"])


async def test_a_post_of_another_server_is_found_by_the_address_of_its_page(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    mine = await do(alpha, "post", name="alice", text="Ours")
    async with RemoteServer() as there:
        bob = there.add_actor("bob")
        page = f"{there.origin}/@bob/{mine['id']}"
        note = there.publish(bob.note("<p>Theirs</p>", url=page))
        there.documents[page.removeprefix(there.origin)] = note
        # Its number is that of a post here, which is not the one that is meant.
        assert (await do(alpha, "like", name="alice", post=page))["uri"] == note["id"]
        with pytest.raises(NotFound):
            await do(alpha, "like", name="alice", post=f"{there.origin}/@bob/1")
    assert (await do(alpha, "like", name="alice", post=mine["url"]))["uri"] == mine["uri"]
