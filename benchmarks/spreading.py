"""One post to many inboxes: what each costs, when the last has it, and what hanging servers change."""

from __future__ import annotations

import asyncio
import json
import time
from statistics import quantiles

from benchmarks.operations import ROUNDS, Bench, require
from benchmarks.table import Figure
from benchmarks.wire import request, send_all

#: Of so many followers one is on a server that hangs, where some do.
HANGING_SHARE = 10
_PATIENCE = 120.0


async def deliveries(bench: Bench) -> list[Figure]:
    """One post to so many inboxes, from the request that publishes it."""
    audience = bench.village.audience
    posts = [_post(bench, bench.village.star_token)] * ROUNDS
    each = await bench.measure(
        "delivery to a distinct inbox", posts, budget=0.6, deliveries=audience, per=audience
    )
    assert each.per_second is not None
    whole = Figure(
        operation="post to 1,000 inboxes, the last has it",
        value=1000 / each.per_second,
        unit="s",
        count=ROUNDS,
        budget=0.8,
    )
    return [each, whole]


async def deliveries_among_hanging(bench: Bench) -> list[Figure]:
    """One post to as many inboxes, of which one in ten is on a server that never answers.

    Counted from the request that publishes it until each healthy inbox has it. Afterwards the hanging
    servers are gone: a node that stops would wait for them.
    """
    healthy = bench.village.audience - bench.village.audience // HANGING_SHARE
    bench.listener.times.clear()
    expected = bench.listener.received + healthy
    began = time.perf_counter()
    replies = await send_all(
        "127.0.0.1", bench.node.port, [_post(bench, bench.village.sage_token)], connections=1
    )
    await bench.listener.until(expected, seconds=_PATIENCE)
    require(replies, 200)
    arrived = sorted(at - began for at in bench.listener.times)
    bench.hanging.close()
    await asyncio.sleep(0.3)  # the last of them are still being written down
    return [
        Figure(
            operation=f"{what}, one server in ten hangs",
            value=value,
            unit="s",
            count=healthy,
            budget=budget,
        )
        for what, value, budget in (
            ("95 % of the healthy inboxes have it", quantiles(arrived, n=20)[-1], 2),
            ("all healthy inboxes have it", arrived[-1], None),
        )
    ]


def _post(bench: Bench, token: str) -> bytes:
    """The request that publishes a post."""
    headers = [
        ("Host", bench.node.place.domain),
        ("Authorization", f"Bearer {token}"),
        ("Content-Type", "application/json"),
    ]
    body = json.dumps({"status": "Good morning, all of you. The river is high today."}).encode()
    return request("POST", "/api/v1/statuses", headers, body)
