"""Where the files of the client lie, and which of them a path below `/app/` names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fediverse_node.config.sections import Config
from fediverse_node.storage.engine import sqlite_path

#: What every client begins with.
INDEX: Final = "index.html"
#: Where browsers find it. Clients have to be built for this address.
BASE: Final = "/app/"


def folder_of(config: Config) -> Path:
    """Where they lie: where the operator says, else beside the database. It need not exist."""
    if config.server.client_folder:
        return Path(config.server.client_folder)
    database = sqlite_path(config.database.url)
    return (database.parent if database is not None else Path("data")) / "client"


def file_at(folder: Path, path: str) -> Path | None:
    """The file that *path*, decoded and relative to `/app/`, names; None when there is none.

    A path without an ending that names no file is a place inside the client, which finds its way itself.
    """
    parts = path.split("/") if path else [INDEX]
    if parts[-1] == "":
        parts[-1] = INDEX
    # Hidden files are nobody's business, and `..` is one of them.
    if any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return None
    found = folder.joinpath(*parts)
    if _is_inside(found, folder):
        return found
    within = folder / INDEX
    return within if "." not in parts[-1] and within.is_file() else None


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether it is a file that lies in *folder* itself, wherever links lead."""
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())
