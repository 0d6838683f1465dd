"""What one export remembers of its rows: on disk, so that a million of them take no more memory than a few.

It lies in a folder of its own, which nobody else may read, and is kept now and then: an export that was
killed goes on from there (`resuming`).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, NamedTuple, Self

from fediverse_node.export.eligible import Unchanged
from fediverse_node.export.folder import WORK
from fediverse_node.export.totals import Totals

_ASKED: Final = "asked"
_DATABASE: Final = "rows.sqlite3"
_TABLES: Final = """
PRAGMA journal_mode = TRUNCATE;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -16384;
CREATE TABLE IF NOT EXISTS rows (
    number INTEGER PRIMARY KEY, post INTEGER, uri TEXT, author INTEGER, revision TEXT, label TEXT,
    sensitive INTEGER, seq INTEGER, place INTEGER, salt TEXT, parent INTEGER, kind INTEGER,
    at TEXT, digest BLOB, name TEXT, state INTEGER DEFAULT 0, cluster TEXT
);
CREATE TABLE IF NOT EXISTS authors (id INTEGER PRIMARY KEY, uri TEXT);
CREATE TABLE IF NOT EXISTS kinds (
    kind INTEGER PRIMARY KEY, language TEXT, licence TEXT, terms TEXT, UNIQUE (language, licence, terms)
);
CREATE TABLE IF NOT EXISTS kept (rows INTEGER PRIMARY KEY, after INTEGER, sizes TEXT);
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT)
"""
_AT_ONCE: Final = 1000
#: A row is in, was taken back, or says what another one says.
IN, OUT, REPEATED = 0, 1, 2


class Line(NamedTuple):
    """A row as it is remembered; `number` counts from 0, `digest` is of the normalised text.

    Attributes:
        parent: the post that it answers.
        name: what its author is called in it.
    """

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
    name: str | None = None


class Standing(NamedTuple):
    """What a row is told at last: whether it is in, and what depends on the other rows."""

    state: int
    cluster: str | None
    author: str
    parent: str | None
    uri: str


class Workbench:
    """Rows in the order of their posts: what is remembered of each, its text to be, and its receipt.

    Args:
        folder: the hidden one of the export.
        asked: what is exported, and how. What was collected for anything else is thrown away.

    Attributes:
        discarded: something was.
    """

    def __init__(self, folder: Path, asked: str = "") -> None:
        self._open = ExitStack()
        self._folder = folder / WORK
        self.discarded = self._folder.exists() and not _was_asked(self._folder, asked)
        if self.discarded:
            shutil.rmtree(self._folder)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        (self._folder / _ASKED).write_text(asked)
        self._files: dict[str, IO[bytes]] = {}
        # Read by one thread after the other, never by two at once.
        self._db = sqlite3.connect(self._folder / _DATABASE, isolation_level=None, check_same_thread=False)
        self._open.callback(self._db.close)
        self._db.executescript(_TABLES)
        self._kinds: dict[tuple[str, str | None, str], int] = {}
        self._answers = False
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything. May be said twice."""
        self._open.close()

    def clear_away(self) -> None:
        """Nobody goes on from here."""
        self.close()
        shutil.rmtree(self._folder)

    def file(self, name: str) -> IO[bytes]:
        """A file for whoever works here, to be appended to and read; kept with the rest."""
        if name not in self._files:
            path = self._folder / name
            path.touch(mode=0o600)
            self._files[name] = self._open.enter_context(path.open("r+b", buffering=1 << 18))
            self._files[name].seek(0, os.SEEK_END)
        return self._files[name]

    def note(self, **values: str) -> None:
        """Remember something about all of it, by its name, whatever happens."""
        self._db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", values.items())
        self._commit()

    def noted(self) -> dict[str, str]:
        """What was."""
        return dict(self._db.execute("SELECT name, value FROM about"))

    def keep(self, after: int) -> None:
        """All rows up to the post *after* were added: whatever happens, they are there from now on."""
        sizes = []
        for name, file in self._files.items():
            file.flush()
            os.fdatasync(file.fileno())
            sizes.append(f"{name} {file.tell()}")
        values = (self.count, after, "\n".join(sizes))
        self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", values)
        self._commit()

    def go_back(self, before: int | None = None) -> int:
        """Forget what was not kept, and with *before* what came from that post on; gives the last post."""
        found = self._db.execute(
            "SELECT rows, after, sizes FROM kept WHERE after < ? ORDER BY after DESC LIMIT 1",
            (1 << 62 if before is None else before,),
        ).fetchone()
        count, after, sizes = found or (0, -1, "")
        self._db.execute("DELETE FROM rows WHERE number >= ?", (count,))
        self._db.execute("DELETE FROM kept WHERE after > ?", (after,))
        # First: files that are longer than they should be do no harm.
        self._commit()
        lengths = dict(line.split() for line in sizes.splitlines())
        for path in self._folder.iterdir():
            if path.name != _ASKED and not path.name.startswith(_DATABASE):
                os.truncate(path, int(lengths.get(path.name, 0)))
        self._answers = self._db.execute("SELECT 1 FROM rows WHERE parent IS NOT NULL").fetchone() is not None
        return int(after)

    @property
    def count(self) -> int:
        """How many rows were added."""
        return int(self._db.execute("SELECT coalesce(max(number) + 1, 0) FROM rows").fetchone()[0])

    def add(self, lines: list[Line], authors: Iterable[tuple[int, str]]) -> None:
        """Remember *lines*, each of which stands in the files, and the uris of *authors* by id."""
        self._answers = self._answers or any(line.parent is not None for line in lines)
        self._db.executemany(
            "INSERT INTO rows (post, number, uri, author, revision, label, sensitive, seq, place, salt, "
            "parent, kind, at, digest, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (*line[:11], self._kind(line.language, line.licence, line.terms), line.at, *line[15:])
                for line in lines
            ],
        )
        self._db.executemany("INSERT OR IGNORE INTO authors VALUES (?, ?)", authors)

    def take_out(self, numbers: Iterable[int]) -> None:
        """They were taken back."""
        change = f"UPDATE rows SET state = {OUT} WHERE number = ?"  # noqa: S608 a number of ours
        self._db.executemany(change, [(number,) for number in numbers])

    def forget_clusters(self) -> None:
        """Nothing repeats anything, until somebody says so."""
        self._db.execute(
            f"UPDATE rows SET state = CASE state WHEN {REPEATED} THEN {IN} ELSE state END, cluster = NULL "  # noqa: S608 numbers of ours
            f"WHERE state = {REPEATED} OR cluster IS NOT NULL"
        )

    def mark(self, clusters: Iterable[tuple[str, int]], *, repeated: Iterable[int]) -> None:
        """Write down which cluster which row is in, and which are *repeated* and left out."""
        self._db.executemany("UPDATE rows SET cluster = ? WHERE number = ?", clusters)
        change = f"UPDATE rows SET state = {REPEATED} WHERE number = ?"  # noqa: S608 a number of ours
        self._db.executemany(change, ((number,) for number in repeated))

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
        found = self._db.execute("SELECT state FROM rows ORDER BY number")
        states = b"".join(bytes([state for (state,) in page]) for page in _pages(found))
        return states.translate(bytes([1, 0, 0]) + bytes(253))

    def members(self, numbers: Iterable[int]) -> Iterator[tuple[int, int, bytes]]:
        """Of each of these rows: its number, the line of the ledger, the digest of its text."""
        statement = "SELECT number, seq, digest FROM rows WHERE number = ?"
        return (self._db.execute(statement, (number,)).fetchone() for number in numbers)

    def unchanged(self) -> Iterator[list[Unchanged]]:
        """What has to be as it was for each row that was not taken back, many at a time."""
        found = self._db.execute(
            "SELECT number, uri, seq, name, post, author, revision, label, sensitive FROM rows "
            "WHERE state <> ? ORDER BY number",
            (OUT,),
        )
        for page in _pages(found):
            yield [Unchanged(row[0], row[1], row[2], row[3], row[4:]) for row in page]

    def standings(self) -> Iterator[Standing]:
        """What each row is told, in the order of the files."""
        authors: dict[int, str] = {}
        if self._answers:
            self._db.execute("CREATE INDEX IF NOT EXISTS by_post ON rows (post)")
        found = self._db.execute("SELECT state, cluster, author, parent, uri FROM rows ORDER BY number")
        for page in _pages(found):
            for state, cluster, author, parent, post in page:
                uri = authors.get(author)
                if uri is None:
                    if len(authors) > _AT_ONCE * 10:
                        authors.clear()
                    uri = authors[author] = self._author(author)
                yield Standing(state, cluster, uri, None if parent is None else self._parent(parent), post)

    def places(self) -> Iterator[list[tuple[int, int, str]]]:
        """Of each row that is in: the line of the ledger, the place in the log, the salt in hex."""
        statement = "SELECT seq, place, salt FROM rows WHERE state = ? ORDER BY number"
        return _pages(self._db.execute(statement, (IN,)))

    def fingerprints(self) -> Iterator[bytes]:
        """What makes these rows those and no others: one for each that is in, some of them at a time."""
        statement = "SELECT seq || ' ' || revision || char(10) FROM rows WHERE state = ? ORDER BY number"
        for page in _pages(self._db.execute(statement, (IN,))):
            yield "".join([line for (line,) in page]).encode()

    def totals(self) -> Totals:
        """The rows that are in, counted."""
        kinds = {row[0]: row[1:] for row in self._db.execute("SELECT * FROM kinds")}
        found = self._db.execute(
            "SELECT label, kind, author, count(*), max(at), max(place) FROM rows WHERE state = ? "
            "GROUP BY label, kind, author",
            (IN,),
        )
        repeated = self._db.execute("SELECT count(*) FROM rows WHERE state = ?", (REPEATED,)).fetchone()[0]
        return Totals.of(((label, *kinds[kind], *rest) for label, kind, *rest in found), repeated=repeated)

    def _commit(self) -> None:
        self._db.execute("COMMIT")
        self._db.execute("BEGIN")

    def _kind(self, language: str, licence: str | None, terms: str) -> int:
        key = (language, licence, terms)
        if key not in self._kinds:
            known = self._db.execute(
                "SELECT kind FROM kinds WHERE language = ? AND licence IS ? AND terms = ?", key
            ).fetchone()
            made = (
                known
                or self._db.execute("INSERT INTO kinds VALUES (NULL, ?, ?, ?) RETURNING kind", key).fetchone()
            )
            self._kinds[key] = made[0]
        return self._kinds[key]

    def _author(self, author: int) -> str:
        return str(self._db.execute("SELECT uri FROM authors WHERE id = ?", (author,)).fetchone()[0])

    def _parent(self, post: int) -> str | None:
        found = self._db.execute("SELECT uri FROM rows WHERE post = ? AND state = ?", (post, IN)).fetchone()
        return None if found is None else str(found[0])


def _was_asked(folder: Path, asked: str) -> bool:
    try:
        return (folder / _ASKED).read_text() == asked
    except OSError:
        return False


def _pages(found: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while page := list(islice(found, _AT_ONCE)):
        yield page
