"""The program that decodes: it runs alone in a process of its own, and only there is Pillow loaded.

    python -I decoder.py JOB     stdin: the file · stdout: a report in JSON · JOB: JSON, see `decoding`

A hole in a decoder is the usual way from a picture into a server. So this process holds no secret, can open
no other file and no socket once it begins to decode, and dies when it takes too much memory or time (WEB-16).
It imports nothing of the house: a start takes a fraction of a second.

Of what was sent only the colours are kept: no EXIF, no place, no comment, no profile, no second frame
(WEB-17). The way up and the colour space, which stood in there, are applied first. Only the picture of a
profile may go on moving.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

_READERS: dict[str, Callable[[BinaryIO], Image.Image]] = {
    "image/jpeg": JpegImagePlugin.JpegImageFile,
    "image/png": PngImagePlugin.PngImageFile,
    "image/gif": GifImagePlugin.GifImageFile,
    "image/webp": WebPImagePlugin.WebPImageFile,
    "image/avif": AvifImagePlugin.AvifImageFile,
}
#: How IPTC's terms for where a picture comes from are written, in XMP and in Content Credentials.
_SOURCE = re.compile(rb"digitalsourcetype/([A-Za-z]{3,60})", re.IGNORECASE)
_HEIF = "image/heif"
#: Frames of an animation that is kept; of a longer one only the first is.
_MOST_FRAMES = 200
#: Edge of the picture that a BlurHash is made from.
_TINY = 32


def _learn_heif() -> None:
    """Let Pillow read what telephones take pictures as."""
    import pillow_heif  # noqa: PLC0415 an extra, and only for files of this kind

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener(thumbnails=False)
    _READERS[_HEIF] = pillow_heif.HeifImageFile


def _lock_up(memory: int, seconds: int, most_written: int) -> None:
    """From here on: no new file or socket, and bounds for everything that an attacker could use up."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_written, most_written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Numbers that are open stay open; no other is ever given out.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _rehearse(media_type: str) -> None:
    """Go through everything once with a picture of ours: Pillow and Python load parts of theirs late."""
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in {media_type, "image/jpeg", "image/png", "image/webp"}:
        sample = io.BytesIO()
        try:
            edge = 64 if kind == _HEIF else 2
            Image.new("P" if kind == "image/gif" else "RGB", (edge, edge), 1).save(
                sample, kind.partition("/")[2].upper(), exif=exif
            )
            plain = _plain(_opened(sample, kind, edge * edge, edge), (2, 2))
            _written(plain, _format(kind, plain))
            _written_moving([plain, plain], [50, 50])
            _tiny(plain)
        except (OSError, KeyError, ValueError, RuntimeError):
            continue  # this Pillow cannot write this kind; perhaps it reads it


def _opened(source: BinaryIO, media_type: str, pixels: int, edge: int) -> Image.Image:
    """The first picture in the file, decoded with the one reader that its first bytes call for."""
    source.seek(0)
    image = _READERS[media_type](source)
    if image.width * image.height > pixels or min(image.size) < 1:
        raise _TooManyPixels
    # JPEG decodes to half, a quarter or an eighth for nothing.
    image.draft(image.mode, (edge, edge))
    image.load()
    return image


class _TooManyPixels(Exception):
    pass


def _plain(image: Image.Image, room: tuple[int, int], *, crop: bool = False) -> Image.Image:
    """The right way up, in sRGB with or without transparency, and no larger than it may be."""
    profile = image.info.get("icc_profile")
    _turn_upright(image)
    if crop:
        image = image.crop(_middle(image.size, room))
    image.thumbnail(room, Image.Resampling.LANCZOS)
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    plain = _in_srgb(image, profile).convert("RGBA" if clear else "RGB")
    if clear and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    plain.info = {}
    return plain


