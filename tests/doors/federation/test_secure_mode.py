"""Secure mode on every route that shows a document (PRI-06, SIG-28): made from the tables of routes.

A new route is in here at once. One that stays open needs an entry in `guard.OPEN_PATHS`, and a reason there.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping

import pytest
import sqlalchemy as sa

from fediverse_node.deliveries.tables import activities
from fediverse_node.federation.inbox.catching_up import CatchUpWorker
from fediverse_node.federation.inbox.process import InboxWorker
from fediverse_node.federation.outbox import block as blocking
from fediverse_node.federation.outbox import exclude
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.web.federation.guard import OPEN_PATHS
from fediverse_node.web.federation.routes import NEGOTIATED, ROUTES
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.nodes import running_node
from tests.fixtures.signed_get import get

SECURE = {"FEDIVERSE_NODE_FEDERATION__SECURE_MODE": "true"}
OFF = {"FEDIVERSE_NODE_FEDERATION__ENABLED": "false"}
READ = sorted({route.path for route in ROUTES if route.method == "GET"} | set(NEGOTIATED))
#: What stands in an address for each of its parts; a part that is not here fails the test of its route.
PARTS = {"name": "alice", "version": "2.0", "code": "cat", "digest": "0" * 64, "kind": "png"}
#: Documents that are for some only, or that this street has none of.
SOMETIMES = (
    "/inbox",
    "/followers_synchronization",
    r"/quotes/{id:\d{1,19}}",
    "{2,30}}",
    "{kind:png|gif|webp}",
)


@pytest.fixture
async def secure(database_url: str) -> AsyncIterator[Street]:
    """The street with secure mode on."""
    async with running_node(database_url, settings=SECURE) as node, RemoteServer() as there:
        yield Street(
            node=node,
            there=there,
            alice=await node.add_person("alice"),
            bob=there.add_actor("bob"),
            carol=there.add_actor("carol"),
            worker=InboxWorker(node.node),
            catching_up=CatchUpWorker(node.node),
        )


async def addresses(street: Street) -> dict[str, str]:
    """An existing address for each path that is read."""
    written = await publish(street.node.desk, street.alice.actor, Draft(text="Hello"))
    post = await street.read(lambda tx: posts.by_id(tx, written.id))
    assert post is not None
    stored = await street.read(lambda tx: _last_activity(tx, post.id))
    found = {}
    for path in READ:
        number = stored if path.startswith("/activities/") else str(post.id)
        filled = _filled(path, {**PARTS, "id": number})
        query = f"?resource=acct:alice@{street.node.domain}" if path.endswith("webfinger") else ""
        found[path] = f"{street.node.base_url}{filled}{query}"
    return found


def _filled(path: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"{(\w+)(?::(?:[^{}]|{[^{}]*})*)?}", lambda part: parts[part[1]], path)


def _last_activity(tx: Tx, post_id: int) -> str:
    row = tx.first(sa.select(activities.c.uri).where(activities.c.post_id == post_id))
    assert row is not None
    return str(row[0]).rpartition("/")[2]


async def test_every_document_asks_for_a_signature_and_refuses_whom_it_must(secure: Street) -> None:
    http, wrong = secure.node.http, []
    await secure.meet(secure.bob)
    table = await addresses(secure)
    async with RemoteServer("blocked") as outside:
        mallory = outside.add_actor("mallory")
        rule = DomainBlock(domain=outside.domain, severity="suspend")
        own = secure.node.domain
        await secure.write(lambda tx: exclude.decide(tx, rule, own_domain=own))
        for path, url in table.items():
            answers = [await get(http, url, who) for who in (None, secure.carol, secure.bob, mallory)]
            statuses = [answer.status for answer in answers]
            if path in OPEN_PATHS:
                if len(set(statuses)) != 1 or statuses[0] != (404 if path.endswith(SOMETIMES) else 200):
                    wrong.append((path, statuses))
                continue
            # Whether there is something for the two is not the question here, except where it is plain.
            shown = statuses[1:3] if path.endswith(SOMETIMES) else [200, 200]
            expected = [401, *shown, 403]
            private = all(
                answer.headers["Cache-Control"] in {"private, no-store", "no-store"} for answer in answers
            )
            varies = all("Signature" in each.headers["Vary"] for each in answers if each.status == 200)
            if statuses != expected or not private or not varies:
                wrong.append((path, statuses))
            if b"Hello" in answers[0].body + answers[3].body:
                wrong.append((path, [*statuses, -1]))
        assert outside.fetches() == []
    assert wrong == []


async def test_a_refusal_is_json_and_a_wrong_signature_is_none(secure: Street) -> None:
    url = secure.alice.actor.uri
    refused = await get(secure.node.http, url)
    assert (refused.status, refused.document["status"]) == (401, 401)
    wrong = await get(secure.node.http, url, secure.bob, key=secure.carol.key)
    assert wrong.status == 401
    assert (await get(secure.node.http, url, secure.carol)).status == 200


async def test_followers_read_followers_only_posts_and_the_blocked_read_nothing(secure: Street) -> None:
    await secure.meet(secure.bob)
    private = await secure.write_post(visibility="private")
    http = secure.node.http
    assert (await get(http, private.uri, secure.bob)).status == 200
    assert (await get(http, private.uri, secure.carol)).status == 404
    bob = await secure.actor(secure.bob)
    assert bob is not None
    await blocking.block(secure.node.desk, secure.alice.actor, bob.id)
    for url in (private.uri, secure.alice.actor.uri):
        assert (await get(http, url, secure.bob)).status == 404
    assert (await get(http, secure.alice.actor.uri, secure.carol)).status == 200


async def test_a_suspended_actor_is_refused_at_once_although_its_key_is_in_memory(secure: Street) -> None:
    bob = await secure.meet(secure.bob)
    http, url = secure.node.http, secure.alice.actor.uri
    assert (await get(http, url, secure.bob)).status == 200
    await secure.write(lambda tx: exclude.suspend(tx, bob))
    assert (await get(http, url, secure.bob)).status == 403
    assert (await get(http, url, secure.carol)).status == 200


async def test_pages_of_public_posts_stay_public(secure: Street) -> None:
    post = await publish(secure.node.desk, secure.alice.actor, Draft(text="Hello"))
    async with secure.node.http.get(f"/@alice/{post.id}", headers={"Accept": "text/html"}) as answer:
        assert answer.status == 200
        assert "Hello" in await answer.text()


async def test_a_node_that_does_not_federate_shows_no_documents(database_url: str) -> None:
    # SIG-30
    async with running_node(database_url, settings=OFF) as node:
        await node.add_person("alice")
        about_server = {
            "/.well-known/nodeinfo",
            "/.well-known/tdmrep.json",
            "/ns/ai-provenance",
            r"/nodeinfo/{version:2\.[01]}",
        }
        for path in READ:
            if path.endswith(SOMETIMES) or "{id" in path:
                continue
            url = _filled(path, PARTS)
            answer = await get(node.http, f"{node.base_url}{url}?resource=acct:alice@{node.domain}")
            assert (answer.status == 200) == (path in about_server), path
        async with node.http.post("/inbox", data=b"{}") as refused:
            assert refused.status == 404
