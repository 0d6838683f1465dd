"""Values of the datasets room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from fediverse_node.export.dataset import Form
from fediverse_node.export.filters import Filters

JsonDict = dict[str, Any]

#: `superseded` has a successor; `withdrawn` was taken down and has none of its own.
State = Literal["preparing", "current", "superseded", "withdrawn"]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a release is made of and how it is written; kept, so that the next one is made alike.

    No language scores unless they are asked for: the detector would stay in the server's memory.
    """

    filters: Filters = Filters()
    form: Form = Form(language_scores=False)

    @property
    def stored(self) -> JsonDict:
        """For the row."""
        found: JsonDict = msgspec.to_builtins(self)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release. What is in it never changes; what becomes of it is its state.

    Attributes:
        sha256: of its file `MANIFEST.sha256`, in hex: its name in addresses.
        made_at: when it was published last: the same rows give the same release again.
        log_size: lines of the consent log before its rows were collected.
        on_disk: whether its files are still there.
    """

    id: int
    sha256: str
    state: State
    made_at: datetime
    ended_at: datetime | None
    rows: int
    authors: int
    log_size: int
    settings: Settings
    on_disk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a release. `path` is relative to its folder, with slashes."""

    path: str
    sha256: str
    size: int
    downloads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who uses the dataset. Their key is nowhere; only its hash is stored.

    Attributes:
        webhook: where they are told what was taken back; None for nowhere.
        told: the place in the consent log up to which they have been told.
        attempts: failed ones in a row.
        gone_since: since when their address says that it is gone.
    """

    id: int
    name: str
    contact: str
    terms_id: str
    terms_sha256: str
    created_at: datetime
    ended_at: datetime | None
    webhook: str | None
    told: int
    due_at: datetime
    attempts: int
    failing_since: datetime | None
    gone_since: datetime | None
    last_answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one release holds of one person: how many posts, and the addresses of the first of them."""

    release: Release
    count: int
    posts: tuple[str, ...]
