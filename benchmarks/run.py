"""How much CPU time a node uses for what it does, one operation at a time.

    .venv/bin/python benchmarks/run.py                    # about a minute
    .venv/bin/python benchmarks/run.py --quick            # a few seconds, for a first look
    .venv/bin/python benchmarks/run.py --posts 100000     # in a database that has been in use
    scripts/with-postgres .venv/bin/python benchmarks/run.py --engine postgresql

With `--json` a run can be kept, and a later one compared with it: `--against FILE`.

A real node (`python -m fediverse_node serve`) works in its own process; this one makes the load, is the
other servers, and reads the node's CPU clock. CPU time depends little on what else the machine does,
operations per second depend on it a lot: compare those of one run only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from benchmarks import operations, reads, spreading
from benchmarks.engines import Engine, new_database
from benchmarks.operations import Bench
from benchmarks.process import NodeProcess, Place, free_port
from benchmarks.remote import KEY_PAIRS, Somebody, World, signing_pair
from benchmarks.rows import Plan, furnish
from benchmarks.spreading import HANGING_SHARE
from benchmarks.table import Figure, as_json, from_json, show
from benchmarks.wire import Listener
from fediverse_node.storage.sqlite import driver

#: Other servers that deliveries go to; each follower has an inbox of their own on one of them.
HOSTS = 200
#: Those of them that hang, where some do; a tenth of the followers is there.
HANGING_HOSTS = 20
AUTHORS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done."""

    count: int
    posts: int
    people: int
    audience: int
    starts: int
    rest: float


FULL = Size(count=2_000, posts=1_000, people=200, audience=1_000, starts=5, rest=5.0)
QUICK = Size(count=100, posts=200, people=20, audience=100, starts=1, rest=1.0)


async def figures(
    size: Size, place: Place, engine: Engine, options: argparse.Namespace
) -> AsyncIterator[Figure]:
    """Every row of the table, as it is measured."""
    yield _yardstick()
    world = World()
    config = place.configure(log_level=options.log_level)
    start = partial(NodeProcess, place, config, plain_loop=options.plain_loop)
    async with AsyncExitStack() as stack:
        listener = await stack.enter_async_context(Listener(world.respond, HOSTS))
        hanging = await stack.enter_async_context(Listener(None, HANGING_HOSTS))
        plan = _plan(size, place, listener.domains, hanging.domains)
        village = await furnish(place.database, plan)
        async with start():
            pass  # the first start compiles the modules, as an installation does once and for all
        starts = []
        for _ in range(size.starts - 1):
            async with start() as node:
                starts.append((node.seconds_to_answer, node.cpu_to_answer))
        node = await stack.enter_async_context(start())
        starts.append((node.seconds_to_answer, node.cpu_to_answer))
        yield _figure("start to first answer", median(wall for wall, _ in starts), "s", len(starts), budget=1)
        yield _figure("start to first answer, CPU", median(cpu for _, cpu in starts), "s CPU", len(starts))
        await asyncio.sleep(size.rest)
        yield _figure("memory when idle", node.memory_mebibytes(), "MiB", 1, budget=100)
        bench = Bench(
            node=node,
            village=village,
            world=world,
            listener=listener,
            hanging=hanging,
            engine=engine,
            count=size.count,
        )
        for measurement in (
            operations.actor_gets,
            operations.note_gets,
            operations.webfinger,
            operations.profiles,
            operations.home_timeline,
            operations.creates,
            operations.creates_on_one_core,
            operations.likes,
            operations.announces,
            reads.app_reads,
            operations.follows_of_known,
            operations.follows_of_unknown,
            spreading.deliveries,
            spreading.deliveries_among_hanging,
        ):
            if options.only in measurement.__name__:
                before, found = _signature(), await measurement(bench)
                yardstick = (before + _signature()) / 2
                for figure in found:
                    yield replace(figure, yardstick=yardstick)
        yield _figure("memory after all this", node.memory_mebibytes(), "MiB", 1)
    yield _yardstick()


def _yardstick() -> Figure:
    """What the machine is worth at this moment. Where a signature takes longer, so does everything else."""
    return _figure("yardstick: one RSA-2048 signature", _signature(500), "ms CPU", 500)


def _signature(count: int = 60) -> float:
    """CPU milliseconds of one, at this moment."""
    key, times = signing_pair(0)[0], []
    for _ in range(count):
        began = time.thread_time()
        key.sign(b"yardstick")
        times.append(time.thread_time() - began)
    return median(times) * 1000


def _plan(size: Size, place: Place, healthy: list[str], hanging: list[str]) -> Plan:
    def people(what: str, count: int, domains: list[str] = healthy) -> list[Somebody]:
        return [
            Somebody(origin=f"http://{domains[n % len(domains)]}", name=f"{what}{n}", pair=n % KEY_PAIRS)
            for n in range(count)
        ]

    stuck = size.audience // HANGING_SHARE
    return Plan(
        origin=place.origin,
        posts=size.posts,
        people=size.people,
        authors=people("author", AUTHORS),
        audience=people("follower", size.audience),
        mixed=[*people("patient", size.audience - stuck), *people("stuck", stuck, hanging)],
    )


def _figure(operation: str, value: float, unit: str, count: int, *, budget: float | None = None) -> Figure:
    return Figure(operation=operation, value=value, unit=unit, count=count, budget=budget)


def _surroundings(options: argparse.Namespace) -> str:
    with_uvloop = find_spec("uvloop") is not None and not options.plain_loop
    engine = "PostgreSQL" if options.engine == "postgresql" else f"SQLite {driver().sqlite_version}"
    loop = "uvloop" if with_uvloop else "asyncio's own loop"
    parts = (f"Python {platform.python_version()}", engine, loop, f"{os.cpu_count()} cores")
    return f"{', '.join(parts)}, log at {options.log_level}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few operations: does it run at all?")
    parser.add_argument("--posts", type=int, help="posts that are there before it begins")
    parser.add_argument("--count", type=int, help="operations of each kind")
    parser.add_argument("--only", default="", help="only measurements whose name holds this (likes, gets, …)")
    parser.add_argument(
        "--engine",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="postgresql: run this under scripts/with-postgres",
    )
    parser.add_argument("--against", type=Path, help="the JSON of another run, to compare with in yardsticks")
    parser.add_argument("--log-level", default="info", help="the node's (default: info, as in production)")
    parser.add_argument(
        "--plain-loop", action="store_true", help="asyncio's own loop where uvloop is installed"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> list[Figure]:
    size = QUICK if options.quick else FULL
    changes = {name: value for name in ("posts", "count") if (value := getattr(options, name))}
    size = replace(size, **changes)
    found = []
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        new_database(options.engine, Path(folder)) as engine,
    ):
        place = Place(folder=Path(folder), port=free_port(), database=engine.url)
        async for figure in figures(size, place, engine, options):
            print(f"{figure.operation}: {figure.value:.3g} {figure.unit}", file=sys.stderr, flush=True)
            found.append(figure)
    return found


def main() -> None:
    options = _options()
    found = asyncio.run(_run(options))
    if options.json:
        print(as_json(found))
    else:
        before = from_json(options.against.read_text(encoding="utf-8")) if options.against else None
        print(_surroundings(options), show(found, before), sep="\n\n")


if __name__ == "__main__":
    main()
