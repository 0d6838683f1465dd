"""What one export remembers of its rows: on disk, so that a million of them take no more memory than a few.

Nothing here has a name in the file system: it is gone with this process, however that ends.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Final, NamedTuple, Self

from fediverse_node.export.eligible import Unchanged
from fediverse_node.posts.exportable import Mark

_TABLES: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16384;
CREATE TABLE rows (
    post INTEGER PRIMARY KEY, number INTEGER, uri TEXT, author INTEGER, revision TEXT, label TEXT,
    sensitive INTEGER,
    seq INTEGER, place INTEGER, salt TEXT, parent INTEGER, language TEXT, licence TEXT, at TEXT,
    terms TEXT, digest BLOB, state INTEGER DEFAULT 0, cluster TEXT
);
CREATE TABLE authors (id INTEGER PRIMARY KEY, uri TEXT)
"""
_AT_ONCE: Final = 1000
#: A row is in, was taken back, or says what another one says.
IN, OUT, REPEATED = 0, 1, 2


class Line(NamedTuple):
    """A row as it is remembered; `number` counts from 0, `digest` is of the normalised text."""

    post: int
    number: int
    uri: str
    author: int
    revision: str
    label: str
    sensitive: bool
    seq: int
    place: int
    salt: str
    parent: int | None
    language: str
    licence: str | None
    at: str
    terms: str
    digest: bytes


class Standing(NamedTuple):
    """What a row is told at last: whether it is in, and what depends on the other rows."""

    state: int
    cluster: str | None
    author: str
    parent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The rows in a few words. Lists are in order, counts by what is counted."""

    rows: int
    authors: int
    labels: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    licences: dict[str, int] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    repeated: int = 0
    newest_consent: str = ""
    last_place: int | None = None


class Workbench:
    """Rows in the order of their posts: what is remembered of each, its text to be, and its receipt."""

    def __init__(self, folder: Path) -> None:
        self._open = ExitStack()
        self._folder = folder
        self.rows = self.another_file()
        self.receipts = self.another_file()
        path = folder / "work"
        # Read by one thread after the other, never by two at once.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._open.callback(self._db.close)
        self._db.executescript(_TABLES)
        path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything. May be said twice."""
        self._open.close()

    def another_file(self) -> IO[bytes]:
        """A file for whoever works here; gone with the workbench."""
        made: IO[bytes] = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 closed with the rest
        return self._open.enter_context(made)

    def add(self, lines: list[Line], authors: Iterable[tuple[int, str]]) -> None:
        """Remember *lines*, each of which stands in both files, and the uris of *authors* by id."""
        marks = ", ".join("?" * len(Line._fields))
        names = ", ".join(Line._fields)
        self._db.execute("BEGIN")
        self._db.executemany(f"INSERT INTO rows ({names}) VALUES ({marks})", lines)  # noqa: S608 names of ours
        self._db.executemany("INSERT OR IGNORE INTO authors VALUES (?, ?)", authors)
        self._db.execute("COMMIT")

    def take_out(self, posts: Iterable[int]) -> None:
        """They were taken back."""
        self._db.executemany(f"UPDATE rows SET state = {OUT} WHERE post = ?", [(post,) for post in posts])  # noqa: S608 a number of ours

    def forget_clusters(self) -> None:
        """Nothing repeats anything, until somebody says so."""
        self._db.execute(f"UPDATE rows SET state = {IN} WHERE state = {REPEATED}")  # noqa: S608 numbers of ours
        self._db.execute("UPDATE rows SET cluster = NULL WHERE cluster IS NOT NULL")

    def mark(self, clusters: Iterable[tuple[str, int]], *, repeated: Iterable[int]) -> None:
        """Write down which cluster which post is in, and which posts are *repeated* and left out."""
        self._db.execute("BEGIN")
        self._db.executemany("UPDATE rows SET cluster = ? WHERE post = ?", clusters)
        change = f"UPDATE rows SET state = {REPEATED} WHERE post = ?"  # noqa: S608 a number of ours
        self._db.executemany(change, ((post,) for post in repeated))
        self._db.execute("COMMIT")

    def twins(self) -> Iterator[tuple[int, int]]:
        """Rows that have the very same text, by their number from 0; of a crowd, each with the next."""
        before = (-1, b"")
        found = self._db.execute(
            "SELECT number, digest FROM rows WHERE state = ? ORDER BY digest, number", (IN,)
        )
        for number, digest in found:
            if digest == before[1]:
                yield before[0], number
            before = number, digest

    def present(self) -> bytes:
        """A byte for each row that was ever added: 1 where it is in, else 0."""
        found = self._db.execute("SELECT state = ? FROM rows ORDER BY post", (IN,))
        return bytes(state for (state,) in found)

    def members(self) -> Iterator[tuple[int, int, bytes]]:
        """Of each row that was ever added: the line of the ledger, the post, the digest of its text."""
        return iter(self._db.execute("SELECT seq, post, digest FROM rows ORDER BY post"))

    def unchanged(self) -> Iterator[list[Unchanged]]:
        """What has to be as it was for each row that was not taken back, many at a time."""
        found = self._db.execute(
            "SELECT post, author, revision, label, sensitive, uri, seq FROM rows WHERE state <> ? "
            "ORDER BY post",
            (OUT,),
        )
        while page := found.fetchmany(_AT_ONCE):
            yield [
                Unchanged(mark=Mark(post, author, revision, label, bool(sensitive)), uri=uri, seq=seq)
                for post, author, revision, label, sensitive, uri, seq in page
            ]

    def standings(self) -> Iterator[Standing]:
        """What each row is told, in the order of the files."""
        found = self._db.execute(
            "SELECT r.state, r.cluster, a.uri, p.uri FROM rows r JOIN authors a ON a.id = r.author "
            "LEFT JOIN rows p ON p.post = r.parent AND p.state = ? ORDER BY r.post",
            (IN,),
        )
        return map(Standing._make, found)

    def places(self) -> Iterator[tuple[int, int, str]]:
        """Of each row that is in: the line of the ledger, the place in the log, the salt in hex."""
        statement = "SELECT seq, place, salt FROM rows WHERE state = ? ORDER BY post"
        return iter(self._db.execute(statement, (IN,)))

    def fingerprints(self) -> Iterator[bytes]:
        """What makes these rows those and no others: one for each that is in."""
        found = self._db.execute("SELECT seq, revision FROM rows WHERE state = ? ORDER BY post", (IN,))
        return (f"{seq} {revision}\n".encode() for seq, revision in found)

    def totals(self) -> Totals:
        """The rows that are in, counted."""
        rows, authors, newest, last = self._db.execute(
            "SELECT count(*), count(DISTINCT author), max(at), max(place) FROM rows WHERE state = ?", (IN,)
        ).fetchone()
        repeated = "SELECT count(*) FROM rows WHERE state = ?"
        return Totals(
            rows=rows,
            authors=authors,
            labels=self._counts("label"),
            languages=self._counts("language"),
            licences=self._counts("licence"),
            terms=tuple(self._counts("terms")),
            repeated=self._db.execute(repeated, (REPEATED,)).fetchone()[0],
            newest_consent=newest or "",
            last_place=last,
        )

    def _counts(self, column: str) -> dict[str, int]:
        statement = f"SELECT {column}, count(*) FROM rows WHERE state = ? AND {column} IS NOT NULL GROUP BY 1 ORDER BY 1"  # noqa: E501, S608 a column of ours
        return dict(self._db.execute(statement, (IN,)))
