"""Posts that say what another one says: the same text, and nearly the same.

Nearly the same is found by MinHash over runs of five words, in 14 bands of 8 hashes (the setting of the
FineWeb datasets): two texts that share three quarters of their runs nearly always meet in a band, two that
share a third hardly ever. Of each cluster the post that was allowed first stays.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final, NamedTuple
from zlib import crc32

from fediverse_node.export.workbench import Workbench

BANDS: Final = 14
ROWS: Final = 8
RUN: Final = 5
#: Posts whose hashes are made together: numpy is quick with many numbers, and slow with few.
_TOGETHER: Final = 250
_GOLDEN: Final = 0x9E3779B97F4A7C15
#: A word, or one letter of a script that puts no blanks between words.
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")


def digest_of(text: str) -> bytes:
    """SHA-256 of *text* in its composed form: what two posts with the same text have in common."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).digest()


class Likeness:
    """Writes the bands of every row to files of their own, and finds who meets whom in them.

    Without numpy, which comes with the extra `data`, nothing is like anything.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._numpy = _numpy()
        self._files: list[IO[bytes]] = [bench.another_file() for _ in range(BANDS)] if self.works else []
        self._waiting: list[str] = []
        if self.works:
            self._odds, self._mixers = _constants(self._numpy)

    @property
    def works(self) -> bool:
        """Whether near repeats are looked for."""
        return self._numpy is not None

    def add(self, text: str) -> None:
        """The next row's text."""
        if self.works:
            self._waiting.append(text)
            if len(self._waiting) == _TOGETHER:
                self._flush()

    def pairs(self, present: bytes) -> Iterator[tuple[int, int]]:
        """Rows that meet in a band, by their number from 0; of a crowd, each with the next.

        Args:
            present: a byte for each row, 0 for those that are not to be looked at.
        """
        if not self.works:
            return
        self._flush()
        np = self._numpy
        rows = np.flatnonzero(np.frombuffer(present, dtype=np.uint8))
        for file in self._files:
            file.seek(0)
            column = np.fromfile(file, dtype=np.uint64)[rows]
            order = np.argsort(column, kind="stable")
            ordered = column[order]
            # 0 is a text too short to be like another one.
            meets = np.flatnonzero((ordered[1:] == ordered[:-1]) & (ordered[1:] != 0))
            ones, others = rows[order[meets]], rows[order[meets + 1]]
            yield from zip(ones.tolist(), others.tolist(), strict=True)

    def _flush(self) -> None:
        if self._waiting:
            bands = self._bands(self._waiting)
            for number, file in enumerate(self._files):
                file.seek(0, 2)
                file.write(bands[number].tobytes())
            self._waiting = []

    def _bands(self, texts: list[str]) -> Any:
        """One row of hashes for each band, one column for each text."""
        np = self._numpy
        words = [[crc32(word.encode()) for word in _WORDS.findall(text.casefold())] for text in texts]
        bands = np.zeros((BANDS, len(texts)), dtype=np.uint64)
        long = [number for number, found in enumerate(words) if len(found) >= RUN]
        if not long:
            return bands
        runs, starts = self._runs([words[number] for number in long])
        # Multiply-shift: the upper half of the product of two 64-bit numbers, of which one is odd.
        least = np.stack(
            [np.minimum.reduceat((runs * odd) >> np.uint64(32), starts) for odd in self._odds.ravel()]
        )
        mixed = (least.reshape(BANDS, ROWS, len(long)) + np.uint64(1)) * self._mixers[:, None]
        hashes = mixed.sum(axis=1, dtype=np.uint64)
        bands[:, long] = (hashes ^ (hashes >> np.uint64(29))) | np.uint64(1)
        return bands

    def _runs(self, texts: list[list[int]]) -> tuple[Any, Any]:
        """The hashes of all runs of five words, text after text, and where each text's begin."""
        np = self._numpy
        lengths = np.array([len(words) for words in texts])
        every = np.concatenate([np.array(words, dtype=np.uint64) for words in texts])
        run = np.zeros(len(every) - RUN + 1, dtype=np.uint64)
        for place in range(RUN):
            run = run * np.uint64(_GOLDEN) + every[place : place + len(run)]
        ends = np.cumsum(lengths)
        whole = np.ones(len(run), dtype=bool)
        for back in range(1, RUN):  # those that reach into the next text
            across = ends[:-1] - back
            whole[across] = False
        counts = lengths - RUN + 1
        mixed = run[whole]
        return mixed ^ (mixed >> np.uint64(31)), np.concatenate([[0], np.cumsum(counts)[:-1]])


def find_duplicates(bench: Workbench, likeness: Likeness, *, keep: bool) -> None:
    """Mark every cluster, and (unless *keep*) leave out all but the post of each that was allowed first."""
    bench.forget_clusters()
    clusters = _Clusters()
    for one, other in bench.twins():
        clusters.join(one, other)
    for one, other in likeness.pairs(bench.present()):
        clusters.join(one, other)
    names: list[tuple[str, int]] = []
    repeated: list[int] = []
    for first, *others in _members(bench, clusters):
        names += [(first.digest.hex()[:16], post) for _, post, _ in (first, *others)]
        repeated += [post for _, post, _ in others]
    bench.mark(names, repeated=() if keep else repeated)


class _Member(NamedTuple):
    """A post of a cluster: the line of the ledger that allowed it, its id, the digest of its text."""

    seq: int
    post: int
    digest: bytes


class _Clusters:
    """Which rows belong together. Remembers only those that belong to another one."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def join(self, one: int, other: int) -> None:
        """They belong together."""
        first, second = sorted((self.root(one), self.root(other)))
        self._above[first] = self._above[second] = first

    def root(self, row: int) -> int:
        """The row that stands for all that belong together with *row*."""
        while (above := self._above.get(row, row)) != row:
            self._above[row] = row = self._above.get(above, above)
        return row

    def __contains__(self, row: int) -> bool:
        return row in self._above


def _members(bench: Workbench, clusters: _Clusters) -> Iterable[list[_Member]]:
    """The clusters, each with the post that was allowed first in front."""
    found: defaultdict[int, list[_Member]] = defaultdict(list)
    for number, member in enumerate(bench.members()):
        if number in clusters:
            found[clusters.root(number)].append(_Member(*member))
    return map(sorted, found.values())


def _numpy() -> Any:
    try:
        import numpy as np  # noqa: PLC0415 only where datasets are made
    except ImportError:
        return None
    return np


def _constants(np: Any) -> tuple[Any, Any]:
    """The same on every machine: 112 odd numbers to hash with, and 8 to mix with."""
    made = [
        int.from_bytes(hashlib.sha256(f"fediverse-node minhash {n}".encode()).digest()[:8], "big") | 1
        for n in range(BANDS * ROWS + ROWS)
    ]
    numbers = np.array(made, dtype=np.uint64)
    return numbers[: BANDS * ROWS].reshape(BANDS, ROWS), numbers[BANDS * ROWS :]
