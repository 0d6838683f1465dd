"""Addresses for readers: whatever lies on another server is offered from here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fediverse_node.actors.addresses import Addresses
from fediverse_node.config.sections import Config
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import split_http
from fediverse_node.media.copies import Copies
from fediverse_node.storage.engine import sqlite_path


@dataclass(frozen=True, slots=True)
class ReadersAddresses(Addresses):
    """The address book of a node that keeps copies.

    Attributes:
        copies: what signs the addresses.
        media: the origin that copies are offered from.
    """

    copies: Copies
    media: str

    def shown(self, url: str | None, owner: str) -> str | None:
        """As in `Addresses`; of another server's file the address of our copy, unless there can be none."""
        if url is None or url.startswith(f"{self.origin}/"):
            return url
        if not _is_usable(url) or self.copies.is_hopeless(owner, url):
            return None
        return self.media + self.copies.signer.path(owner, url)

    def copy_of(self, url: str, owner: str) -> str:
        """As in `Addresses`; of another server's file the address of our copy."""
        if url.startswith(f"{self.origin}/") or not _is_usable(url):
            return url
        return self.media + self.copies.signer.path(owner, url)


def folder_of(config: Config) -> Path:
    """Where copies lie: where the operator says, else beside the database."""
    if config.media.folder:
        return Path(config.media.folder)
    database = sqlite_path(config.database.url)
    return (database.parent if database is not None else Path("data")) / "media"


def budget_of(config: Config) -> int:
    """Bytes that all copies may have together."""
    return config.media.cache_megabytes << 20


def _is_usable(url: str) -> bool:
    try:
        split_http(url)
    except NotValid:
        return False
    return True
