"""The pictures of one export: remembered on disk as the rows are, and written beside them."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from fediverse_node.export.folder import write_lines
from fediverse_node.export.pictures import PAGE, Asked, Found, Picture, all_pictures, pictures_of
from fediverse_node.export.tars import Tars
from fediverse_node.export.totals import Totals
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.folder import Folder
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

RECEIPTS: Final = "consent/picture-receipts.jsonl"
PROOFS: Final = "consent/picture-proofs.jsonl"
_TABLES: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE pictures (
    seq INTEGER, number INTEGER, sha256 TEXT, post TEXT, author TEXT, name TEXT, ending TEXT, size INTEGER,
    place INTEGER, salt TEXT, at TEXT, terms TEXT, said BLOB, called TEXT, receipt TEXT,
    present INTEGER DEFAULT 1, PRIMARY KEY (seq, number)
);
CREATE INDEX by_hash ON pictures (sha256, seq, number);
CREATE INDEX by_post ON pictures (post);
CREATE VIEW shown AS SELECT * FROM pictures AS one WHERE present AND NOT EXISTS (
    SELECT 1 FROM pictures AS other WHERE other.sha256 = one.sha256 AND other.present
    AND (other.seq, other.number) < (one.seq, one.number)
)
"""
#: As many of the columns must be as they were; what an author is called may have changed.
_SAID: Final = 13
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Picture).decode


