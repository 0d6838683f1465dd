"""Writes the dataset: collect in one snapshot, prove, write, look again, and only then let it appear."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from fediverse_node import __version__
from fediverse_node.actors.addresses import Addresses
from fediverse_node.config.sections import Config
from fediverse_node.consent.remembered import memory_of
from fediverse_node.export import parquet, release
from fediverse_node.export.album import Album
from fediverse_node.export.columns import COLUMNS
from fediverse_node.export.duplicates import Likeness
from fediverse_node.export.filters import HUMAN_ONLY, Filters
from fediverse_node.export.folder import appear, check_free, hidden_beside
from fediverse_node.export.pictures import Asked
from fediverse_node.export.progress import Progress
from fediverse_node.export.release import Release
from fediverse_node.export.workbench import Workbench
from fediverse_node.kernel.errors import NotNow
from fediverse_node.storage.database import Database
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.place import folder_of

log = logging.getLogger(__name__)

Format = Literal["jsonl", "parquet", "both"]
#: Decisions that change again and again while we write must not keep us here for ever.
_LOOKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a dataset is written.

    Attributes:
        format: JSON lines, Parquet (which needs the extra `data`), or both.
        language_scores: have a detector look at each text, where the extra `data` is installed. It takes as
            long as everything else together, and stays in memory.
        pictures: also those pictures that their authors allowed, as tar files (WebDataset).
    """

    format: Format = "jsonl"
    language_scores: bool = False
    pictures: bool = False


JSON_LINES = Form()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was written. `sha256` is of the file `MANIFEST.sha256`, and so of everything."""

    out: Path
    rows: int
    authors: int
    sha256: str


def _quiet(_: str) -> None:
    """Tell nobody."""


async def export_dataset(  # noqa: PLR0913 each is said by its name
    db: Database,
    config: Config,
    out: Path,
    *,
    filters: Filters = HUMAN_ONLY,
    form: Form = JSON_LINES,
    ended: Collection[str] = (),
    anew: bool = False,
    progress: Callable[[str], None] = _quiet,
) -> Result:
    """Write the posts that may be used as a dataset to the new folder *out*.

    The same decisions about the same posts give the same bytes, whatever else there is on the server or
    happens there. A decision that is taken back, or a post that is changed, while this runs is not in it;
    nor is one without a receipt that others can check. What was interrupted goes on when the same is
    asked for again, with what was collected so far, all of which is looked at again.

    Args:
        db: where the posts are.
        config: for the server's name and addresses.
        out: must not exist, or be an empty folder.
        filters: which of them are taken.
        form: how they are written.
        ended: receipts (their addresses) of decisions that were taken back, whatever the database says: after
            a backup was restored, it does not know of what was taken back since.
        anew: throw away what an interrupted export to *out* collected.
        progress: told a line now and then, on the event loop.

    Raises:
        Conflict: *out* exists, or is being written by another export; or the database was restored from a
            backup, and does not know what was taken back since.
        NotValid: it cannot be written to; *form* needs what is not installed; or there are fewer authors
            than were asked for.
        NotNow: decisions kept changing under our hands.
    """
    check_free(out)
    await db.read(memory_of(config).require_whole)
    if form.format != "jsonl":
        parquet.require()
    asked = Asked(addresses=Addresses(config.origin), filters=filters, ended=frozenset(ended))
    made = await _begun(config, form, asked, progress)
    files = Folder(folder_of(config))
    words = _words(config, filters, form, ended)
    with (
        hidden_beside(out, anew=anew) as folder,
        Workbench(folder, words) as bench,
        Album(folder, files, asked) as album,
    ):
        likeness = await _collected(db, made, bench)
        if form.pictures:
            await db.read(album.collect)
        secret = await db.read(lambda tx: release.secret(tx, asked.addresses))
        result = await _settle(db, made, release.Desk(folder, bench, likeness, secret, album))
        bench.clear_away()
        await asyncio.to_thread(appear, folder, out)
    log.info("export.written", extra={"rows": result.rows, "sha256": result.sha256})
    return replace(result, out=out)


async def _begun(config: Config, form: Form, asked: Asked, progress: Callable[[str], None]) -> Release:
    loop = asyncio.get_running_loop()
    return await asyncio.to_thread(
        Release,
        config,
        asked.addresses,
        filters=asked.filters,
        ended=asked.ended,
        formats=("jsonl", "parquet") if form.format == "both" else (form.format,),
        language_scores=form.language_scores,
        progress=Progress(lambda line: _tell(loop, progress, line)),
    )


async def _collected(db: Database, made: Release, bench: Workbench) -> Likeness:
    stop = threading.Event()
    try:
        return await db.read(lambda tx: made.collect(tx, bench, stop))
    finally:
        stop.set()  # a thread that collects for somebody who has gone ends at its next page


def _words(config: Config, filters: Filters, form: Form, ended: Collection[str]) -> str:
    """What is exported, and how. Whoever goes on has been asked for the same, and is the same software."""
    asked = [__version__, config.origin, filters, form, sorted(ended), [each.name for each in COLUMNS]]
    return msgspec.json.encode(asked).decode()


def _tell(loop: asyncio.AbstractEventLoop, progress: Callable[[str], None], line: str) -> None:
    if not loop.is_closed():  # a thread may outlive whoever it worked for
        loop.call_soon_threadsafe(progress, line)


async def _settle(db: Database, made: Release, desk: release.Desk) -> Result:
    """Write until nothing has changed since: after the last look follows only a rename."""
    for _ in range(_LOOKS):
        totals = await asyncio.to_thread(made.settle, desk)
        vouched = await db.write(lambda tx: made.vouch(tx, totals))  # noqa: B023 awaited within its turn
        proofs = await db.read(lambda tx: made.prove(tx, desk, totals, vouched))  # noqa: B023 likewise
        sha256 = await asyncio.to_thread(made.write, desk, totals, vouched, proofs)
        gone = await db.read(lambda tx: made.look_again(tx, desk, totals))  # noqa: B023 likewise
        if not gone:
            return Result(out=desk.folder, rows=totals.rows, authors=totals.authors, sha256=sha256)
        log.info("export.withdrawn_meanwhile", extra={"rows": gone})
    raise NotNow("Decisions kept changing while the dataset was written. Try again.")
