"""Which posts may go out now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import Entry, Granted
from fediverse_node.export.credit import names_of
from fediverse_node.export.filters import Filters
from fediverse_node.posts import exportable
from fediverse_node.posts.exportable import Candidate
from fediverse_node.posts.subject import subject_of
from fediverse_node.receipts import queries as receipts
from fediverse_node.receipts.model import Receipt
from fediverse_node.storage.tx import Tx

#: Posts that are looked at together.
PAGE = 1000
#: Authors that are kept in memory.
_MOST_AUTHORS: Final = 5000


class Eligible(msgspec.Struct, frozen=True, gc=False):
    """A post that may go out, who wrote it, and the proof that its author allowed it.

    `receipt` is whole: without one that others can check, nothing goes out.
    """

    post: Candidate
    author: Actor
    granted: Granted
    receipt: Receipt


class Unchanged(NamedTuple):
    """What has to be as it was, for a row that is written to go out.

    Attributes:
        number: of the row.
        seq: the last line of the ledger about the post, which is a yes.
        name: what its author is called in it.
        mark: as `exportable.marks_among` gives it.
    """

    number: int
    uri: str
    seq: int
    name: str | None
    mark: tuple[Any, ...]


class Authors:
    """Who wrote what is looked at in one snapshot: whoever wrote much is read once, not with each page."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[int, Actor] = {}

    def among(self, ids: set[int]) -> Mapping[int, Actor]:
        """Those of *ids* that there are, by id, and perhaps others."""
        missing = ids - self._known.keys()
        if missing:
            if len(self._known) > _MOST_AUTHORS:
                self._known, missing = {}, ids
            self._known.update(actors.by_ids(self._tx, missing))
        return self._known


def all_eligible(tx: Tx, filters: Filters, *, after: int = -1) -> Iterator[tuple[int, list[Eligible]]]:
    """Everything past the post *after* that may go out and is asked for, oldest post first.

    Many at a time, each time with the last post that was looked at.
    """
    authors = Authors(tx)
    while page := exportable.candidates(tx, after=after, limit=PAGE):
        after = page[-1].id
        found = _granted(tx, [post for post in page if filters.wants(post)], authors)
        yield after, [each for each in found if filters.wants_yes(each.granted.entry)]


def changed(tx: Tx, rows: Sequence[Unchanged], authors: Authors) -> list[int]:
    """The numbers of those *rows* of which anything is otherwise by now.

    A line of the ledger is never changed, and nothing takes a receipt away but a later line: while the last
    line is the one that said yes, and the post and its author are what they were, so is the answer.
    """
    marks = exportable.marks_among(tx, [row.mark[0] for row in rows])
    lines = ledger.last_lines(tx, [row.uri for row in rows])
    writers = {row.mark[1] for row in rows}
    found = authors.among(writers)
    good = {each for each in writers if _in_good_standing(found.get(each))}
    return [
        number
        for number, uri, seq, name, mark in rows
        if marks.get(mark[0]) != mark
        or lines.get(uri) != seq
        or mark[1] not in good
        or (name is not None and name not in names_of(found[mark[1]]))
    ]


def _in_good_standing(author: Actor | None) -> bool:
    return author is not None and author.active and author.moved_to is None


def _granted(tx: Tx, page: list[Candidate], authors: Authors) -> list[Eligible]:
    writers = authors.among({post.actor_id for post in page})
    entries = decisions.states(tx, [post.uri for post in page])
    proved = receipts.by_seqs(tx, [entry.seq for entry in entries.values() if entry.kind == "grant"])
    found = []
    for post in page:
        entry = entries.get(post.uri)
        if entry is not None:
            eligible = judge(post, writers[post.actor_id], entry, proved.get(entry.seq))
            if eligible is not None:
                found.append(eligible)
    return found


def judge(post: Candidate, author: Actor, entry: Entry, receipt: Receipt | None) -> Eligible | None:
    """*post* as one that may go out, or None. Looks at nothing but what is said of this one post.

    Args:
        post: a candidate.
        author: who wrote it.
        entry: the last line of the ledger about it.
        receipt: that of this line.
    """
    proof = decisions.dataset_granted(subject_of(post, author), entry)
    if proof is None or receipt is None or receipt.status != "active":
        return None
    return Eligible(post, author, proof, receipt)
