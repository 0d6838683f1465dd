"""Opening what somebody brings: a ZIP or tar file, of which nothing is believed and nothing is unpacked.

Files are read by their exact names, so that `../` in a name leads nowhere and a link is passed over
(DOS-14). What an archive says of sizes is checked while it is read: a megabyte may hold gigabytes of zeros.
"""

from __future__ import annotations

import contextlib
import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, Final, Protocol, cast

from fediverse_node.kernel.errors import NotValid, TooLarge

#: Largest file that is read out of an archive: an outbox of a hundred thousand posts.
MAX_FILE: Final = 128 << 20
#: Entries of an archive, and bytes of what lists those of a ZIP file.
MAX_ENTRIES: Final = 200_000
_MAX_DIRECTORY: Final = 16 << 20
#: Bytes of a whole unpacked tar file, which has to be read to find anything in it.
MAX_UNPACKED: Final = 8 << 30
_MAX_READ: Final = 1 << 20
_NOTHING_LESS: Final[Mapping[str, int]] = MappingProxyType({})
_CHUNK: Final = 1 << 16
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    UnicodeDecodeError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unboxed:
    """The files of an archive that were asked for and are there."""

    files: dict[str, bytes]


def is_box(head: bytes) -> bool:
    """Whether a file that begins so is an archive."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"))


def unbox(file: IO[bytes], wanted: frozenset[str], *, most: Mapping[str, int] = _NOTHING_LESS) -> Unboxed:
    """Those of the *wanted* files that are in the archive *file*; the first of each name.

    Args:
        file: that can be sought in.
        wanted: names.
        most: bytes of those that may be less than `MAX_FILE` long. All that is found is in memory at once.

    Raises:
        TooLarge: a file, or the whole, is larger than the bounds of this module.
        NotValid: it is no archive, or a broken one.
    """
    head = file.read(4)
    file.seek(0)
    opened = _zipped if head.startswith(b"PK") else _tarred
    try:
        with opened(file) as members:
            found: dict[str, bytes] = {}
            for number, member in enumerate(members):
                if number >= MAX_ENTRIES:
                    raise TooLarge(f"An archive has at most {MAX_ENTRIES} files.")
                name = member.name.removeprefix("./")
                if name in wanted and name not in found:
                    found[name] = _whole(member, most.get(name, MAX_FILE))
                if len(found) == len(wanted):
                    break
            return Unboxed(files=found)
    except _BROKEN as error:
        if isinstance(error, NotValid | TooLarge):
            raise
        raise NotValid("This archive cannot be read. It may be broken.", detail=str(error)[:200]) from error


class Pictures:
    """The files of a ZIP file, one at a time; of a tar file none, since it would have to be read each time.

    Args:
        file: stays open as long as they are asked for.
    """

    def __init__(self, file: IO[bytes]) -> None:
        file.seek(0)
        self._zip: zipfile.ZipFile | None = None
        if file.read(2) == b"PK":
            _check_directory(file)
            with contextlib.suppress(*_BROKEN):
                self._zip = zipfile.ZipFile(file)

    def read(self, name: str, limit: int) -> bytes | None:
        """The file with exactly this name; None when there is none, or it is broken or too large."""
        if self._zip is None:
            return None
        try:
            info = self._zip.getinfo(name)
            if not _is_plain(info):
                return None
            with self._zip.open(info) as source:
                data = source.read(limit + 1)
        except (KeyError, *_BROKEN):
            return None
        return data if len(data) <= limit else None


class _Member(Protocol):
    """A file in an archive."""

    @property
    def name(self) -> str:
        """As it stands there."""

    def open(self) -> IO[bytes]:
        """What is in it."""


def _whole(member: _Member, limit: int) -> bytes:
    data = bytearray()
    with member.open() as source:
        while chunk := source.read(_CHUNK):
            data += chunk
            if len(data) > limit:
                raise TooLarge(f"{member.name} is larger than {limit >> 20} MiB.")
    return bytes(data)


@dataclass(frozen=True, slots=True)
class _Zipped:
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    @property
    def name(self) -> str:
        return self.info.filename

    def open(self) -> IO[bytes]:
        return self.archive.open(self.info)


@contextmanager
def _zipped(file: IO[bytes]) -> Iterator[Iterator[_Member]]:
    _check_directory(file)
    with zipfile.ZipFile(file) as archive:
        yield (_Zipped(archive, each) for each in archive.infolist() if _is_plain(each))


def _check_directory(file: IO[bytes]) -> None:
    """Refuse a ZIP file whose list of files is too long to be read into memory, which `zipfile` does."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - (1 << 16) - 22 - 76))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22:
        raise NotValid("This archive cannot be read. It may be broken.")
    listed = int.from_bytes(tail[end + 12 : end + 16], "little")
    large = tail[max(0, end - 76) : max(0, end - 20)]
    if large.startswith(b"PK\x06\x06"):  # of a ZIP64 file, which says it here
        said = int.from_bytes(large[40:48], "little")
        listed = said if listed == 0xFFFFFFFF else max(listed, said)
    if listed > _MAX_DIRECTORY:
        raise TooLarge(f"An archive has at most {MAX_ENTRIES} files.")
    file.seek(0)


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """A file, packed in one of the two ways that everybody uses: others may ask for gigabytes of memory.

    A link has the address it leads to as its text; following it is for whoever unpacks.
    """
    is_link = (info.external_attr >> 28) == 0xA
    return not is_link and info.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True, slots=True)
class _Tarred:
    archive: tarfile.TarFile
    info: tarfile.TarInfo

    @property
    def name(self) -> str:
        return self.info.name

    def open(self) -> IO[bytes]:
        found = self.archive.extractfile(self.info)
        assert found is not None, "it is a regular file"
        return found


@contextmanager
def _tarred(file: IO[bytes]) -> Iterator[Iterator[_Member]]:
    with gzip.GzipFile(fileobj=file) as unpacked:
        bounded = cast("IO[bytes]", _Bounded(unpacked))
        with tarfile.open(fileobj=bounded, mode="r:") as archive:
            yield _regular(archive)


def _regular(archive: tarfile.TarFile) -> Iterator[_Member]:
    while (info := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # it would keep every one for ever
        yield _Tarred(archive, info if info.isreg() else _nothing())


def _nothing() -> tarfile.TarInfo:
    """Stands for a link or device: it counts, and has no name that anybody wants."""
    return tarfile.TarInfo("")


class _Bounded:
    """An unpacked stream that ends with an error rather than never.

    `tarfile` reads what describes a file in one go, however long that says it is.
    """

    def __init__(self, source: gzip.GzipFile) -> None:
        self._source = source

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MAX_READ:
            raise TooLarge("Something in this archive is too large.")
        self._check(self._source.tell() + size)
        return self._source.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._check(offset)
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()

    def _check(self, place: int) -> None:
        if place > MAX_UNPACKED:
            raise TooLarge(f"An archive has at most {MAX_UNPACKED >> 30} GiB unpacked.")
