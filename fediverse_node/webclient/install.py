"""Installing a client from a folder or a zip file: all of it, or nothing."""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.webclient.place import BASE, INDEX

MOST_FILES: Final = 20_000
MOST_BYTES: Final = 256 << 20
_MOST_OF_PAGE: Final = 4 << 20
_PIECE: Final = 1 << 20
#: An address that begins at the root of the host, in a tag of the first page.
_AT_ROOT = re.compile(
    r"<(?:script|link)\b[^>]{0,2000}?\b(?:src|href)\s{0,5}=\s{0,5}[\"']?(/(?!/)[^\"'\s>]{0,500})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What lies there."""

    files: int
    size: int


def install(source: Path, folder: Path) -> Installed:
    """Put the client in *source*, a folder or a zip file, into *folder*, in the place of any other.

    Browsers get the old one or the new one, never half of each.

    Raises:
        NotFound: there is nothing at *source*.
        NotValid: it is no client that can be used here; the message says what to do.
    """
    if not source.exists():
        raise NotFound(f"There is nothing at {source}.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".client-", dir=folder.parent))
    try:
        made = work / "new"
        made.mkdir()
        if source.is_dir():
            _take(_in_folder(source), made)
        else:
            _take_zip(source, made)
        _check(made / INDEX)
        made.chmod(0o755)
        if folder.exists():
            folder.rename(work / "old")
        made.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    found = describe(folder)
    assert found is not None, "it was put there"
    return found


def remove(folder: Path) -> bool:
    """Take the client away. False where there is none."""
    if not (folder / INDEX).is_file():
        return False
    work = Path(tempfile.mkdtemp(prefix=".client-", dir=folder.parent))
    folder.rename(work / "old")
    shutil.rmtree(work)
    return True


def describe(folder: Path) -> Installed | None:
    """What lies in *folder*; None where there is no client."""
    if not (folder / INDEX).is_file():
        return None
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Installed(files=len(sizes), size=sum(sizes))


def _in_folder(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    top = _top({path.relative_to(source).as_posix() for path in source.rglob("*") if _is_plain(path)})
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if _is_plain(path) and name.startswith(top):
            with path.open("rb") as file:
                yield name.removeprefix(top), file


def _is_plain(path: Path) -> bool:
    # A link could lead to a secret of the server's, and would be handed out to everybody.
    return path.is_file() and not path.is_symlink()


def _take_zip(source: Path, made: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            _take(_in_zip(archive), made)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise NotValid(f"{source} is neither a folder nor a zip file that can be read: {error}.") from error


def _in_zip(archive: zipfile.ZipFile) -> Iterator[tuple[str, IO[bytes]]]:
    plain = [
        info
        for info in archive.infolist()
        if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16)
    ]
    top = _top({info.filename for info in plain})
    for info in plain:
        if info.filename.startswith(top):
            with archive.open(info) as file:
                yield info.filename.removeprefix(top), file


def _top(names: set[str]) -> str:
    """The folder within that holds everything, as archives often have one; the empty text for none."""
    pages = sorted(
        (name for name in names if PurePosixPath(name).name == INDEX), key=lambda name: name.count("/")
    )
    if not pages:
        raise NotValid(
            f"There is no {INDEX} in it. Name the folder that the client was built into, often dist."
        )
    return pages[0].removesuffix(INDEX)


def _take(files: Iterator[tuple[str, IO[bytes]]], made: Path) -> None:
    count = size = 0
    for name, file in files:
        parts = PurePosixPath(name).parts
        if any(part.startswith(".") for part in parts) or "\\" in name:
            continue
        path = made.joinpath(*parts)
        if PurePosixPath(name).is_absolute() or not path.is_relative_to(made):
            raise NotValid(f"The name {name[:100]!r} leads out of the client's folder.")
        path.parent.mkdir(parents=True, exist_ok=True)
        count += 1
        with path.open("wb") as out:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > MOST_BYTES or count > MOST_FILES:
                    raise NotValid(
                        f"It is too large: at most {MOST_FILES:,} files and {MOST_BYTES >> 20} MiB are taken."
                    )
                out.write(piece)


def _check(index: Path) -> None:
    """Raises NotValid where the first page asks for files that are not below `/app/`."""
    if not index.is_file():
        raise NotValid(f"There is no {INDEX} in it.")
    page = index.read_bytes()[:_MOST_OF_PAGE].decode("utf-8", "replace")
    astray = next((match[1] for match in _AT_ROOT.finditer(page) if not match[1].startswith(BASE)), None)
    if astray is not None:
        raise NotValid(
            f"It was built for the root of a host (it asks for {astray[:80]}), and here it lives at {BASE}. "
            f"Build it for that address, for instance with: npx vite build --base={BASE}"
        )
