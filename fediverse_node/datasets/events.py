"""What happens to the dataset, one event after the other: a post with its text, or that it must go.

Events are in the order of the consent log, whose places grow without gaps and in the order of the commits;
the numbers of the ledger do not, so a reader who resumed by them could miss one. A post is told of only when
it may go out at the moment of telling, under the decision that is being told; whoever resumes late is not
told of what was taken back meanwhile, only that it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import decisions
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import Entry
from fediverse_node.datasets import queries
from fediverse_node.export.eligible import Eligible
from fediverse_node.export.filters import Filters
from fediverse_node.export.languages import Detector
from fediverse_node.export.row import row_of
from fediverse_node.posts import exportable
from fediverse_node.posts import queries as posts
from fediverse_node.posts.exportable import Candidate
from fediverse_node.posts.subject import subject_of
from fediverse_node.receipts import queries as receipts
from fediverse_node.receipts.ending import line_of
from fediverse_node.receipts.model import JsonDict, Receipt
from fediverse_node.storage.tx import Tx

#: Places of the log that one look goes through.
PAGE: Final = 100
#: Means nothing outside of one release: its names for authors, what repeats what, the pictures beside it.
_OF_A_RELEASE: Final = frozenset({"author_ref", "dup_cluster", "pictures"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. `id` is the place in the consent log, from which one resumes."""

    id: int
    kind: Literal["grant", "withdraw"]
    data: JsonDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found past a place, up to where it was looked, and whether there may be more."""

    events: tuple[Event, ...]
    after: int
    more: bool


def newest(tx: Tx) -> int:
    """The last place in the log; -1 while it is empty."""
    log = receipts.log_of(tx)
    return -1 if log is None else log.size - 1


def past(tx: Tx, after: int, addresses: Addresses, *, limit: int = PAGE) -> Look:
    """What happened past the place *after*.

    Posts are those that the next release would hold, as far as that can be said of one alone.
    """
    release = queries.current(tx)
    filters = release.settings.filters if release is not None else Filters()
    found = receipts.in_order(tx, after, limit)
    told = [event for each in found if (event := _event(tx, each, addresses, filters)) is not None]
    last = found[-1].log_index if found else after
    return Look(events=tuple(told), after=last, more=len(found) == limit)


def _event(tx: Tx, receipt: Receipt, addresses: Addresses, filters: Filters) -> Event | None:
    if receipt.kind == "grant" and receipt.status == "active":
        entry = ledger.by_seq(tx, receipt.seq)
        data = _row(tx, entry, receipt, addresses, filters) if entry is not None else None
        if data is not None:
            return Event(id=receipt.log_index, kind="grant", data=data)
    if receipt.revokes is None:
        return None
    ended = ledger.by_seq(tx, receipt.revokes)
    if ended is None or "dataset" not in ended.purposes:
        return None
    return Event(id=receipt.log_index, kind="withdraw", data=line_of(receipt, addresses))


def _row(tx: Tx, entry: Entry, receipt: Receipt, addresses: Addresses, filters: Filters) -> JsonDict | None:
    """The post that *entry* is about as a row of the dataset; None unless it may go out now because of it."""
    found = _candidate(tx, entry, filters)
    author = actors.by_id(tx, found.actor_id) if found is not None else None
    last = decisions.states(tx, [entry.object_uri]).get(entry.object_uri)
    if found is None or author is None or last is None or last.seq != entry.seq:
        return None
    granted = decisions.dataset_granted(subject_of(found, author), last)
    if granted is None:
        return None
    eligible = Eligible(post=found, author=author, granted=granted, receipt=receipt)
    row = row_of(eligible, addresses=addresses, detector=Detector(wanted=False))
    if row is None or not filters.wants_text(row.text, row.language):
        return None
    told: JsonDict = msgspec.to_builtins(row)
    return {name: value for name, value in told.items() if name not in _OF_A_RELEASE}


def _candidate(tx: Tx, entry: Entry, filters: Filters) -> Candidate | None:
    post = posts.by_uri(tx, entry.object_uri)
    page = exportable.candidates(tx, after=post.id - 1, limit=1) if post is not None else []
    if not page or page[0].uri != entry.object_uri or not filters.wants_yes(entry):
        return None
    return page[0] if filters.wants(page[0]) else None


def lines(events: Sequence[Event]) -> bytes:
    """*events* as server-sent events (WHATWG HTML, 9.2)."""
    return b"".join(
        b"id: %d\nevent: %b\ndata: %b\n\n" % (event.id, event.kind.encode(), msgspec.json.encode(event.data))
        for event in events
    )
