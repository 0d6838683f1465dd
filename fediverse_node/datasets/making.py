"""Making a release: an export becomes the one that is handed out, all at once, and the one before it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from fediverse_node.config.sections import Config
from fediverse_node.datasets import queries, shelf
from fediverse_node.datasets.model import Release, Settings
from fediverse_node.export.dataset import export_dataset
from fediverse_node.kernel.errors import NotFound, NotNow, NotValid
from fediverse_node.receipts import queries as receipts
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Decisions that one transaction notes: a long one would hold up everybody who writes.
BATCH: Final = 2_000
#: Decisions that are taken back again and again while we write must not keep us here for ever.
_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The release that is current now. `new` is False when it already was: nothing had changed."""

    release: Release
    new: bool


async def make(
    db: Database, config: Config, settings: Settings, *, progress: Callable[[str], None] = lambda _: None
) -> Made:
    """Export with *settings* and publish what was written.

    Raises:
        NotAllowed, NotValid: the operator has not said that releases are published; or as `export_dataset`.
        Conflict: another release is being made.
        NotNow: decisions kept being taken back while it was made.
    """
    require_publishing(config)
    root = shelf.folder_of(config)
    for _ in range(_TRIES):
        with shelf.making(root) as place:
            made = await _attempt(db, config, place, settings, progress)
        if made is not None:
            return made
    raise NotNow("Decisions kept changing while the release was made. Try again.")


async def take_down(db: Database) -> Release:
    """End the current release without a successor.

    Raises:
        NotFound: there is none.
    """
    found = await db.write(queries.withdraw)
    if found is None:
        raise NotFound("There is no current release.")
    log.info("dataset.withdrawn", extra={"sha256": found.sha256})
    return found


def require_publishing(config: Config) -> None:
    """Raises NotValid unless the operator wants releases to be published."""
    if not config.datasets.publish:
        raise NotValid("Releases are not published here. To change that, set datasets.publish = true.")


async def _attempt(
    db: Database, config: Config, place: Path, settings: Settings, progress: Callable[[str], None]
) -> Made | None:
    """One try; None when a decision was taken back before it could be published."""
    await db.write(queries.abandon)
    log_size = await db.read(_log_size)
    written = await export_dataset(
        db, config, place, filters=settings.filters, form=settings.form, progress=progress
    )
    before = await db.read(queries.current)
    if before is not None and before.sha256 == written.sha256:
        return Made(release=before, new=False)
    release = Release(
        id=0,
        sha256=written.sha256,
        state="preparing",
        made_at=db.clock(),
        ended_at=None,
        rows=written.rows,
        authors=written.authors,
        log_size=log_size,
        settings=settings,
        on_disk=True,
    )
    prepared = await _note(db, release, place, progress)
    root = shelf.folder_of(config)
    await asyncio.to_thread(shelf.keep, root, place, release.sha256)
    published = await db.write(partial(_publish, release_id=prepared.id, sha256=release.sha256))
    if published is None:
        await asyncio.to_thread(shelf.clear, root, release.sha256)
        return None
    log.info("dataset.released", extra={"sha256": published.sha256, "rows": published.rows})
    return Made(release=published, new=True)


async def _note(db: Database, release: Release, place: Path, progress: Callable[[str], None]) -> Release:
    files = await asyncio.to_thread(shelf.inventory, place)
    prepared = await db.write(lambda tx: queries.prepare(tx, _with_id(tx, release), files))
    noted = 0
    batches = shelf.decisions(place, at_once=BATCH)
    while (batch := await asyncio.to_thread(next, batches, None)) is not None:
        await db.write(partial(_add, release_id=prepared.id, seqs=batch))
        noted += len(batch)
        progress(f"noting: {noted} posts so far")
    return prepared


def _with_id(tx: Tx, release: Release) -> Release:
    return replace(release, id=tx.new_id())


def _add(tx: Tx, *, release_id: int, seqs: Sequence[int]) -> None:
    queries.add_rows(tx, release_id, seqs)


def _publish(tx: Tx, *, release_id: int, sha256: str) -> Release | None:
    prepared = queries.by_sha256(tx, sha256)
    if prepared is None or queries.stale_since(tx, prepared) is not None:
        queries.abandon(tx)
        return None
    queries.publish(tx, release_id)
    return queries.by_sha256(tx, sha256)


def _log_size(tx: Tx) -> int:
    found = receipts.log_of(tx)
    return 0 if found is None else found.size
