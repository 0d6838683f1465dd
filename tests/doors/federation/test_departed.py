"""An account of ours that was deleted, as other servers and people see it afterwards (ADM-08)."""

from __future__ import annotations

import pytest

from fediverse_node.federation.outbox.depart import depart
from tests.doors.federation.conftest import Street

AS2 = "application/activity+json"


@pytest.mark.parametrize("path", ["/users/alice", "/@alice", "/users/ALICE"])
async def test_a_tombstone_is_left_and_says_gone(street: Street, path: str) -> None:
    headers = {"Accept": AS2}
    async with street.node.http.get("/users/alice", headers=headers) as answer:
        assert answer.status == 200
    await depart(street.node.desk, street.alice.actor)
    async with street.node.http.get(path, headers=headers) as answer:
        assert answer.status == 410
        assert answer.content_type == AS2
        found = await answer.json()
    assert (found["type"], found["id"], found["formerType"]) == (
        "Tombstone",
        street.alice.actor.uri,
        "Person",
    )


async def test_nothing_of_them_is_served_and_their_token_is_worthless(street: Street) -> None:
    post = await street.write_post()
    await depart(street.node.desk, street.alice.actor)
    for path in (post.uri, f"{street.alice.actor.uri}/outbox", f"{street.alice.actor.uri}/featured"):
        async with street.node.http.get(path, headers={"Accept": AS2}) as answer:
            assert answer.status == 410, path
    async with street.node.http.get("/@alice", headers={"Accept": "text/html"}) as answer:
        assert answer.status == 410
    resource = {"resource": f"acct:alice@{street.node.domain}"}
    async with street.node.http.get("/.well-known/webfinger", params=resource) as answer:
        assert answer.status == 410
    path = "/api/v1/accounts/verify_credentials"
    async with street.node.http.get(path, headers=street.alice.bearer) as answer:
        assert answer.status == 401
    assert await street.bob.send(street.shared, street.bob.follow(street.alice.actor.uri)) == 202
    assert await street.follower(street.bob) is None
