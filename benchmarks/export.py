"""How many rows a second an export writes, step by step, and how much memory it takes.

    .venv/bin/python benchmarks/export.py                                # 10,000 rows, Parquet
    .venv/bin/python benchmarks/export.py --rows 10000 100000 1000000    # the growth
    .venv/bin/python benchmarks/export.py --format jsonl --languages     # with the detector of languages

Each size has a database of its own, filled with allowed posts, and a process of its own, so that the memory
of one is not that of another. Times are CPU time: what else the machine does changes little about them.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.consented import ORIGIN, furnish
from benchmarks.table import Figure, as_json, show
from fediverse_node.config.sections import Config, Instance
from fediverse_node.export import duplicates, release
from fediverse_node.export.dataset import Form, export_dataset
from fediverse_node.storage.engine import open_database

#: Rows a second on one core, and MiB at the most.
WANTED, MOST = 20_000, 300
_STEPS = ("collect", "settle", "prove", "write", "look_again")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000])
    parser.add_argument("--format", choices=["jsonl", "parquet", "both"], default="parquet")
    parser.add_argument("--languages", action="store_true", help="with the detector of languages")
    parser.add_argument("--exact", action="store_true", help="find only posts with the very same text")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = []
    for count in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            context = multiprocessing.get_context("spawn")
            with context.Pool(1) as pool:
                pool.apply(fill, (folder, count))
            with context.Pool(1) as pool:
                form = Form(format=asked.format, language_scores=asked.languages)
                figures += pool.apply(measure, (folder, count, form, asked.exact))
    print(as_json(figures) if asked.json else show(figures))


def fill(folder: str, count: int) -> None:
    asyncio.run(furnish(_url(folder), count))


def measure(folder: str, count: int, form: Form, exact: bool) -> list[Figure]:  # noqa: FBT001 an argument of a process
    """Export once; the figures of each step and of the whole."""
    spent = dict.fromkeys(_STEPS, 0.0)
    for name in _STEPS:
        setattr(release.Release, name, _timed(getattr(release.Release, name), name, spent))
    if exact:
        duplicates._numpy = lambda: None  # noqa: SLF001 as on a machine without it
    config = Config(instance=Instance(origin=ORIGIN, name="Bench"))

    async def run() -> int:
        db = open_database(_url(folder))
        made = await export_dataset(db, config, Path(folder) / "out", form=form)
        await db.close()
        return made.rows

    began = time.process_time()
    rows = asyncio.run(run())
    whole = time.process_time() - began
    what = f"export of {count:,} posts, {form.format}"
    steps = [
        Figure(operation=f"{what}: {name}", value=1e6 * spent[name] / count, unit="µs CPU", count=count)
        for name in _STEPS
    ]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        *steps,
        Figure(
            operation=what, value=count / whole, unit="per CPU s", count=rows, budget=WANTED, at_least=True
        ),
        Figure(operation=f"{what}, memory", value=memory, unit="MiB", count=rows, budget=MOST),
    ]


def _timed(step: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*given: Any) -> Any:
        began = time.thread_time()
        try:
            return step(*given)
        finally:
            spent[name] += time.thread_time() - began

    return timed


def _url(folder: str) -> str:
    return f"sqlite:///{folder}/node.sqlite3"


if __name__ == "__main__":
    main()
