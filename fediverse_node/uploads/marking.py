"""Writes into our own pictures what they say of themselves, and has them signed. Blocks: use a thread.

Last of all: whatever touched the bytes after the signature would break it. What becomes of a file has a new
name, since its address stands in it.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from fediverse_node.credentials import embedding, packet, process, statement
from fediverse_node.credentials.model import RANKS, AiPart, Making
from fediverse_node.credentials.process import Sheet
from fediverse_node.credentials.signer import Signer
from fediverse_node.kernel.errors import NotNow
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.model import Part, path_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What pictures name of this server.

    Attributes:
        origin: where they are.
        terms: the address of the text on training.
    """

    origin: str
    terms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """The file that pictures were made of, where its manifest goes along.

    Attributes:
        part: what that says of a model.
    """

    file: BinaryIO
    media_type: str
    part: AiPart | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is written into them.

    Attributes:
        signer: None: nobody signs.
        came: None: nothing goes along.
    """

    house: House
    making: Making
    signer: Signer | None = None
    came: Came | None = None


def marked(folder: Folder, parts: Sequence[Part], mark: Mark) -> tuple[list[Part], bool]:
    """*parts* with *mark* in new files, and whether they are signed. The old files stay.

    Raises:
        NotValid: one of them is none of ours.
    """
    if mark.signer is not None:
        try:
            return _all(folder, parts, mark), True
        except NotNow as error:
            # The picture is good without it, and says the same in its XMP.
            log.warning("credentials.not_signed", extra={"reason": error.detail})
    unsigned = Mark(house=mark.house, making=mark.making)
    return _all(folder, parts, unsigned), False


def _all(folder: Folder, parts: Sequence[Part], mark: Mark) -> list[Part]:
    with ExitStack() as stack:
        begun = [stack.enter_context(_begun(folder)) for _ in parts]
        sheets = []
        for place, (part, (name, target)) in enumerate(zip(parts, begun, strict=True)):
            address = mark.house.origin + path_of(name, part.media_type)
            said = packet.packet(
                address=address, terms=mark.house.terms, source=mark.making.source, tool=mark.making.tool
            )
            data = embedding.embedded(folder.path(part.name).read_bytes(), part.media_type, said)
            if mark.signer is None:
                _write(target, data)
                continue
            source = stack.enter_context(tempfile.TemporaryFile())
            _write(source, data)
            manifest = _manifest(mark, address, small=place > 0)
            sheets.append(Sheet(media_type=part.media_type, manifest=manifest, source=source, target=target))
        if mark.signer is not None:
            came = (mark.came.file, mark.came.media_type) if mark.came else None
            process.sign(sheets, mark.signer, parent=came)
        return _kept(folder, begun, parts)


def _manifest(mark: Mark, address: str, *, small: bool) -> statement.Manifest:
    came = mark.came
    says_more = came is None or RANKS[mark.making.part] > RANKS[came.part]
    return statement.manifest(
        mark.making if says_more else Making(tool=mark.making.tool),
        constraint=packet.constraint(address, mark.house.terms),
        carries=came is not None,
        resized=small,
    )


@contextmanager
def _begun(folder: Folder) -> Iterator[tuple[str, BinaryIO]]:
    name, file = folder.begin()
    try:
        yield name, file
    finally:
        folder.abandon(name, file)  # a no-op for what was kept


def _kept(folder: Folder, begun: Sequence[tuple[str, BinaryIO]], parts: Sequence[Part]) -> list[Part]:
    made: list[Part] = []
    try:
        for (name, file), part in zip(begun, parts, strict=True):
            folder.keep(name, file)
            data = folder.path(name).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            made.append(Part(name=name, media_type=part.media_type, size=len(data), sha256=digest))
    except BaseException:
        folder.delete([name for name, _ in begun])
        raise
    return made


def _write(file: BinaryIO, data: bytes) -> None:
    while data:
        data = data[file.write(data) :]
    file.flush()
