"""What monitoring reads: figures of this process, and of the queues, in Prometheus' text format.

A listener of its own, off unless `metrics.listen` says where, and never on an address of the internet by
mistake: how much a server sends, and how often it fails, is its operator's business (ADM-10). No figure
has a host, a person or a post in it (PRI-17).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from aiohttp import web

from fediverse_node import __version__
from fediverse_node.arrivals import queries as arrivals
from fediverse_node.deliveries import backlog
from fediverse_node.kernel.tallies import COUNTERS, HISTOGRAMS, Tallies
from fediverse_node.node import Node
from fediverse_node.peers import overview
from fediverse_node.storage.tx import Tx

if TYPE_CHECKING:
    from prometheus_client.core import Metric

PATH: Final = "/metrics"
#: Seconds between two looks at how late the event loop is.
LOOK_EVERY: Final = 0.5
_PREFIX: Final = "fediverse_node_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """What waits at the moment of a scrape."""

    letters: int
    oldest_letter_seconds: float
    arrivals: int
    open_breakers: int


def make_metrics_application(node: Node) -> web.Application:
    """The application behind the private listener: `GET /metrics` and nothing else."""

    async def metrics(request: web.Request) -> web.Response:
        queues = await node.db.read(_queues)
        body, content_type = _written(node.db.tallies, queues, request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})

    application = web.Application(client_max_size=1)
    application.router.add_get(PATH, metrics)
    return application


@asynccontextmanager
async def watching(tallies: Tallies) -> AsyncIterator[None]:
    """Measure how late the event loop comes to what is due, while this is open."""
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_watch(tallies))
        try:
            yield
        finally:
            watch.cancel()


async def _watch(tallies: Tallies) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LOOK_EVERY
        await asyncio.sleep(LOOK_EVERY)
        tallies.observe("event_loop_lag_seconds", max(loop.time() - due, 0.0))


def _queues(tx: Tx) -> Queues:
    waiting = backlog.waiting(tx)
    return Queues(
        letters=waiting.letters if waiting else 0,
        oldest_letter_seconds=_age(waiting.oldest, tx.now) if waiting else 0.0,
        arrivals=arrivals.waiting(tx),
        open_breakers=overview.count_open(tx),
    )


def _age(then: datetime, now: datetime) -> float:
    return max((now - then).total_seconds(), 0.0)


def _written(tallies: Tallies, queues: Queues, accept: str) -> tuple[bytes, str]:
    from prometheus_client import CollectorRegistry  # noqa: PLC0415 a start without metrics need not wait for it
    from prometheus_client.exposition import choose_encoder  # noqa: PLC0415 as above
    from prometheus_client.registry import Collector  # noqa: PLC0415 as above

    class Figures(Collector):
        def collect(self) -> Iterator[Metric]:
            yield from _gauges(queues)
            yield from _counted(tallies)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def _gauges(queues: Queues) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily  # noqa: PLC0415 as above

    yield InfoMetricFamily(f"{_PREFIX}build", "Which version this is.", {"version": __version__})
    for name, value, meaning in (
        ("deliveries_waiting", queues.letters, "Letters that wait to be delivered."),
        ("deliveries_oldest_seconds", queues.oldest_letter_seconds, "How old the oldest of them is."),
        ("arrivals_waiting", queues.arrivals, "Deliveries to us that wait for something to be fetched."),
        ("breakers_open", queues.open_breakers, "Servers that are left alone because they do not answer."),
    ):
        yield GaugeMetricFamily(f"{_PREFIX}{name}", meaning, value=value)


def _counted(tallies: Tallies) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily  # noqa: PLC0415 as above

    for name, (labels, meaning) in COUNTERS.items():
        counter = CounterMetricFamily(f"{_PREFIX}{name}", meaning, labels=labels)
        for values, count in sorted(tallies.counts(name).items()):
            counter.add_metric(values, count)
        yield counter
    for name, (labels, bounds, meaning) in HISTOGRAMS.items():
        histogram = HistogramMetricFamily(f"{_PREFIX}{name}", meaning, labels=labels)
        for values, counts, total in tallies.histograms(name):
            histogram.add_metric(values, _buckets(bounds, counts), sum_value=total)
        yield histogram


def _buckets(bounds: tuple[float, ...], counts: list[int]) -> list[tuple[str, float]]:
    """Prometheus counts what is under a bound together with what is under all lower ones."""
    under, found = 0, []
    for bound, count in zip((*map(str, map(float, bounds)), "+Inf"), counts, strict=True):
        under += count
        found.append((bound, float(under)))
    return found
