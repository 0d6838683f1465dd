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
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple
from zlib import crc32

from fediverse_node.export.workbench import Workbench

BANDS: Final = 14
ROWS: Final = 8
RUN: Final = 5
#: Posts whose hashes are made together, and of these those side by side: numpy is quick with many numbers,
#: and slow with few, or with more than the processor has at hand.
_TOGETHER: Final = 1000
_ABREAST: Final = 500
#: Bytes of a hash, and rows of hashes that are read at a time.
_WIDTH: Final = 8
_PIECE: Final = 1 << 15
_MOST_WORDS: Final = 100_000
_GOLDEN: Final = 0x9E3779B97F4A7C15
#: A word, or one letter of a script that puts no blanks between words.
#: The same for ASCII: what is no word is a blank.
_LOWER = bytes(
    ord(letter.lower()) if letter.isalnum() or letter == "_" else 32 for letter in map(chr, range(128))
) + bytes(128)
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")


def digest_of(text: str) -> bytes:
    """SHA-256 of *text* in its composed form: what two posts with the same text have in common."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).digest()


class Likeness:
    """Writes the bands of every row to a file, and finds who meets whom in them.

    Without numpy, which comes with the extra `data`, nothing is like anything but what is the very same.
    """

    def __init__(self, bench: Workbench) -> None:
        self._numpy = _numpy()
        self._words = _Words()
        if self.works:
            self._file = bench.file("bands")
            self._odds, self._mixers = _constants(self._numpy)

    @property
    def works(self) -> bool:
        """Whether near repeats are looked for."""
        return self._numpy is not None

    def add(self, texts: Sequence[str], digests: Sequence[bytes]) -> None:
        """The next rows' texts, and what `digest_of` says of each."""
        if not self.works or not texts:
            return
        np = self._numpy
        for first in range(0, len(texts), _TOGETHER):
            bands = self._bands(texts[first : first + _TOGETHER])
            whole = b"".join([digest[:_WIDTH] for digest in digests[first : first + _TOGETHER]])
            # The very same text meets in a band of its own, however short it is.
            rows = np.vstack([bands, np.frombuffer(whole, dtype=np.uint64)])
            self._file.write(np.ascontiguousarray(rows.T).tobytes())

    def pairs(self, present: bytes) -> Iterator[tuple[int, int]]:
        """Rows that meet in a band, by their number from 0; of a crowd, each with the next.

        Args:
            present: a byte for each row, 0 for those that are not to be looked at.
        """
        if not self.works:
            return
        np = self._numpy
        rows = np.flatnonzero(np.frombuffer(present, dtype=np.uint8))
        for band in range(BANDS + 1):
            column = self._column(band, len(present))[rows]
            order = np.argsort(column, kind="stable")
            ordered = column[order]
            # 0 is a text too short to be like another one.
            meets = np.flatnonzero((ordered[1:] == ordered[:-1]) & (ordered[1:] != 0))
            ones, others = rows[order[meets]], rows[order[meets + 1]]
            yield from zip(ones.tolist(), others.tolist(), strict=True)

    def _column(self, band: int, count: int) -> Any:
        """What stands in one band of all rows; read in pieces, because the whole is large."""
        np = self._numpy
        column = np.empty(count, dtype=np.uint64)
        self._file.seek(0)
        for first in range(0, count, _PIECE):
            piece = self._file.read(_PIECE * (BANDS + 1) * _WIDTH)
            rows = np.frombuffer(piece, dtype=np.uint64).reshape(-1, BANDS + 1)
            column[first : first + len(rows)] = rows[:, band]
        return column

    def _bands(self, texts: Sequence[str]) -> Any:
        """One row of hashes for each band, one column for each text."""
        np = self._numpy
        words = [self._words.of(text) for text in texts]
        bands = np.zeros((BANDS, len(texts)), dtype=np.uint64)
        # Those of about the same length side by side, so that hardly anything is filled up.
        long = sorted(
            (number for number, found in enumerate(words) if len(found) >= RUN), key=lambda n: len(words[n])
        )
        for first in range(0, len(long), _ABREAST):
            which = long[first : first + _ABREAST]
            runs = self._runs([words[number] for number in which])
            # Each is another order of all numbers of 32 bits: a product with an odd number is.
            product = np.empty_like(runs)
            least = np.stack([np.multiply(runs, odd, out=product).min(axis=0) for odd in self._odds])
            mixed = (least.reshape(BANDS, ROWS, len(which)).astype(np.uint64) + np.uint64(1)) * self._mixers
            hashes = mixed.sum(axis=1, dtype=np.uint64)
            bands[:, which] = (hashes ^ (hashes >> np.uint64(29))) | np.uint64(1)
        return bands

    def _runs(self, texts: list[list[int]]) -> Any:
        """The hashes of all runs of five words, a column for each text; filled up with its first one."""
        np = self._numpy
        lengths = np.array([len(words) for words in texts])
        longest = int(lengths.max())
        words = np.zeros((len(texts), longest), dtype=np.uint64)
        every = np.fromiter(chain.from_iterable(texts), dtype=np.uint64, count=int(lengths.sum()))
        words[np.arange(longest)[None, :] < lengths[:, None]] = every
        run = np.zeros((len(texts), longest - RUN + 1), dtype=np.uint64)
        for place in range(RUN):
            run = run * np.uint64(_GOLDEN) + words[:, place : place + run.shape[1]]
        beyond = np.arange(run.shape[1])[None, :] > (lengths - RUN)[:, None]
        run = np.where(beyond, run[:, :1], run)
        return np.ascontiguousarray((run ^ (run >> np.uint64(31))).T).astype(np.uint32)


class _Words(dict[bytes | str, int]):
    """The numbers of words. Most words of most texts were seen before."""

    def of(self, text: str) -> list[int]:
        """The numbers of the words of *text*, in order."""
        if len(self) > _MOST_WORDS:
            self.clear()
        if text.isascii():
            return list(map(self.__getitem__, text.encode().translate(_LOWER).split()))
        return list(map(self.__getitem__, _WORDS.findall(text.casefold())))

    def __missing__(self, word: bytes | str) -> int:
        self[word] = number = crc32(word.encode() if isinstance(word, str) else word)
        return number


def find_duplicates(bench: Workbench, likeness: Likeness, *, keep: bool) -> None:
    """Mark every cluster, and (unless *keep*) leave out all but the post of each that was allowed first."""
    bench.forget_clusters()
    clusters = _Clusters()
    alike = likeness.pairs(bench.present()) if likeness.works else bench.twins()
    for one, other in alike:
        clusters.join(one, other)
    names: list[tuple[str, int]] = []
    repeated: list[int] = []
    for first, *others in _members(bench, clusters):
        names += [(first.digest.hex()[:16], number) for _, number, _ in (first, *others)]
        repeated += [number for _, number, _ in others]
    bench.mark(names, repeated=() if keep else repeated)


class _Member(NamedTuple):
    """A row of a cluster: the line of the ledger that allowed it, its number, the digest of its text."""

    seq: int
    number: int
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

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._above))


def _members(bench: Workbench, clusters: _Clusters) -> Iterable[list[_Member]]:
    """The clusters, each with the post that was allowed first in front."""
    found: defaultdict[int, list[_Member]] = defaultdict(list)
    for number, seq, digest in bench.members(clusters):
        found[clusters.root(number)].append(_Member(seq, number, digest))
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
    odds = np.array([number & 0xFFFFFFFF for number in made[: BANDS * ROWS]], dtype=np.uint32)
    return odds, np.array(made[BANDS * ROWS :], dtype=np.uint64)[:, None]
