"""MediaAttachment, of a file of ours, of one that is still being made, and its measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fediverse_node.actors.addresses import Addresses
from fediverse_node.config.sections import Media
from fediverse_node.credentials.model import source_of
from fediverse_node.uploads import recording
from fediverse_node.uploads.decoding import Bounds
from fediverse_node.uploads.model import ACCEPTED, MAX_DESCRIPTION, Focus, Job, Upload
from fediverse_node.uploads.sent_kinds import HEIF_TYPES, READERS, reads_heif
from fediverse_node.web.client_api.view import JsonDict

#: How Mastodon calls what plays.
_TYPES: Final = {"film": "video", "loop": "gifv", "sound": "audio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is known of a file.

    Attributes:
        seconds: that it plays.
        frames: of a film, in a second.
        bits: in a second.
    """

    width: int | None = None
    height: int | None = None
    focus: Focus | None = None
    seconds: float | None = None
    frames: float | None = None
    bits: int | None = None


def entity(upload: Upload, addresses: Addresses) -> JsonDict:
    """A MediaAttachment."""
    play = upload.play
    measures = Measures(
        width=upload.width,
        height=upload.height,
        focus=upload.focus,
        seconds=play.seconds if play else None,
        frames=play.frames if play else None,
        bits=play.bits if play else None,
    )
    shown = upload.small_name is not None or play is None
    return {
        "id": str(upload.id),
        "type": type_of(upload),
        "url": addresses.origin + upload.path,
        "preview_url": addresses.origin + upload.small_path if shown else None,
        "remote_url": None,
        "text_url": None,
        "meta": meta(measures),
        "description": upload.description,
        "blurhash": upload.blurhash or None,
        "fediverse_node": made_how(upload.ai_part, upload.ai_tool),
    }


def unfinished(job: Job) -> JsonDict:
    """A MediaAttachment that has no address yet, as Mastodon gives one."""
    return {
        "id": str(job.id),
        "type": job.kind.partition("/")[0],
        "url": None,
        "preview_url": None,
        "remote_url": None,
        "text_url": None,
        "meta": meta(Measures(focus=job.focus)),
        "description": job.description,
        "blurhash": None,
        "fediverse_node": made_how(job.ai_part, job.ai_tool),
    }


def type_of(upload: Upload) -> str:
    """What it is, in Mastodon's words."""
    return "image" if upload.play is None else _TYPES[upload.play.kind]


def made_how(part: str | None, tool: str | None) -> JsonDict:
    """How a picture was made, as far as it is known."""
    return {"ai_part": part, "ai_tool": tool, "digital_source_type": source_of(part)}


def meta(known: Measures) -> JsonDict | None:
    """The measures of a file, as far as they are known."""
    original: JsonDict = {}
    width, height = known.width, known.height
    if width and height:
        original = {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height}
    if known.seconds is not None:
        original["duration"] = known.seconds
    if known.frames:
        original["frame_rate"] = f"{round(known.frames * 1000)}/1000"
    if known.bits:
        original["bitrate"] = known.bits
    found: JsonDict = {"original": original} if original else {}
    if known.focus is not None:
        found["focus"] = {"x": known.focus[0], "y": known.focus[1]}
    return found or None


def limits(media: Media) -> JsonDict:
    """What the instance document says of uploads. What cannot be uploaded has the limit nought."""
    offered = media.account_megabytes > 0
    plays = offered and recording.is_offered(Bounds(pixels=0, size=0, play_size=media.film_megabytes << 20))
    kinds = [kind.media_type for kind in ACCEPTED] if offered else []
    kinds += HEIF_TYPES if offered and reads_heif() else []
    return {
        "supported_mime_types": kinds + (list(READERS) if plays else []),
        "description_limit": MAX_DESCRIPTION if offered else 0,
        "image_size_limit": (media.upload_megabytes << 20) * offered,
        "image_matrix_limit": media.upload_megapixels * 1_000_000 * offered,
        "video_size_limit": (media.film_megabytes << 20) * plays,
        "video_frame_rate_limit": recording.MOST_FRAMES * plays,
        "video_matrix_limit": recording.MATRIX * plays,
    }
