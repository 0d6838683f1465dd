"""Where the pictures of our own people lie, as the configuration says."""

from __future__ import annotations

from pathlib import Path

from fediverse_node.config.sections import Config
from fediverse_node.storage.engine import sqlite_path


def folder_of(config: Config) -> Path:
    """Where they lie: where the operator says, else beside the database.

    The part of this node is named by its origin: a neighbour's files in the same place are left alone.
    """
    if config.media.uploads_folder:
        root = Path(config.media.uploads_folder)
    else:
        database = sqlite_path(config.database.url)
        root = (database.parent if database is not None else Path("data")) / "uploads"
    return root / config.domain.replace(":", "_")