def _middle(size: tuple[int, int], shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """The largest part of this shape in the middle of a picture."""
    width = max(1, min(size[0], round(size[1] * shape[0] / shape[1])))
    height = max(1, min(size[1], round(size[0] * shape[1] / shape[0])))
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return left, top, left + width, top + height


def _frames(image: Image.Image, room: tuple[int, int]) -> tuple[list[Image.Image], list[int]]:
    """Each frame of an animation, plain, and how many milliseconds it stays."""
    frames: list[Image.Image] = []
    stays: list[int] = []
    for place in range(getattr(image, "n_frames", 1)):
        image.seek(place)
        stays.append(min(max(int(image.info.get("duration", 0) or 0), 20), 10_000))
        frames.append(_plain(image.convert("RGBA"), room, crop=True).convert("RGBA"))
    return frames, stays


def _written_moving(frames: list[Image.Image], stays: list[int]) -> bytes:
    made = io.BytesIO()
    frames[0].save(
        made, "WEBP", save_all=True, append_images=frames[1:], duration=stays, loop=0, quality=75, method=1
    )
    return made.getvalue()


def _turn_upright(image: Image.Image) -> None:
    # whatever is wrong in the EXIF of a good picture: it is not kept anyway
    with contextlib.suppress(Exception):
        # In place: a copy of a large picture is hundreds of megabytes.
        ImageOps.exif_transpose(image, in_place=True)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or image.mode not in {"RGB", "CMYK"}:
        return image
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(image, found, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except Exception:  # noqa: BLE001 a profile that cannot be read is as good as none
        return image
    return made if made is not None else image


def _format(media_type: str, image: Image.Image) -> str:
    clear = image.mode == "RGBA"
    if media_type in {"image/png", "image/gif"}:
        return "PNG"
    if media_type == "image/webp" or clear:
        return "WEBP"
    return "JPEG"


_HOW: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "progressive": True, "optimize": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 88, "method": 3},
}


def _written(image: Image.Image, format_: str) -> bytes:
    made = io.BytesIO()
    image.save(made, format_, **_HOW[format_])
    return made.getvalue()


def _sources(source: BinaryIO, image: Image.Image) -> list[str]:
    """The terms that it names, wherever they stand: in the file as it is, and in what was packed in it."""
    source.seek(0)
    found = _SOURCE.findall(source.read())
    for said in image.info.values():
        if isinstance(said, str | bytes):
            found += _SOURCE.findall(said.encode("utf-8", "replace") if isinstance(said, str) else said)
    return sorted({each.decode() for each in found})[:20]


def _put(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _tiny(image: Image.Image) -> str:
    """Its colours in hex, on white."""
    tiny = image.resize((_TINY, _TINY), Image.Resampling.BOX)
    if tiny.mode == "RGBA":
        white = Image.new("RGBA", tiny.size, "white")
        tiny = Image.alpha_composite(white, tiny).convert("RGB")
    return tiny.tobytes().hex()


def _made(job: dict[str, Any]) -> dict[str, Any]:
    room = (job["width"], job["height"])
    with os.fdopen(0, "rb", closefd=False) as source:
        opened = _opened(source, job["media_type"], job["pixels"], max(room))
        sources = _sources(source, opened)
        moves = bool(getattr(opened, "is_animated", False))
        moving = _moving(opened, job) if moves and job["moving"] else b""
        opened.seek(0)
        image = _plain(opened, room, crop=job["crop"])
    format_ = _format(job["media_type"], image)
    data = _written(image, format_)
    if format_ == "PNG" and len(data) > job["bytes"]:
        # A photograph that came as PNG: as WebP it has a tenth, and other servers take it.
        data = _written(image, "WEBP")
    if len(data) > job["bytes"]:
        return {"error": "bytes"}
    report = {"width": image.width, "height": image.height, "tiny": _tiny(image), "edge": _TINY}
    report |= {"sources": sources, "moves": moves}
    _put(job["whole"], moving or data)
    if moving:
        _put(job["small"], data)
    elif max(image.size) > job["small_edge"]:
        small = image.copy()
        small.thumbnail((job["small_edge"], job["small_edge"]), Image.Resampling.LANCZOS)
        _put(job["small"], _written(small, "WEBP" if small.mode == "RGBA" else "JPEG"))
    return report


def _moving(opened: Image.Image, job: dict[str, Any]) -> bytes:
    """The whole animation; nothing where there is too much of it."""
    count = getattr(opened, "n_frames", 1)
    if count > _MOST_FRAMES or count * opened.width * opened.height > 4 * job["pixels"]:
        return b""
    data = _written_moving(*_frames(opened, (job["width"], job["height"])))
    return data if len(data) <= job["bytes"] else b""


def main() -> None:
    """Do the job, or say why it cannot be done."""
    job = json.loads(sys.argv[1])
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    if job["media_type"] == _HEIF:
        _learn_heif()
    _rehearse(job["media_type"])
    _lock_up(job["memory"], job["seconds"], job["bytes"] * 2)
    try:
        report = _made(job)
    except _TooManyPixels:
        report = {"error": "pixels"}
    except Exception as error:  # noqa: BLE001 the outermost frame: whatever goes wrong, the file is no picture
        report = {"error": "broken", "detail": type(error).__name__}
    os.write(1, json.dumps(report).encode())


if __name__ == "__main__":
    main()
