"""What monitoring reads (ADM-10, PRI-17)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import msgspec
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from fediverse_node import app
from fediverse_node.kernel.tallies import Tallies
from fediverse_node.web.metrics import make_metrics_application, watching
from tests.fakes.inbox_sink import Sink, open_sinks
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.letters import letters_of, sent_post
from tests.fixtures.nodes import LiveNode, running_node
from tests.fixtures.waiting import wait_until

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@asynccontextmanager
async def listening(node: LiveNode) -> AsyncIterator[str]:
    runner = web.AppRunner(make_metrics_application(node.node), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/metrics"
    finally:
        await runner.cleanup()


async def scrape(url: str) -> tuple[str, Samples]:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        text = await answer.text()
    found = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    return text, found


async def test_what_happens_is_counted_and_nobody_is_named(database_url: str) -> None:
    sink = Sink()
    async with (
        open_sinks(sink),
        RemoteServer() as there,
        running_node(database_url, workers=True) as node,
        listening(node) as url,
    ):
        alice, bob = await node.add_person("alice"), there.add_actor("bob")
        post = await sent_post(node, alice, sink.inbox, "http://127.0.0.1:9/inbox")

        async def tried() -> bool:
            return all(row.attempts for row in (await letters_of(node, post)).values())

        await wait_until("both letters to be tried", tried)
        assert await bob.send(node.addresses.shared_inbox, bob.follow(alice.actor.uri)) == 202
        async with node.http.post(
            "/inbox", data=b"{}", headers={"Content-Type": "application/activity+json"}
        ):
            pass
        async with node.http.get("/api/v1/instance"):
            pass
        text, found = await scrape(url)
    prefix = "fediverse_node_"
    assert found[f"{prefix}deliveries_total", (("outcome", "delivered"),)] >= 1
    assert found[f"{prefix}deliveries_total", (("outcome", "unreachable"),)] == 1
    assert found[f"{prefix}deliveries_waiting", ()] >= 1
    assert found[f"{prefix}breakers_open", ()] == 0
    assert found[f"{prefix}inbox_activities_total", (("result", "applied"), ("type", "Follow"))] == 1
    assert found[f"{prefix}inbox_activities_total", (("result", "refused"), ("type", "any"))] == 1
    assert found[f"{prefix}http_request_seconds_count", (("door", "api"), ("status", "200"))] == 1
    assert found[f"{prefix}db_write_units_count", ()] > 0
    for told in ("alice", "bob", sink.host, there.domain, "127.0.0.1", str(post.id)):
        assert told not in text


async def test_a_refused_signature_is_counted_by_its_reason(alpha: LiveNode) -> None:
    async with RemoteServer() as there, listening(alpha) as url:
        bob = there.add_actor("bob")
        stranger = replace(bob, key=there.add_actor("eve").key)
        document = stranger.follow((await alpha.add_person("alice")).actor.uri)
        assert await stranger.send(alpha.addresses.shared_inbox, document) == 401
        _, found = await scrape(url)
    assert found["fediverse_node_inbox_signature_failures_total", (("reason", "bad-signature"),)] == 1


async def test_the_listener_shows_figures_and_nothing_else(alpha: LiveNode) -> None:
    async with listening(alpha) as url, aiohttp.ClientSession() as http:
        for path in ("/", "/api/v1/instance", "/metrics/", "/inbox"):
            async with http.get(url.replace("/metrics", path)) as answer:
                assert answer.status == 404
        async with http.post(url) as answer:
            assert answer.status == 405
    async with alpha.http.get("/metrics") as answer:
        assert answer.status == 404


async def test_openmetrics_is_spoken_where_it_is_asked_for(alpha: LiveNode) -> None:
    wanted = {"Accept": "application/openmetrics-text"}
    async with (
        listening(alpha) as url,
        aiohttp.ClientSession(headers=wanted) as http,
        http.get(url) as answer,
    ):
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
        assert (await answer.text()).endswith("# EOF\n")


async def test_the_server_listens_where_the_configuration_says(alpha: LiveNode, unused_tcp_port: int) -> None:
    config = alpha.node.config
    metrics = msgspec.structs.replace(config.metrics, listen=f"127.0.0.1:{unused_tcp_port}")
    node = replace(alpha.node, config=msgspec.structs.replace(config, metrics=metrics))
    async with app._metrics(node):
        text, _ = await scrape(f"http://127.0.0.1:{unused_tcp_port}/metrics")
    assert "fediverse_node_build_info" in text
    async with app._metrics(alpha.node):
        pass


async def test_how_late_the_event_loop_is_is_measured() -> None:
    tallies = Tallies()
    async with watching(tallies):

        async def measured() -> bool:
            await asyncio.sleep(0)
            return bool(tallies.histograms("event_loop_lag_seconds"))

        await wait_until("a measurement", measured)
