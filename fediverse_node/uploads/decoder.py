"""The program that decodes: it runs alone in a process of its own, and only there is Pillow loaded.

    python -I decoder.py JOB     stdin: the file · stdout: a report in JSON · JOB: JSON, see `decoding`

A hole in a decoder is the usual way from a picture into a server. So this process holds no secret, can open
no other file and no socket once it begins to decode, and dies when it takes too much memory or time (WEB-16).
It imports nothing of the house: a start takes a fraction of a second.

Of what was sent only the colours are kept: no EXIF, no place, no comment, no profile, no second frame
(WEB-17). The way up and the colour space, which stood in there, are applied first.
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
#: Edge of the picture that a BlurHash is made from.
_TINY = 32


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
            Image.new("P" if kind == "image/gif" else "RGB", (2, 2), 1).save(
                sample, kind.partition("/")[2].upper(), exif=exif
            )
            plain = _plain(_opened(sample, kind, 4, 2), 2)
            _written(plain, _format(kind, plain))
            _tiny(plain)
        except (OSError, KeyError, ValueError):
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


def _plain(image: Image.Image, edge: int) -> Image.Image:
    """The right way up, in sRGB with or without transparency, and no larger than it may be."""
    profile = image.info.get("icc_profile")
    _turn_upright(image)
    image.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    plain = _in_srgb(image, profile).convert("RGBA" if clear else "RGB")
    if clear and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    plain.info = {}
    return plain


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
    with os.fdopen(0, "rb", closefd=False) as source:
        opened = _opened(source, job["media_type"], job["pixels"], job["edge"])
        sources = _sources(source, opened)
        image = _plain(opened, job["edge"])
    format_ = _format(job["media_type"], image)
    data = _written(image, format_)
    if format_ == "PNG" and len(data) > job["bytes"]:
        # A photograph that came as PNG: as WebP it has a tenth, and other servers take it.
        data = _written(image, "WEBP")
    if len(data) > job["bytes"]:
        return {"error": "bytes"}
    _put(job["whole"], data)
    report = {"width": image.width, "height": image.height, "tiny": _tiny(image), "edge": _TINY}
    report["sources"] = sources
    if max(image.size) > job["small_edge"]:
        small = image.copy()
        small.thumbnail((job["small_edge"], job["small_edge"]), Image.Resampling.LANCZOS)
        _put(job["small"], _written(small, "WEBP" if small.mode == "RGBA" else "JPEG"))
    return report


def main() -> None:
    """Do the job, or say why it cannot be done."""
    job = json.loads(sys.argv[1])
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
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
