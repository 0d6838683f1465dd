"""Two servers that both show nothing to strangers."""

from __future__ import annotations

from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.follows import queries as follows
from fediverse_node.posts import queries as posts
from fediverse_node.web.control import federation
from tests.fixtures.databases import NewDatabase
from tests.fixtures.nodes import running_node
from tests.fixtures.signed_get import get
from tests.fixtures.waiting import wait_until

SECURE = {"FEDIVERSE_NODE_FEDERATION__SECURE_MODE": "true"}


async def test_two_servers_that_both_ask_for_signatures_find_each_others_keys(
    new_database: NewDatabase,
) -> None:
    async with (
        running_node(new_database(), name="alpha", workers=True, settings=SECURE) as alpha,
        running_node(new_database(), name="beta", workers=True, settings=SECURE) as beta,
    ):
        alice, _ = await alpha.add_person("alice"), await beta.add_person("bob")
        assert (await get(alpha.http, alice.actor.uri)).status == 401
        assert (await get(alpha.http, alpha.instance_actor.uri)).status == 200
        asked = {"name": "bob", "handle": f"@alice@{alpha.domain}"}
        await federation.follow(beta.node, asked, lambda _: None)

        async def followed() -> bool:
            return bool(await alpha.node.db.read(lambda tx: follows.follower_inboxes(tx, alice.actor.id)))

        await wait_until("bob to follow alice", followed)
        post = await publish(alpha.desk, alice.actor, Draft(text="Hello"))
        arrived = await wait_until(
            "the post to arrive", lambda: beta.node.db.read(lambda tx: posts.by_uri(tx, post.uri))
        )
        assert arrived.content_html == post.content_html
