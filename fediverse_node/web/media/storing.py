"""The pictures of our own people, as the configuration says."""

from __future__ import annotations

from pathlib import Path

from fediverse_node.config import Config
from fediverse_node.node import Node
from fediverse_node.storage.engine import sqlite_path
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.decoding import Bounds
from fediverse_node.uploads.intake import Uploads


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


def uploads_of(node: Node) -> Uploads:
    """The pictures of *node*."""
    media = node.config.media
    return Uploads(
        node.db,
        folder=Folder(folder_of(node.config), free_at_least=node.config.database.least_free_mib << 20),
        bounds=Bounds(pixels=media.upload_megapixels * 1_000_000, size=media.upload_megabytes << 20),
        budget=media.account_megabytes << 20,
    )