class Album:
    """What may go out, in the order of its keys; of the same bytes, what was allowed first.

    Args:
        hidden: the folder in which the export is written; nothing of this has a name in it.
        files: where our people's pictures lie.
        asked: for what.
    """

    def __init__(self, hidden: Path, files: Folder, asked: Asked) -> None:
        self._files = files
        self._asked = asked
        self._missing: list[tuple[Any, Any]] = []
        path = hidden / "album"
        path.unlink(missing_ok=True)
        # Used by one thread after the other, never by two at once.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
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
        self._db.close()

    def collect(self, tx: Tx) -> None:
        """Remember everything that may go out now."""
        for page in all_pictures(tx, self._asked):
            self._db.execute("BEGIN")
            marks = ", ".join("?" * 15)
            # The last column says of itself that it is present.
            self._db.executemany(f"INSERT INTO pictures VALUES ({marks}, 1)", map(_values, page))  # noqa: S608 marks of ours
            self._db.execute("COMMIT")

    def joined(self, totals: Totals) -> Totals:
        """*totals* of the rows with those of the pictures that are in.

        Raises:
            NotValid: they are of fewer authors than were asked for.
        """
        pictures, authors, newest, last = self._db.execute(
            "SELECT count(*), count(DISTINCT author), max(at), max(place) FROM shown"
        ).fetchone()
        if not pictures:
            return totals
        least = self._asked.filters.min_authors
        if authors < least:
            raise NotValid(
                f"There are pictures of {authors} authors, and at least {least} were asked for. Nothing was "
                "written."
            )
        terms = {found[0] for found in self._db.execute("SELECT DISTINCT terms FROM shown")}
        return replace(
            totals,
            pictures=pictures,
            terms=tuple(sorted({*totals.terms, *terms})),
            newest_consent=max(totals.newest_consent, newest),
            last_place=last if totals.last_place is None else max(totals.last_place, last),
        )

    def keys_of(self, post: str) -> list[str]:
        """The keys of those that are in of the post with this address, in the order of the post."""
        found = self._db.execute("SELECT sha256 FROM shown WHERE post = ? ORDER BY number", (post,))
        return [row[0] for row in found]

    def fingerprints(self) -> Iterator[bytes]:
        """What makes these pictures those and no others."""
        found = self._db.execute("SELECT seq, sha256 FROM shown ORDER BY sha256")
        return (f"picture {seq} {sha256}\n".encode() for seq, sha256 in found)

    def write(self, folder: Path, ref: Callable[[str], str]) -> dict[str, str]:
        """Write tar files and receipts of those that are in; gives their hashes.

        What cannot be read, or is not what was allowed, is left out, and the last look says that something
        has changed.

        Args:
            folder: of the export.
            ref: names an author by their uri.
        """
        with Tars(folder / "data") as tars:
            columns = "seq, number, sha256, author, name, ending, size, said, called"
            for seq, number, sha256, author, name, ending, size, said, called in self._shown(columns):
                data = self._bytes(name, sha256, size)
                if data is None:
                    self._missing.append((seq, number))
                    log.warning("export.picture_unreadable", extra={"sha256": sha256})
                    continue
                picture = _decode(said)
                picture.author_ref, picture.author_name = ref(author), called
                tars.add(sha256, {ending: data, "json": _encode(picture) + b"\n"})
            hashes = {f"data/{path.name}": _sha256(path) for path in tars.finish()}
        receipts = (f"{receipt}\n".encode() for (receipt,) in self._shown("receipt"))
        if not hashes:
            for name in (RECEIPTS, PROOFS):  # of pictures that an earlier turn still had
                (folder / name).unlink(missing_ok=True)
            return {}
        return {**hashes, RECEIPTS: write_lines(folder / RECEIPTS, receipts)}

    def prove(self, folder: Path, proving: Callable[[int, bytes], str]) -> dict[str, str]:
        """Write the proofs of those that are in; gives the hash of that file.

        Args:
            folder: of the export.
            proving: makes the proof of a place in the log and its salt.
        """
        addresses = self._asked.addresses

        def lines() -> Iterator[bytes]:
            for seq, place, salt in self._shown("seq, place, salt"):
                proof = proving(place, bytes.fromhex(salt))
                yield _encode({"receipt": addresses.receipt(seq), "proof": proof}) + b"\n"

        if self._db.execute("SELECT 1 FROM shown LIMIT 1").fetchone() is None:
            return {}
        return {PROOFS: write_lines(folder / PROOFS, lines())}

    def look_again(self, tx: Tx) -> int:
        """Leave out whatever is not as it was remembered, and say how many pictures that were."""
        gone = self._missing
        self._missing = []
        after = 0
        while page := self._page(after):
            after = page[-1][0]
            still = {
                _values(found)[:_SAID] for found in pictures_of(tx, [row[3] for row in page], self._asked)
            }
            gone += [(row[0], row[1]) for row in page if row not in still]
        change = "UPDATE pictures SET present = 0 WHERE seq = ? AND number = ?"
        self._db.executemany(change, gone)
        return len(gone)

    def _page(self, after: int) -> list[tuple[Any, ...]]:
        """What is remembered of the next few decisions, all pictures of each."""
        seqs = "SELECT DISTINCT seq FROM pictures WHERE present AND seq > ? ORDER BY seq LIMIT ?"
        wanted = f"SELECT * FROM pictures WHERE present AND seq IN ({seqs}) ORDER BY seq"  # noqa: S608 words of ours
        return [row[:_SAID] for row in self._db.execute(wanted, (after, PAGE))]

    def _shown(self, columns: str) -> Iterator[tuple[Any, ...]]:
        return iter(self._db.execute(f"SELECT {columns} FROM shown ORDER BY sha256"))  # noqa: S608 columns of ours

    def _bytes(self, name: str, sha256: str, size: int) -> bytes | None:
        path = self._files.path(name)
        try:
            data = path.read_bytes() if path.stat().st_size == size else b""
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None


def _values(found: Found) -> tuple[object, ...]:
    """The columns of a picture. What its author is called is no part of what was decided."""
    picture = found.picture
    return (
        found.seq,
        found.number,
        picture.sha256,
        picture.post,
        found.author,
        found.name,
        found.ending,
        found.size,
        picture.log_index,
        picture.log_salt,
        picture.consented_at,
        picture.terms_version,
        _encode(msgspec.structs.replace(picture, author_name=None)),
        picture.author_name,
        found.receipt,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
