"""The one file that an archive is: ZIP or tar, written as a stream, so that it need not fit anywhere."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from datetime import datetime
from typing import IO, Final, Literal, Protocol

Form = Literal["zip", "tar.gz"]
#: Only its owner may read what is unpacked.
_MODE: Final = 0o600


class Box(Protocol):
    """Files go in one after the other; what `begin`, `add`, `end` and `close` give is to be written out."""

    def begin(self, name: str) -> bytes:
        """The next file."""

    def add(self, data: bytes) -> bytes:
        """More of it."""

    def end(self) -> bytes:
        """It is whole."""

    def close(self) -> bytes:
        """So is the archive."""

    def discard(self) -> None:
        """It is not wanted any more; what is open is closed."""


def open_box(form: Form, now: datetime) -> Box:
    """An empty one. *now* is the date of every file in it."""
    return _Zip(now) if form == "zip" else _Tar(now)


class _Outlet:
    """A file that is only written to, and gives what was written since it was last asked."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        taken, self._written = bytes(self._written), bytearray()
        return taken


class _Zip:
    """A ZIP file. Sizes follow each file, since they are not known before."""

    def __init__(self, now: datetime) -> None:
        self._outlet = _Outlet()
        self._zip = zipfile.ZipFile(self._outlet, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]  # writing needs `write` and `flush` alone
        self._file: IO[bytes] | None = None
        self._date = (now.year, now.month, now.day, now.hour, now.minute, now.second)

    def begin(self, name: str) -> bytes:
        member = zipfile.ZipInfo(name, self._date)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = _MODE << 16
        # An outbox may be larger than 2 GiB; the others keep the form that every program reads.
        self._file = self._zip.open(member, "w", force_zip64=name == "outbox.json")
        return self._outlet.take()

    def add(self, data: bytes) -> bytes:
        assert self._file is not None, "after `begin`"
        self._file.write(data)
        return self._outlet.take()

    def end(self) -> bytes:
        assert self._file is not None, "after `begin`"
        self._file.close()
        self._file = None
        return self._outlet.take()

    def close(self) -> bytes:
        self._zip.close()
        return self._outlet.take()

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
        self._zip.close()


class _Tar:
    """A tar file. It says the size of each file before the file, which waits on disk until it is whole."""

    def __init__(self, now: datetime) -> None:
        self._outlet = _Outlet()
        self._tar = tarfile.open(fileobj=self._outlet, mode="w|gz")  # type: ignore[call-overload]  # noqa: SIM115 closed by `close` or `discard`; writing needs `write` alone
        self._spool: IO[bytes] = io.BytesIO()
        self._name = ""
        self._date = int(now.timestamp())

    def begin(self, name: str) -> bytes:
        self._name = name
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 closed by `end` or `discard`
        return b""

    def add(self, data: bytes) -> bytes:
        self._spool.write(data)
        return b""

    def end(self) -> bytes:
        member = tarfile.TarInfo(self._name)
        member.size, member.mtime, member.mode = self._spool.tell(), self._date, _MODE
        self._spool.seek(0)
        self._tar.addfile(member, self._spool)
        self._spool.close()
        return self._outlet.take()

    def close(self) -> bytes:
        self._tar.close()
        return self._outlet.take()

    def discard(self) -> None:
        self._spool.close()
        self._tar.close()
