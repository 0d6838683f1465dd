"""What `doctor` finds: each misconfiguration beside a server that differs in nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from fediverse_node.actors.tables import actor_keys
from fediverse_node.deliveries import workers
from fediverse_node.kernel.clock import Clock, system_clock
from fediverse_node.peers import queries as peers
from fediverse_node.peers.model import Peer
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control import doctor
from tests.fakes.proxy import Proxy
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.letters import sent_post
from tests.fixtures.nodes import LiveNode, running_node

TRUSTED = {"FEDIVERSE_NODE_SERVER__TRUSTED_PROXIES": "127.0.0.1/32"}


@asynccontextmanager
async def behind(
    proxy: Proxy,
    database_url: str,
    *,
    settings: Mapping[str, Any] = TRUSTED,
    running: bool = True,
    clock: Clock = system_clock,
) -> AsyncIterator[LiveNode]:
    async with proxy, running_node(database_url, origin=proxy.origin, settings=settings, clock=clock) as node:
        proxy.backend = node.base_url
        if running:
            await node.node.db.write(lambda tx: workers.note(tx, "here:1", tx.now))
        yield node


async def examined(node: LiveNode) -> tuple[bool, dict[str, tuple[str, str]]]:
    found = await doctor.examine(node.node, {}, lambda _: None)
    return found["well"], {each["what"]: (each["state"], each["says"]) for each in found["findings"]}


async def test_all_is_well_behind_a_proxy_that_passes_everything_on(database_url: str) -> None:
    async with behind(Proxy(), database_url) as node:
        well, found = await examined(node)
    assert {what: words for what, (state, words) in found.items() if state == "ill"} == {}
    assert well
    for what in ("seen from outside", "WebFinger", "host-meta", "NodeInfo", "signed delivery", "paths"):
        assert found[what][0] == "well", found[what]
    for what in ("large letters", "who is asking", "workers", "backlog", "other servers", "keys", "database"):
        assert found[what][0] == "well", found[what]


@pytest.mark.parametrize(
    ("proxy", "settings", "what", "advice"),
    [
        (Proxy(content_type="text/plain"), TRUSTED, "seen from outside", "Content-Type"),
        (Proxy(own=("/actor",)), TRUSTED, "seen from outside", "answered 404"),
        (Proxy(keep_query=False), TRUSTED, "WebFinger", "query"),
        (Proxy(own=("/.well-known/webfinger",)), TRUSTED, "WebFinger", "/.well-known/"),
        (Proxy(own=("/.well-known/nodeinfo",)), TRUSTED, "NodeInfo", "/.well-known/"),
        (Proxy(keep_host=False), TRUSTED, "signed delivery", "Host"),
        (Proxy(spoil=True), TRUSTED, "signed delivery", "body"),
        (Proxy(decode=True), TRUSTED, "paths", "decodes"),
        (Proxy(body_limit=100_000), TRUSTED, "large letters", "client_max_body_size"),
        (Proxy(forwarded="pass"), TRUSTED, "who is asking", "replace"),
        (Proxy(), {}, "who is asking", "trusted_proxies"),
    ],
    ids=[
        "content type",
        "paths of its own",
        "query",
        "well-known of its own",
        "nodeinfo of its own",
        "host",
        "body",
        "decodes",
        "body limit",
        "forged address",
        "not trusted",
    ],
)
async def test_a_proxy_that_is_set_up_badly_is_found_out(
    database_url: str, proxy: Proxy, settings: Mapping[str, Any], what: str, advice: str
) -> None:
    async with behind(proxy, database_url, settings=settings) as node:
        well, found = await examined(node)
    assert not well
    state, says = found[what]
    assert state == "ill"
    assert advice in says


async def test_a_proxy_that_replaces_the_header_tells_visitors_apart(database_url: str) -> None:
    async with behind(Proxy(forwarded="replace"), database_url) as node:
        well, found = await examined(node)
    assert well
    assert "127.0.0.1" in found["who is asking"][1]


async def test_who_cannot_be_reached_is_ill_while_it_runs_and_not_before(database_url: str) -> None:
    async with running_node(database_url, origin="http://127.0.0.1:9") as node:
        well, found = await examined(node)
        assert well
        assert found["seen from outside"][0] == "remark"
        assert found["workers"][0] == "remark"
        await node.node.db.write(lambda tx: workers.note(tx, "here:1", tx.now))
        well, found = await examined(node)
    assert not well
    assert found["seen from outside"][0] == "ill"
    assert "no other server can" in found["seen from outside"][1]


async def test_another_server_behind_our_name_is_noticed(database_url: str, new_database: Any) -> None:
    other_url = new_database()
    async with (
        Proxy() as proxy,
        running_node(database_url, origin=proxy.origin) as node,
        running_node(other_url, name="beta") as other,
    ):
        proxy.backend = other.base_url
        well, found = await examined(node)
    assert not well
    assert other.base_url in found["seen from outside"][1]


async def test_the_clock_is_compared_with_those_of_others(database_url: str) -> None:
    ahead = timedelta()

    def clock() -> datetime:
        return system_clock() + ahead

    async with RemoteServer() as there, behind(Proxy(), database_url, clock=clock) as node:
        await node.node.db.write(lambda tx: peers.save(tx, Peer(host=there.domain, last_success_at=tx.now)))
        well, found = await examined(node)
        assert (well, found["clock"][0]) == (True, "well")
        ahead = timedelta(seconds=90)
        well, found = await examined(node)
    assert (well, found["clock"][0]) == (False, "ill")
    assert "seconds ahead" in found["clock"][1]


async def test_mail_that_nobody_takes_and_servers_that_are_silent_are_told(database_url: str) -> None:
    now = system_clock()
    later = timedelta()

    def clock() -> datetime:
        return now + later

    async with running_node(database_url, clock=clock) as node:
        await sent_post(node, await node.add_person("alice"), "https://x.example/inbox")
        _, found = await examined(node)
        assert found["backlog"][0] == "well"
        later = timedelta(minutes=11)

        def silent(tx: Tx) -> None:
            for days in (0, 8, 31):
                since = tx.now - timedelta(days=days)
                state: dict[str, Any] = {"breaker": "open", "probe_at": tx.now} if days else {}
                peers.save(tx, Peer(host=f"d{days}.example", failures=9, failing_since=since, **state))

        await node.node.db.write(silent)
        well, found = await examined(node)
    assert not well
    assert found["backlog"][0] == "ill"
    state, says = found["other servers"]
    assert state == "remark"
    assert "mail is dropped: d31.example" in says
    assert "once a day: d8.example" in says
    assert "at the moment: d0.example" in says


async def test_somebody_without_a_key_is_named(alpha: LiveNode) -> None:
    alice = await alpha.add_person("alice")
    _, found = await examined(alpha)
    assert found["keys"][0] == "well"
    await alpha.node.db.write(
        lambda tx: tx.execute(actor_keys.delete().where(actor_keys.c.actor_id == alice.actor.id))
    )
    well, found = await examined(alpha)
    assert not well
    assert "alice" in found["keys"][1]


async def test_with_federation_off_nobody_is_asked(database_url: str) -> None:
    off = {"FEDIVERSE_NODE_FEDERATION__ENABLED": "false"}
    async with running_node(database_url, settings=off) as node:
        well, found = await examined(node)
    assert well
    assert found["federation"][0] == "remark"
    assert "signed delivery" not in found


async def test_without_a_proxy_the_address_that_doctor_forges_harms_nobody(database_url: str) -> None:
    async with running_node(database_url) as alone:
        port = alone.base_url.rpartition(":")[2]
    settings = {**TRUSTED, "FEDIVERSE_NODE_SERVER__LISTEN": f"127.0.0.1:{port}"}
    async with running_node(database_url, settings=settings, port=int(port)) as node:
        well, found = await examined(node)
    assert (well, found["who is asking"][0]) == (True, "well")
