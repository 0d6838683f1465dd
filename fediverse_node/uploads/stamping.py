"""From a file that somebody sent to a picture of ours that says how it was made. Blocks: use a thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import BinaryIO

from fediverse_node.credentials import process
from fediverse_node.credentials.model import AiPart, Making, Manifest, greater, part_of, settled
from fediverse_node.credentials.signer import Signer
from fediverse_node.kernel.kinds import LOOKS_AT, kind_of
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.decoding import Bounds, decode
from fediverse_node.uploads.marking import Came, House, Mark, marked
from fediverse_node.uploads.model import Decoded, Papers, Part, Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What pictures name of this server, and who signs them."""

    house: House
    signer: Signer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A picture of ours, not yet noted.

    Attributes:
        least: what a model's part cannot be less than.
    """

    decoded: Decoded
    making: Making
    least: AiPart | None = None
    papers: Papers | None = None


def taken_in(source: BinaryIO, said: Making, folder: Folder, bounds: Bounds, stamp: Stamp) -> Made:
    """A picture of ours out of the file *source*. Its files lie in *folder*.

    Raises:
        NotValid: it is no picture, or less is said of a model's part than the file says.
        NotNow: there is no room, or the decoder had no time.
    """
    decoded = decode(source, folder, bounds)
    try:
        media_type = _type_of(source)
        came = process.read(source, media_type)
        least = _least(decoded.sources, came)
        made = Made(decoded=decoded, making=settled(said, least), least=least, papers=_papers(None, came))
        goes_along = came is not None and came.portable
        carried = Came(file=source, media_type=media_type, part=came.part) if came and goes_along else None
        return _stamped(made, folder, stamp, carried)
    except BaseException:
        folder.delete(decoded.names)
        raise


def relabelled(before: Upload, said: Making) -> Making:
    """What *before* says of itself once *said* is said, too: less only while nobody has seen it.

    Raises:
        NotValid: that is less than it must say.
    """
    least = before.ai_least if before.post_id is None else greater(before.ai_least, before.ai_part)
    return settled(Making(part=said.part, tool=said.tool or before.ai_tool), least)


def marked_anew(before: Upload, making: Making, folder: Folder, stamp: Stamp) -> Made:
    """The picture *before* in new files that say *making*. The old ones stay."""
    made = Made(
        decoded=_decoded_from(before), making=making, least=before.ai_least, papers=before.credentials
    )
    with folder.path(before.name).open("rb") as file:
        signed = before.credentials is not None and before.credentials.signer is not None
        came = Came(file=file, media_type=before.media_type, part=before.ai_part) if signed else None
        return _stamped(made, folder, stamp, came, keep=True)


def _stamped(made: Made, folder: Folder, stamp: Stamp, came: Came | None, *, keep: bool = False) -> Made:
    """*made* in files that say so. The files without go, unless they are to be *kept*."""
    parts = [part for part in (made.decoded.whole, made.decoded.small) if part is not None]
    mark = Mark(house=stamp.house, making=made.making, signer=stamp.signer, came=came)
    done, signed = marked(folder, parts, mark)
    if not keep:
        folder.delete(made.decoded.names)
    small = done[1] if len(done) > 1 else None
    known = made.papers.came if made.papers is not None else None
    signer = stamp.signer.name if stamp.signer is not None and signed else None
    return replace(
        made, decoded=replace(made.decoded, whole=done[0], small=small), papers=_papers(signer, known)
    )


def _papers(signer: str | None, came: Manifest | None) -> Papers | None:
    return Papers(signer=signer, came=came) if signer or came else None


def _least(sources: Iterable[str], came: Manifest | None) -> AiPart | None:
    """What the file says of a model. Where its manifest was read, that knows more than the words in it."""
    if came is not None and came.part is not None:
        return came.part
    least: AiPart | None = None
    for source in sources:
        least = greater(least, part_of(source))
    return least


def _type_of(source: BinaryIO) -> str:
    source.seek(0)
    kind = kind_of(source.read(LOOKS_AT))
    assert kind is not None, "it was decoded"
    return kind.media_type


def _decoded_from(before: Upload) -> Decoded:
    small = None
    if before.small_name is not None and before.small_type is not None:
        small = Part(name=before.small_name, media_type=before.small_type, size=before.small_size, sha256="")
    whole = Part(name=before.name, media_type=before.media_type, size=before.size, sha256=before.sha256)
    return Decoded(
        whole=whole, small=small, width=before.width, height=before.height, blurhash=before.blurhash
    )
