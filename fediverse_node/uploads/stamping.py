"""From a file that somebody sent to a picture of ours that says how it was made. Blocks: use a thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import BinaryIO

from fediverse_node.credentials import process
from fediverse_node.credentials.model import AiPart, Making, Manifest, greater, part_of, settled
from fediverse_node.credentials.signer import Signer
from fediverse_node.kernel.kinds import GIF, LOOKS_AT, Kind
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads import recording
from fediverse_node.uploads.decoding import Bounds, decode
from fediverse_node.uploads.inscribing import inscribed
from fediverse_node.uploads.marking import Came, House, Mark, marked
from fediverse_node.uploads.model import Decoded, Papers, Part, Shape, Upload
from fediverse_node.uploads.sent_kinds import is_recording, sent_kind_of


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where pictures are made.

    Attributes:
        folder: where their files lie.
        bounds: what one of them may be.
    """

    folder: Folder
    bounds: Bounds
    stamp: Stamp


def taken_in(source: BinaryIO, said: Making, workshop: Workshop, shape: Shape | None = None) -> Made:
    """A picture, film or sound of ours out of the file *source*; with a *shape* a picture of that.

    Raises:
        NotValid: it is none, or less is said of a model's part than the file says.
        NotNow: there is no room, or the decoder had no time.
    """
    folder, stamp = workshop.folder, workshop.stamp
    kind = _kind_of(source)
    decoded = _decoded(source, kind, workshop, shape)
    try:
        media_type = kind.media_type if kind is not None else ""
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
    if made.decoded.play is not None:
        done, signed = _played(folder, parts, mark), False
    else:
        done, signed = marked(folder, parts, mark)
    if not keep:
        folder.delete(made.decoded.names)
    small = done[1] if len(done) > 1 else None
    known = made.papers.came if made.papers is not None else None
    signer = stamp.signer.name if stamp.signer is not None and signed else None
    return replace(
        made, decoded=replace(made.decoded, whole=done[0], small=small), papers=_papers(signer, known)
    )


def _played(folder: Folder, parts: list[Part], mark: Mark) -> list[Part]:
    """A film or sound that says so; a film's first picture says it, too."""
    done = [inscribed(folder, parts[0], mark)]
    try:
        stills, _ = marked(folder, parts[1:], Mark(house=mark.house, making=mark.making))
    except BaseException:
        folder.delete([done[0].name])
        raise
    return done + stills


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


def _kind_of(source: BinaryIO) -> Kind | None:
    source.seek(0)
    return sent_kind_of(source.read(LOOKS_AT))


def _decoded(source: BinaryIO, kind: Kind | None, workshop: Workshop, shape: Shape | None) -> Decoded:
    folder, bounds = workshop.folder, workshop.bounds
    if shape is None and kind is not None and is_recording(kind):
        return recording.recorded(source, kind, folder, bounds)
    made = decode(source, folder, bounds, shape)
    if shape is not None or not made.moves or kind != GIF or not recording.is_offered(bounds):
        return made
    # An animation is a film that begins again; without the program for films it is its first picture.
    folder.delete(made.names)
    return recording.recorded(source, kind, folder, bounds)


def _decoded_from(before: Upload) -> Decoded:
    small = None
    if before.small_name is not None and before.small_type is not None:
        small = Part(name=before.small_name, media_type=before.small_type, size=before.small_size, sha256="")
    whole = Part(name=before.name, media_type=before.media_type, size=before.size, sha256=before.sha256)
    return Decoded(
        whole=whole,
        small=small,
        width=before.width,
        height=before.height,
        blurhash=before.blurhash,
        play=before.play,
    )
