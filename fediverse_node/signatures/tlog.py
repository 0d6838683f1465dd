"""The texts and addresses of a transparency log: checkpoints, proofs in a file, and tiles.

Sources: C2SP tlog-checkpoint, tlog-proof, tlog-tiles and tlog-witness. Signatures are in `notes`, hashes in
`merkle`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures.merkle import HASH_SIZE

#: Hashes in a full tile, and the levels of the tree that one tile spans.
TILE_WIDTH = 256
TILE_HEIGHT = 8
#: Bytes of the longest entry that a bundle can hold.
MAX_ENTRY = 0xFFFF
PROOF_HEAD = "c2sp.org/tlog-proof@v1"
#: Sizes up to here fit every database's and language's integers.
MAX_SIZE = 1 << 53
#: No path in a tree of `MAX_SIZE` is longer.
_MAX_PATH = 64
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_TILE_INDEX = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log was at one moment.

    Attributes:
        origin: the log's name.
        root: 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a `.tlog-proof` file holds.

    Attributes:
        checkpoint: the signed note, verbatim.
        extra: bytes that nobody vouches for.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    @property
    def text(self) -> str:
        """The file."""
        extra = [f"extra {base64.b64encode(self.extra).decode()}"] if self.extra else []
        hashes = [base64.b64encode(each).decode() for each in self.path]
        head = "\n".join([PROOF_HEAD, *extra, f"index {self.index}", *hashes])
        return f"{head}\n\n{self.checkpoint}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a log hands to a witness.

    Attributes:
        old: the size that the witness is believed to know.
        path: the proof that the tree of that size begins the new one.
        checkpoint: the new one, a signed note.
    """

    old: int
    path: tuple[bytes, ...]
    checkpoint: str

    @property
    def text(self) -> str:
        """The body of the request."""
        hashes = [base64.b64encode(each).decode() for each in self.path]
        return "\n".join([f"old {self.old}", *hashes, "", self.checkpoint])


def read_submission(text: str) -> Submission:
    """What a log hands to a witness, from the body of its request.

    Raises:
        NotValid: it is none.
    """
    head, blank, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    old = _number(first.removeprefix("old ")) if first.startswith("old ") else None
    if old is None or not blank or len(lines) >= _MAX_PATH:
        raise NotValid("This is not what logs send to witnesses.")
    hashes = tuple(each for each in map(_hash, lines) if each is not None)
    if len(hashes) != len(lines):
        raise NotValid("A hash of this proof cannot be read.")
    return Submission(old=old, path=hashes, checkpoint=checkpoint)


def read_size(text: str) -> int:
    """The size of a tree, as a witness answers it.

    Raises:
        NotValid: it is none.
    """
    size = _number(text.removesuffix("\n"))
    if size is None:
        raise NotValid("This is not the size of a log.")
    return size


def read_checkpoint(text: str) -> Checkpoint:
    """A checkpoint from the text of an opened note. Extension lines are passed over.

    Raises:
        NotValid: it is none.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NotValid("This is not a checkpoint.")
    size, root = _number(lines[1]), _hash(lines[2])
    if size is None or root is None:
        raise NotValid("The size or the root of this checkpoint cannot be read.")
    return Checkpoint(origin=lines[0], size=size, root=root)


def read_proof(text: str) -> Proof:
    """A proof from its file.

    Raises:
        NotValid: it is none.
    """
    head, blank, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first != PROOF_HEAD or not blank or not lines:
        raise NotValid("This is not a log proof.")
    extra = b""
    if lines[0].startswith("extra "):
        extra = _extra(lines.pop(0).removeprefix("extra "))
    index = _number(lines[0].removeprefix("index ")) if lines and lines[0].startswith("index ") else None
    path = [_hash(line) for line in lines[1:]]
    if index is None or len(path) > _MAX_PATH:
        raise NotValid("The index or the path of this proof cannot be read.")
    hashes = tuple(each for each in path if each is not None)
    if len(hashes) != len(path):
        raise NotValid("A hash of this proof cannot be read.")
    return Proof(index=index, path=hashes, checkpoint=checkpoint, extra=extra)


def tile_path(level: int | None, index: int, width: int = TILE_WIDTH) -> str:
    """`tile/<L>/<N>[.p/<W>]`; *level* None is that of the entries."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    partial = f".p/{width}" if width < TILE_WIDTH else ""
    return f"tile/{'entries' if level is None else level}/{'/'.join(groups)}{partial}"


def read_tile_index(text: str) -> int:
    """`<N>` of a tile's path, in its one spelling.

    Raises:
        NotValid: it is none, or is not written as logs write it.
    """
    if len(text) > 40 or not _TILE_INDEX.fullmatch(text):
        raise NotValid("This is not the number of a tile.")
    number = int(text.replace("x", "").replace("/", ""))
    if not tile_path(0, number).endswith(f"/0/{text}"):
        raise NotValid("This is not how the number of a tile is written.")
    return number


def widths(size: int, level: int) -> tuple[int, int]:
    """How many full tiles a tree of *size* has at *level*, and the width of the partial one (0: none)."""
    return divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """A bundle of *entries*.

    Raises:
        ValueError: one is longer than `MAX_ENTRY`.
    """
    packed = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise ValueError("This entry is too long for a log.")
        packed.append(len(entry).to_bytes(2, "big") + entry)
    return b"".join(packed)


def unpack_entries(bundle: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        NotValid: it ends in the middle of one.
    """
    found, place = [], 0
    while place < len(bundle):
        length = int.from_bytes(bundle[place : place + 2], "big")
        entry = bundle[place + 2 : place + 2 + length]
        if len(bundle) - place < 2 or len(entry) != length:
            raise NotValid("A bundle of entries ends in the middle of one.")
        found.append(entry)
        place += 2 + length
    return found


def unpack_hashes(tile: bytes) -> Sequence[bytes]:
    """The hashes of a tile.

    Raises:
        NotValid: it is no sequence of whole hashes.
    """
    if len(tile) % HASH_SIZE:
        raise NotValid("A tile does not hold whole hashes.")
    return [tile[place : place + HASH_SIZE] for place in range(0, len(tile), HASH_SIZE)]


def _number(text: str) -> int | None:
    found = int(text) if _NUMBER.fullmatch(text) else None
    return found if found is not None and found <= MAX_SIZE else None


def _hash(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if len(data) == HASH_SIZE else None


def _extra(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotValid("The extra line of this proof cannot be read.") from error
