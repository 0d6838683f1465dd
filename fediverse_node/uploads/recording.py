"""Has film and sound made anew by `ffmpeg` in a cage, and believes nothing that it says. Blocks.

What is made is H.264 and AAC in MP4, or AAC in M4A: every browser and every server plays these. One track of
pictures and one of sound are kept, and nothing that was said beside them (WEB-17). The kind of the file
decides which one reader is used, so that no list of other files is ever read as one (WEB-12).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec

from fediverse_node.kernel.errors import NotNow, NotValid, TooLarge
from fediverse_node.kernel.kinds import LOOKS_AT, Kind, kind_of
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.decoding import NO_ROOM, Bounds, decode
from fediverse_node.uploads.model import RECORDED, Decoded, Part, Play, Shape
from fediverse_node.uploads.sent_kinds import READERS

#: Of what is sent: width times height, pictures in a second, tracks.
MATRIX: Final = 3840 * 2160
MOST_FRAMES: Final = 120
_MOST_TRACKS: Final = 16
#: Of what is made.
EDGE: Final = 1920
_FRAMES: Final = 60
#: What stands for a film until it plays.
POSTER: Final = Shape(width=640, height=640, crop=False)
#: Longest animation that becomes a film.
_LOOP_SECONDS: Final = 120.0
#: Seconds on the clock, and of a short look.
SECONDS: Final = 3600.0
_LOOK_SECONDS: Final = 60
_MAX_ANSWER: Final = 64 * 1024
_PROGRAM: Final = Path(__file__).with_name("cage.py")
_CODECS: Final = (
    "h264,hevc,av1,libdav1d,libaom-av1,vp8,vp9,libvpx,libvpx-vp9,mpeg4,mpeg1video,mpeg2video,h263,theora,mjpeg,prores,gif,"
    "aac,mp3,mp3float,opus,libopus,vorbis,libvorbis,flac,alac,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,pcm_s16be"
)
#: No longer than wide, even, and never nothing.
_SCALE: Final = (
    f"scale='max(2,trunc(iw*min(1,{EDGE}/max(iw,ih))/2)*2)':'max(2,trunc(ih*min(1,{EDGE}/max(iw,ih))/2)*2)',"
    "setsar=1,format=yuv420p"
)
_BARE: Final = ("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact")
_BROKEN: Final = "This file is broken, or not what it says it is."
#: Said where the program is missing.
NOT_OFFERED: Final = (
    "Films and sounds cannot be uploaded to this server: "
    "the program ffmpeg, which makes them anew, is not installed on it."
)
_SOURCE: Final = re.compile(rb"digitalsourcetype/([A-Za-z]{3,60})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Where the programs are."""

    ffmpeg: str
    ffprobe: str


class _Stream(msgspec.Struct):
    codec_type: str = ""
    width: int = 0
    height: int = 0
    avg_frame_rate: str = "0/0"
    disposition: dict[str, int] = {}


class _Format(msgspec.Struct, frozen=True):
    duration: str = "0"
    bit_rate: str = "0"


class _Probe(msgspec.Struct):
    """What `ffprobe` says. It may have been taken over by what it read."""

    streams: list[_Stream] = []
    format: _Format = _Format()

    @property
    def picture(self) -> _Stream | None:
        """The first track of pictures that is no cover."""
        found = (each for each in self.streams if each.codec_type == "video")
        return next((each for each in found if not each.disposition.get("attached_pic")), None)

    @property
    def has_sound(self) -> bool:
        return any(each.codec_type == "audio" for each in self.streams)

    @property
    def seconds(self) -> float:
        return _number(self.format.duration)


def tools() -> Tools | None:
    """The programs that film and sound need; None where one is missing, or no cage can be built."""
    if not sys.platform.startswith("linux"):
        return None
    ffmpeg, ffprobe = shutil.which("ffmpeg"), shutil.which("ffprobe")
    return Tools(ffmpeg=ffmpeg, ffprobe=ffprobe) if ffmpeg and ffprobe else None


def is_offered(bounds: Bounds) -> bool:
    """Whether film and sound can be taken."""
    return bounds.play_size > 0 and tools() is not None


