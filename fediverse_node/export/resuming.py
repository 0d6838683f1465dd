"""Where an export goes on that was interrupted.

What was collected stays where it still says what is so: everything on the bench is looked at again before it
goes out, whoever put it there. What was allowed since is found in the log, and from the oldest such post on
everything is collected anew; so the rows are those of an export that was not interrupted.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from fediverse_node.consent import queries as ledger
from fediverse_node.export.workbench import Workbench
from fediverse_node.posts import exportable
from fediverse_node.receipts import queries as receipts
from fediverse_node.storage.tx import Tx

#: After so long, or so many decisions, everything is collected anew.
OLDEST: Final = timedelta(days=1)
MOST_DECISIONS: Final = 5000


def go_on(tx: Tx, bench: Workbench) -> int:
    """The post after which to go on, of which the *bench* knows from now on; -1 for the beginning."""
    after = bench.go_back(_changed_from(tx, bench))
    size, line = _log(tx)
    began = bench.noted().get("began") if after >= 0 else None
    bench.note(size=str(size), line=line, began=began or tx.now.isoformat())
    bench.keep(after)
    return after


def _changed_from(tx: Tx, bench: Workbench) -> int | None:
    """The oldest post that was allowed since; None for none of them, -1 where that cannot be known."""
    noted = bench.noted()
    if "began" not in noted or tx.now - datetime.fromisoformat(noted["began"]) > OLDEST:
        return -1
    size = int(noted["size"])
    # After a backup was restored, the log may be shorter, or another one.
    if _log(tx)[0] < size or _line(tx, size) != noted["line"]:
        return -1
    since = receipts.in_order(tx, size - 1, MOST_DECISIONS + 1)
    if len(since) > MOST_DECISIONS:
        return -1
    allowed = ledger.by_seqs(tx, [each.seq for each in since if each.kind == "grant"])
    return min(exportable.ids_of(tx, [entry.object_uri for entry in allowed]), default=None)


def _log(tx: Tx) -> tuple[int, str]:
    log = receipts.log_of(tx)
    size = 0 if log is None else log.size
    return size, _line(tx, size)


def _line(tx: Tx, size: int) -> str:
    """What tells the last of the first *size* lines of the log from any other."""
    found = receipts.entries(tx, size - 1, size) if size else []
    return hashlib.sha256("".join(found).encode()).hexdigest()
