"""How long searches take, what it costs to write posts down, and how large the index is.

    .venv/bin/python benchmarks/search.py                       # 100,000 posts, some minutes
    .venv/bin/python benchmarks/search.py --posts 2000          # for a first look
    scripts/with-postgres .venv/bin/python benchmarks/search.py --engine postgresql

Words are as often as in people's texts (Zipf): the commonest stands in nine posts of ten, most in very few.
Each search is timed from the call to the posts, with the rule of visibility asked for each hit.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles

import sqlalchemy as sa

from benchmarks.engines import Engine, new_database
from benchmarks.table import Figure, show
from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import values_of
from fediverse_node.posts.tables import posts
from fediverse_node.schema.migrate import migrate
from fediverse_node.search import finding
from fediverse_node.search.finding import Wanted
from fediverse_node.search.indexing import Indexer
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx

_WORDS = 40_000
_LENGTH = 40
_AUTHORS = 200
_CHUNK = 2_000
#: Of so many authors one does not let their posts be found.
_SHUT = 5
_BUDGET_MS = 50.0


def vocabulary() -> list[str]:
    """Words that sound like words, the commonest first."""
    parts = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    count = len(parts)
    return [
        parts[n % count] + parts[n // count % count] + (parts[n // count**2 % count] if n >= count**2 else "")
        for n in range(_WORDS)
    ]


async def furnish(url: str, count: int, chance: random.Random) -> Actor:
    """A database with *count* posts, and somebody who searches."""
    migrate(url)
    db = open_database(url)
    words = vocabulary()
    weights = list(accumulate(1 / rank for rank in range(1, _WORDS + 1)))
    try:
        reader, authors = await db.write(_people)
        for first in range(0, count, _CHUNK):
            texts = [
                " ".join(chance.choices(words, cum_weights=weights, k=_LENGTH))
                for _ in range(min(_CHUNK, count - first))
            ]
            await db.write(partial(_write, authors=authors, texts=texts, first=first))
    finally:
        await db.close()
    return reader


def _people(tx: Tx) -> tuple[Actor, list[int]]:
    keys = local.generate_keys()
    reader = local.new_local_actor(tx, Addresses("https://bench.example"), "reader", local_keys=keys)
    ids = []
    for number in range(_AUTHORS):
        uri = f"https://there.example/users/author{number}"
        author = Actor(
            id=tx.new_id(),
            uri=uri,
            local=False,
            type="Person",
            username=f"author{number}",
            domain="there.example",
            inbox=f"{uri}/inbox",
            indexable=number % _SHUT != 0,
            created_at=tx.now,
            updated_at=tx.now,
        )
        actors.add(tx, author)
        ids.append(author.id)
    return reader, ids


def _write(tx: Tx, *, authors: Sequence[int], texts: Sequence[str], first: int) -> None:
    rows = []
    for number, text in enumerate(texts, start=first):
        id_ = tx.new_id()
        said = Post(
            id=id_,
            uri=f"https://there.example/notes/{id_}",
            actor_id=authors[number % len(authors)],
            local=False,
            visibility="public",
            content_html=f"<p>{text}</p>",
            language="en",
            published_at=tx.now - timedelta(hours=number % 20_000),
            created_at=tx.now,
        )
        rows.append(values_of(said))
    tx.insert(posts, rows)


def questions(words: Sequence[str]) -> dict[str, list[str]]:
    """What is asked, by what it is called in the table."""
    common, usual, rare = words[0], words[80], words[20_000:20_050]
    return {
        "a rare word": list(rare),
        "a usual word": list(words[100:150]),
        "the commonest word": [common],
        "two common words": [f"{common} {word}" for word in words[1:21]],
        "a phrase of common words": [f'"{common} {word}"' for word in words[1:21]],
        "a common word without another": [f"{common} -{word}" for word in words[1:21]],
        "a usual word by somebody": [f"{usual} from:@author{n}@there.example" for n in range(1, 21)],
        "a common word in some months": [f"{common} after:2025-03-02 before:2026-02-27"],
        "what nobody wrote": ["nothingofthekind"],
        "a common word in one's library": [f"{common} in:library"],
    }


async def figures(engine: Engine, *, count: int, rounds: int) -> list[Figure]:
    """Every row of the table."""
    reader = await furnish(engine.url, count, random.Random(1))
    db = open_database(engine.url)
    try:
        return [*await _fill(db, engine, count), *await _search(db, reader, rounds)]
    finally:
        await db.close()


async def _fill(db: Database, engine: Engine, count: int) -> list[Figure]:
    cpu, began, theirs = time.process_time(), time.perf_counter(), engine.cpu_seconds()
    await Indexer(db, lag=timedelta(0)).run_once()
    spent, took = time.process_time() - cpu, time.perf_counter() - began
    server = (engine.cpu_seconds() - theirs) / count * 1000 if engine.apart else None
    per_post = Figure(
        operation="writing a post down",
        value=spent / count * 1000,
        count=count,
        per_second=count / took,
        database=server,
    )
    size = await db.read(_size)
    return [per_post, _figure("size of the index", size / (1 << 20), "MiB", count)]


def _size(tx: Tx) -> int:
    if tx.dialect == "postgresql":
        return int(tx.scalar(sa.select(sa.func.pg_total_relation_size("search_index"))))
    tx.connection.exec_driver_sql("SELECT count(*) FROM search_index_data")
    kept = ("data", "idx", "docsize")
    sizes = {
        "data": "sum(length(block) + 9)",
        "idx": "sum(length(term) + 12)",
        "docsize": "sum(length(sz) + 9)",
    }
    return sum(
        int(tx.connection.exec_driver_sql(f"SELECT {sizes[name]} FROM search_index_{name}").scalar_one() or 0)  # noqa: S608 our tables
        for name in kept
    )


async def _search(db: Database, reader: Actor, rounds: int) -> list[Figure]:
    if not db.sole_writer:
        await _settle(db)
    everything: list[tuple[float, float]] = []
    shown = []
    for name, asked in questions(vocabulary()).items():
        times = [await _time(db, reader, text) for text in _in_turn(asked, rounds)]
        everything += times
        shown += [
            _figure(f"{name}, median", median(took for took, _ in times), "ms", rounds),
            _figure(f"{name}, p99", _p99([took for took, _ in times]), "ms", rounds),
        ]
    walls, cpus = zip(*everything, strict=True)
    overall = Figure(operation="all, p99", value=_p99(walls), unit="ms", count=len(walls), budget=_BUDGET_MS)
    return [*shown, overall, _figure("all, p99, in our process", _p99(cpus), "ms CPU", len(cpus))]


async def _settle(db: Database) -> None:
    """What PostgreSQL does by itself some time after so much was written."""
    engine = sa.create_engine(db._secret_url, isolation_level="AUTOCOMMIT")  # type: ignore[attr-defined]  # noqa: SLF001 no other way in
    with engine.connect() as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    engine.dispose()


async def _time(db: Database, reader: Actor, text: str) -> tuple[float, float]:
    """Milliseconds that one search takes, and those of CPU in our process."""

    def look(tx: Tx) -> float:
        cpu = time.thread_time()
        finding.find(tx, text, reader, Wanted(limit=20))
        return time.thread_time() - cpu

    began = time.perf_counter()
    cpu = await db.read(look)
    return (time.perf_counter() - began) * 1000, cpu * 1000


def _in_turn(asked: Sequence[str], rounds: int) -> Iterator[str]:
    return (asked[number % len(asked)] for number in range(rounds))


def _p99(times: Sequence[float]) -> float:
    return quantiles(times, n=100)[-1]


def _figure(operation: str, value: float, unit: str, count: int) -> Figure:
    return Figure(operation=operation, value=value, unit=unit, count=count)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--posts", type=int, default=100_000, help="posts in the database")
    parser.add_argument("--rounds", type=int, default=200, help="searches of each kind")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        new_database(options.engine, Path(folder)) as engine,
    ):
        print(show(asyncio.run(figures(engine, count=options.posts, rounds=options.rounds))))


if __name__ == "__main__":
    main()