def recorded(source: BinaryIO, kind: Kind, folder: Folder, bounds: Bounds) -> Decoded:
    """Make a film or sound of ours out of a file that somebody sent; out of an animation a film that loops.

    What is made lies in *folder*, not yet noted.

    Raises:
        NotValid, TooLarge: it cannot be taken, in words that say why.
        NotNow: there is no room, or no time.
    """
    found = tools()
    if bounds.play_size == 0:
        raise NotValid("Films and sounds cannot be uploaded to this server.")
    if found is None:
        raise NotValid(NOT_OFFERED)
    loop = kind.media_type not in READERS
    if not loop and os.fstat(source.fileno()).st_size > bounds.play_size:
        raise TooLarge(f"A film or sound has at most {bounds.play_size >> 20} MiB.")
    try:
        if not folder.has_room():
            raise NotNow(NO_ROOM, detail=f"{folder.root} is nearly full")
        job = _Recording(
            tools=found, folder=folder, bounds=bounds, reader=READERS.get(kind.media_type, "gif")
        )
        made = job.make(source, loop=loop)
    except OSError as error:
        raise NotNow(NO_ROOM, detail=str(error)) from error
    return replace(made, sources=_sources(source))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recording:
    tools: Tools
    folder: Folder
    bounds: Bounds
    reader: str

    def make(self, source: BinaryIO, *, loop: bool) -> Decoded:
        probe = self._looked_at(source, self.reader)
        self._check(probe, loop=loop)
        name, target = self.folder.begin()
        try:
            picture = probe.picture
            self._encode(source, target, probe, loop=loop)
            made = self._looked_at(target, "mov")
            self._check_length(made, loop=loop)
            poster = self._poster(target) if picture is not None else None
        except BaseException:
            self.folder.abandon(name, target)
            raise
        try:
            self.folder.keep(name, target)
            whole = _part(self.folder, name)
        except BaseException:
            self.folder.abandon(name, target)
            self.folder.delete([name, *(poster.names if poster else [])])
            raise
        return _decoded(whole, poster, made, loop=loop)

    def _looked_at(self, file: BinaryIO, reader: str) -> _Probe:
        arguments = [
            *("-v", "error", *_input(file, reader)),
            *(
                "-show_entries",
                "format=duration,bit_rate:stream=codec_type,width,height,avg_frame_rate,disposition",
            ),
            *("-of", "json"),
        ]
        said = self._run(self.tools.ffprobe, arguments, [file], seconds=_LOOK_SECONDS)
        try:
            return msgspec.json.decode(said, type=_Probe)
        except msgspec.DecodeError as error:
            raise NotValid(_BROKEN, detail="ffprobe said what cannot be read") from error

    def _check(self, probe: _Probe, *, loop: bool) -> None:
        picture = probe.picture
        if len(probe.streams) > _MOST_TRACKS:
            raise NotValid(f"This file has more than {_MOST_TRACKS} tracks.")
        if picture is None and (loop or not probe.has_sound):
            raise NotValid("There is neither film nor sound in this file.")
        if picture is not None:
            if not 0 < picture.width * picture.height <= MATRIX:
                raise NotValid(f"A film has at most {MATRIX:,} pixels in a picture, such as 3840 by 2160.")
            if _rate(picture.avg_frame_rate) > MOST_FRAMES and not loop:
                raise NotValid(f"A film has at most {MOST_FRAMES} pictures in a second.")
        self._check_length(probe, loop=loop)

    def _check_length(self, probe: _Probe, *, loop: bool) -> None:
        most = _LOOP_SECONDS if loop else float(self.bounds.play_seconds)
        # A moment more: encoders fill up the last frame.
        if probe.seconds > most + 0.5:
            raise NotValid(f"Films and sounds have at most {most:.0f} seconds; this one is longer.")

    def _encode(self, source: BinaryIO, target: BinaryIO, probe: _Probe, *, loop: bool) -> None:
        picture = probe.picture
        most = _LOOP_SECONDS if loop else float(self.bounds.play_seconds)
        arguments = [
            "-v",
            "error",
            "-nostdin",
            "-y",
            *_input(source, self.reader),
            "-t",
            str(most + 1),
            *_BARE,
        ]
        if picture is not None:
            arguments += [
                "-map",
                "0:V:0",
                "-vf",
                _SCALE,
                "-c:v",
                "libx264",
                "-preset",
                "veryfast",
                "-crf",
                "23",
            ]
            arguments += ["-maxrate", "6M", "-bufsize", "12M", "-threads", "1", "-flags:v", "+bitexact"]
            if _rate(picture.avg_frame_rate) > _FRAMES:
                arguments += ["-r", str(_FRAMES)]
        if probe.has_sound and not loop:
            arguments += ["-map", "0:a:0", "-c:a", "aac", "-b:a", "160k", "-flags:a", "+bitexact"]
        arguments += [
            "-f",
            "mp4" if picture is not None else "ipod",
            "-movflags",
            "+faststart",
            _place(target),
        ]
        self._run(self.tools.ffmpeg, arguments, [source, target], seconds=self.bounds.play_cpu)
        if os.fstat(target.fileno()).st_size > self.bounds.play_size:
            raise NotValid("This file is too large, also when it is made anew.")

    def _poster(self, film: BinaryIO) -> Decoded:
        """The first picture of a film of ours, through the decoder that pictures go through."""
        with cast("BinaryIO", tempfile.TemporaryFile()) as still:
            arguments = ["-v", "error", "-nostdin", "-y", *_input(film, "mov"), "-frames:v", "1"]
            arguments += [*_BARE, "-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe", _place(still)]
            self._run(self.tools.ffmpeg, arguments, [film, still], seconds=_LOOK_SECONDS)
            return decode(still, self.folder, self.bounds, POSTER)

    def _run(self, program: str, arguments: list[str], files: list[BinaryIO], *, seconds: int) -> bytes:
        handles = [file.fileno() for file in files]
        job = {
            "program": program,
            "arguments": arguments,
            "files": handles,
            "memory": self.bounds.play_memory,
            "seconds": seconds,
            "bytes": self.bounds.play_size * 2,
        }
        with tempfile.TemporaryFile() as answer:
            with subprocess.Popen(  # noqa: S603 our own program, by its full path; the job is made here
                [sys.executable, "-I", str(_PROGRAM), msgspec.json.encode(job).decode()],
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                pass_fds=handles,
                env={},
                cwd="/",
            ) as process:
                code = self._ended(process)
            if code != 0:
                raise NotValid(_BROKEN, detail=f"{Path(program).name} ended with {code}")
            answer.seek(0)
            return answer.read(_MAX_ANSWER)

    def _ended(self, process: subprocess.Popen[bytes]) -> int:
        """How it ended by itself, or by us when it took too long or nobody waits for it any more."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and not self.bounds.given_up.is_set():
            try:
                return process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
        process.kill()
        return process.wait()


def _input(file: BinaryIO, reader: str) -> list[str]:
    """How a file is read: this one, by this reader, and nothing else whatever stands in it (WEB-12)."""
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", reader, "-codec_whitelist", _CODECS),
        *("-max_streams", str(_MOST_TRACKS + 1), "-f", reader, "-i", _place(file)),
    ]


def _place(file: BinaryIO) -> str:
    # By its number: no name of a file is ever part of a command, and one without a name is found, too.
    return f"file:/proc/self/fd/{file.fileno()}"


def _decoded(whole: Part, poster: Decoded | None, made: _Probe, *, loop: bool) -> Decoded:
    seconds = round(made.seconds, 3)
    bits = int(_number(made.format.bit_rate))
    picture = made.picture
    if poster is None or picture is None:
        play = Play(kind="sound", seconds=seconds, bits=bits)
        return Decoded(whole=whole, small=None, width=0, height=0, blurhash="", play=play)
    frames = round(_rate(picture.avg_frame_rate), 3)
    play = Play(kind="loop" if loop else "film", seconds=seconds, frames=frames, bits=bits)
    return Decoded(
        whole=whole,
        small=poster.whole,
        width=picture.width,
        height=picture.height,
        blurhash=poster.blurhash,
        play=play,
    )


def _part(folder: Folder, name: str) -> Part:
    """What was made, looked at once more from outside."""
    with folder.path(name).open("rb") as file:
        kind = kind_of(file.read(LOOKS_AT))
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    if kind not in RECORDED:
        raise NotValid(_BROKEN, detail="ffmpeg made something else")
    return Part(name=name, media_type=kind.media_type, size=size, sha256=digest)


def _sources(source: BinaryIO) -> tuple[str, ...]:
    """The terms that the file names for how it was made, wherever they stand in it."""
    found: set[str] = set()
    source.seek(0)
    end = b""
    while piece := source.read(1 << 20):
        found.update(each.decode() for each in _SOURCE.findall(end + piece))
        end = piece[-96:]
    return tuple(sorted(found)[:20])


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if 0 <= found < 1e12 else 0.0


def _rate(text: str) -> float:
    """Pictures in a second, from a fraction; nought where it is not known."""
    above, _, below = text.partition("/")
    divisor = _number(below or "1")
    return _number(above) / divisor if divisor else 0.0
