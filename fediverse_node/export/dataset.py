"""Writes the dataset: collect in one snapshot, prove, write, look again, and only then let it appear."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from fediverse_node.actors.addresses import Addresses
from fediverse_node.config import Config
from fediverse_node.export import parquet, release
from fediverse_node.export.filters import HUMAN_ONLY, Filters
from fediverse_node.export.folder import appear, check_free, hidden_beside
from fediverse_node.export.progress import Progress
from fediverse_node.export.release import Release
from fediverse_node.export.workbench import Workbench
from fediverse_node.kernel.errors import NotNow
from fediverse_node.storage.database import Database

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
    """

    format: Format = "jsonl"
    language_scores: bool = False


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


async def export_dataset(
    db: Database,
    config: Config,
    out: Path,
    *,
    filters: Filters = HUMAN_ONLY,
    form: Form = JSON_LINES,
    ended: Collection[str] = (),
    progress: Callable[[str], None] = _quiet,
) -> Result:
    """Write the posts that may be used as a dataset to the new folder *out*.

    The same decisions about the same posts give the same bytes, whatever else there is on the server or
    happens there. A decision that is taken back, or a post that is changed, while this runs is not in it;
    nor is one without a receipt that others can check.

    Args:
        db: where the posts are.
        config: for the server's name and addresses.
        out: must not exist, or be an empty folder.
        filters: which of them are taken.
        form: how they are written.
        ended: receipts (their addresses) of decisions that were taken back, whatever the database says: after
            a backup was restored, it does not know of what was taken back since.
        progress: told a line now and then, on the event loop.

    Raises:
        Conflict: *out* exists, or is being written by another export.
        NotValid: it cannot be written to; *form* needs what is not installed; or there are fewer authors
            than were asked for.
        NotNow: decisions kept changing under our hands.
    """
    check_free(out)
    if form.format != "jsonl":
        parquet.require()
    addresses = Addresses(config.origin)
    loop = asyncio.get_running_loop()
    made = await asyncio.to_thread(
        Release,
        config,
        addresses,
        filters=filters,
        ended=frozenset(ended),
        formats=("jsonl", "parquet") if form.format == "both" else (form.format,),
        language_scores=form.language_scores,
        progress=Progress(lambda line: _tell(loop, progress, line)),
    )
    stop = threading.Event()
    with hidden_beside(out) as folder, Workbench(folder) as bench:
        try:
            likeness = await db.read(lambda tx: made.collect(tx, bench, stop))
        finally:
            stop.set()  # a thread that collects for somebody who has gone ends at its next page
        secret = await db.read(lambda tx: release.secret(tx, addresses))
        result = await _settle(db, made, release.Desk(folder, bench, likeness, secret))
        bench.close()
        await asyncio.to_thread(appear, folder, out)
    log.info("export.written", extra={"rows": result.rows, "sha256": result.sha256})
    return replace(result, out=out)


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
