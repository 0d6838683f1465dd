"""What the command line does to profiles, through the operations that it asks for."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.federation.outbox.follow import follow
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.errors import NotAllowed, NotFound, NotValid
from fediverse_node.web.control.routes import OPERATIONS
from tests.fixtures.nodes import LiveNode, running_node
from tests.fixtures.pictures import sent


@pytest.fixture
async def alpha(database_url: str, tmp_path: Path) -> AsyncIterator[LiveNode]:
    settings = {"FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads")}
    async with running_node(database_url, settings=settings) as node:
        await node.add_person("alice")
        yield node


async def run(alpha: LiveNode, operation: str, **arguments: Any) -> dict[str, Any]:
    return await OPERATIONS[operation](alpha.node, {"name": "alice", **arguments}, lambda _: None)


async def test_a_profile_is_changed_and_shown(alpha: LiveNode) -> None:
    fields = [["Web", "https://alice.example"]]
    changed = await run(
        alpha,
        "profile",
        about="Hello",
        fields=fields,
        approve_followers=True,
        attribution_domains=["b.example"],
    )
    assert (changed["about"], changed["fields"], changed["approve_followers"]) == ("Hello", fields, True)
    assert await run(alpha, "profile") == changed
    emptied = await run(alpha, "profile", fields=[], attribution_domains=[])
    assert (emptied["fields"], emptied["attribution_domains"], emptied["about"]) == ([], [], "Hello")


async def test_a_profile_gets_pictures_and_loses_them(alpha: LiveNode) -> None:
    picture = base64.b64encode(sent()).decode()
    changed = await run(alpha, "profile", avatar=picture, avatar_alt="A wren", header=picture)
    assert changed["avatar_alt"] == "A wren"
    for name in ("avatar", "header"):
        assert changed[name].startswith(f"{alpha.base_url}/media/files/")
    without = await run(alpha, "profile", avatar="")
    assert (without["avatar"], without["header"]) == (None, changed["header"])
    with pytest.raises(NotValid):
        await run(alpha, "profile", avatar="ä")


async def test_who_asked_to_follow_is_let_in_or_not(alpha: LiveNode) -> None:
    bob, carol = await alpha.add_person("bob"), await alpha.add_person("carol")
    await run(alpha, "profile", approve_followers=True)
    target = await alpha.node.db.read(lambda tx: actors.local_by_name(tx, "alice"))
    assert target is not None
    for person in (bob, carol):
        assert (await follow(alpha.desk, person.actor, target.id)).state == "pending"
    asked = await run(alpha, "requests")
    assert [each["handle"] for each in asked["requests"]] == [bob.actor.handle, carol.actor.handle]
    assert await run(alpha, "request.accept", handle=bob.actor.handle) == {"handle": bob.actor.handle}
    assert await run(alpha, "request.reject", handle=carol.actor.uri) == {"handle": carol.actor.handle}
    assert (await run(alpha, "requests"))["requests"] == []
    with pytest.raises(NotFound):
        await run(alpha, "request.accept", handle="@nobody@else.example")


async def test_posts_are_pinned_by_their_author(alpha: LiveNode) -> None:
    bob = await alpha.add_person("bob")
    theirs = await publish(alpha.desk, bob.actor, Draft(text="Hello"))
    with pytest.raises(NotAllowed):
        await run(alpha, "pin", post=theirs.uri)
    assert await run(alpha, "pin", name="bob", post=theirs.url) == {"uri": theirs.uri}
    assert await run(alpha, "unpin", name="bob", post=theirs.uri) == {"uri": theirs.uri}


async def test_nothing_is_moved_or_deleted_without_the_name_typed_again(alpha: LiveNode) -> None:
    await alpha.add_person("bob")
    handle = f"@bob@{alpha.domain}"
    for typed in ("", "bob", "alic"):
        with pytest.raises(NotValid, match="Nothing was done"):
            await run(alpha, "account.move", target=handle, confirm=typed)
        with pytest.raises(NotValid, match="Nothing was done"):
            await run(alpha, "account.delete", confirm=typed)
    added = await run(alpha, "account.alias", name="bob", add=f"@alice@{alpha.domain}")
    assert added["aliases"] == [alpha.addresses.actor("alice")]
    moved = await run(alpha, "account.move", target=handle, confirm="alice")
    assert moved["moved_to"] == alpha.addresses.actor("bob")
    assert (await run(alpha, "profile"))["moved_to"] == moved["moved_to"]
    await run(alpha, "account.cancel_move")
    assert (await run(alpha, "profile"))["moved_to"] is None
    gone = await run(alpha, "account.delete", confirm="@Alice")
    assert gone["servers"] == 0
    with pytest.raises(NotFound):
        await run(alpha, "profile")
    assert (await run(alpha, "account.alias", name="bob", remove=added["aliases"][0]))["aliases"] == []
