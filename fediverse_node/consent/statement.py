"""Everything that one author decided, with what proves it."""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.consent import queries
from fediverse_node.consent.model import Entry
from fediverse_node.consent.queries import EVERYTHING, Wanted
from fediverse_node.receipts import queries as receipts
from fediverse_node.receipts.model import Receipt
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the ledger and its receipt; none for a no to what was never allowed."""

    entry: Entry
    receipt: Receipt | None = None

    @property
    def id(self) -> int:
        """By which pages are turned."""
        return self.entry.seq


def of_author(tx: Tx, actor_uri: str, page: Page, wanted: Wanted = EVERYTHING) -> list[Line]:
    """What *actor_uri* decided, as far as it is *wanted*, the newest first."""
    return _proved(tx, queries.of_actor(tx, actor_uri, page, wanted))


def of_post(tx: Tx, object_uri: str) -> list[Line]:
    """Every line about one post, oldest first."""
    return _proved(tx, queries.history(tx, object_uri))


def _proved(tx: Tx, entries: list[Entry]) -> list[Line]:
    found = receipts.by_seqs(tx, [entry.seq for entry in entries])
    return [Line(entry=entry, receipt=found.get(entry.seq)) for entry in entries]
