"""Two web processes and two workers on one PostgreSQL: what they manage, and whether anything is sent twice.

    scripts/with-postgres .venv/bin/python benchmarks/together.py

The workers never look for work on their own here, only when a web process wakes them: a wake-up
that got lost would leave a post lying, and this would not end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engines import Engine, new_database
from benchmarks.process import NodeProcess, Place, free_port
from benchmarks.remote import KEY_PAIRS, Somebody, World
from benchmarks.rows import Plan, Village, furnish
from benchmarks.table import Figure, show
from benchmarks.wire import Listener, Reply, request, send_all

_HOSTS = 20
_PATIENCE = 120.0
_ONLY_WHEN_WOKEN = """\
from fediverse_node.federation.delivery import worker
from fediverse_node.cli import main
worker.LOOK_EVERY = 86_400.0
main()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened.

    Attributes:
        figures: how fast it was.
        arrived: how often each letter came, by inbox and activity.
        expected: how many different letters should have come.
    """

    figures: Sequence[Figure]
    arrived: Counter[tuple[str, str]]
    expected: int


class _Letterbox:
    """The other servers, who remember what they were sent."""

    def __init__(self) -> None:
        self._world = World()
        self.arrived: Counter[tuple[str, str]] = Counter()

    def respond(self, method: str, target: str, body: bytes) -> tuple[int, str, bytes]:
        if method == "POST":
            self.arrived[target, json.loads(body)["id"]] += 1
        return self._world.respond(method, target, body)


async def together(engine: Engine, folder: Path, *, count: int, audience: int, posts: int) -> Outcome:
    """Let *count* posts come in, then *posts* go out to *audience* inboxes: one by one, and all at once."""
    place = Place(folder=folder, port=free_port(), database=engine.url)
    config, box = place.configure(log_level="warning"), _Letterbox()
    async with AsyncExitStack() as stack:
        listener = await stack.enter_async_context(Listener(box.respond, _HOSTS))
        village = await furnish(engine.url, _plan(place, listener.domains, audience))
        web = [
            NodeProcess(place, config, command=("serve", "--no-workers"), port=port)
            for port in (place.port, free_port())
        ]
        workers = [
            NodeProcess(place, config, command=("worker",), program=_ONLY_WHEN_WOKEN) for _ in range(2)
        ]
        for process in (*web, *workers):
            await stack.enter_async_context(process)
        ports = [each.port for each in web]
        created = await _come_in(place, village, ports, count)
        post = _post(place, village)
        for number in range(posts):
            await _spread([post], ports[number % 2 :], status=200)
            await listener.until(audience * (number + 1), seconds=_PATIENCE)
        began = time.perf_counter()
        await _spread([post] * posts, ports, status=200)
        await listener.until(audience * posts * 2, seconds=_PATIENCE)
        sent = audience * posts / (time.perf_counter() - began)
        await asyncio.sleep(0.3)  # time for a second copy to come
    figures = [
        _rate("inbound Create, 2 web processes", created, count),
        _rate("deliveries, 2 workers", sent, audience * posts),
    ]
    return Outcome(figures=figures, arrived=box.arrived, expected=audience * posts * 2)


async def _come_in(place: Place, village: Village, ports: Sequence[int], count: int) -> float:
    inbox, authors = f"{place.origin}/inbox", village.authors
    letters = [
        author.letter(inbox, author.create())
        for author in (authors[number % len(authors)] for number in range(count))
    ]
    began = time.perf_counter()
    await _spread(letters, ports, status=202)
    return count / (time.perf_counter() - began)


async def _spread(letters: Sequence[bytes], ports: Sequence[int], *, status: int) -> None:
    """Send *letters* to all the *ports* in turn."""
    step = len(ports)
    parts = [
        send_all("127.0.0.1", port, letters[first::step], connections=16) for first, port in enumerate(ports)
    ]
    replies: list[Reply] = [reply for part in await asyncio.gather(*parts) for reply in part]
    wrong = [reply for reply in replies if reply.status != status]
    if wrong:
        msg = f"{len(wrong)} answers were not {status}: {wrong[0].status} {wrong[0].body[:300]!r}"
        raise RuntimeError(msg)


def _plan(place: Place, domains: Sequence[str], audience: int) -> Plan:
    def people(what: str, count: int) -> list[Somebody]:
        return [
            Somebody(origin=f"http://{domains[n % len(domains)]}", name=f"{what}{n}", pair=n % KEY_PAIRS)
            for n in range(count)
        ]

    return Plan(
        origin=place.origin,
        posts=20,
        people=1,
        authors=people("author", 4),
        audience=people("follower", audience),
        mixed=[],
    )


def _post(place: Place, village: Village) -> bytes:
    headers = [
        ("Host", place.domain),
        ("Authorization", f"Bearer {village.star_token}"),
        ("Content-Type", "application/json"),
    ]
    return request("POST", "/api/v1/statuses", headers, json.dumps({"status": "Good morning."}).encode())


def _rate(operation: str, value: float, count: int) -> Figure:
    return Figure(operation=operation, value=value, unit="per second", count=count)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=2_000, help="posts that come in")
    parser.add_argument("--audience", type=int, default=200, help="inboxes each post goes to")
    parser.add_argument("--posts", type=int, default=10, help="posts that go out, one by one and at once")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        new_database("postgresql", Path(folder)) as engine,
    ):
        sizes = {"count": options.count, "audience": options.audience, "posts": options.posts}
        outcome = asyncio.run(together(engine, Path(folder), **sizes))
    twice = sum(times - 1 for times in outcome.arrived.values())
    print(
        show(outcome.figures),
        f"{len(outcome.arrived)} of {outcome.expected} letters arrived, {twice} of them twice",
        sep="\n\n",
    )


if __name__ == "__main__":
    main()
