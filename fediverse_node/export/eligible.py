"""Which posts may go out now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import Entry, Granted
from fediverse_node.export.filters import Filters
from fediverse_node.posts import exportable
from fediverse_node.posts.exportable import Candidate, Mark
from fediverse_node.posts.subject import subject_of
from fediverse_node.receipts import queries as receipts
from fediverse_node.receipts.model import Receipt
from fediverse_node.storage.tx import Tx

#: Posts that are looked at together.
PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible:
    """A post that may go out, who wrote it, and the proof that its author allowed it.

    `receipt` is whole: without one that others can check, nothing goes out.
    """

    post: Candidate
    author: Actor
    granted: Granted
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """What has to be as it was, for a row that is written to go out.

    Attributes:
        seq: the last line of the ledger about the post, which is a yes.
    """

    mark: Mark
    uri: str
    seq: int


def all_eligible(tx: Tx, filters: Filters) -> Iterator[list[Eligible]]:
    """Everything that may go out and is asked for, oldest post first, many at a time."""
    after = -1
    while page := exportable.candidates(tx, after=after, limit=PAGE):
        after = page[-1].id
        yield list(_granted(tx, [post for post in page if filters.wants(post)]))


def changed(tx: Tx, rows: Sequence[Unchanged]) -> list[int]:
    """The posts among *rows* of which anything is otherwise by now, by id.

    A line of the ledger is never changed, and nothing takes a receipt away but a later line: while the last
    line is the one that said yes, and the post and its author are what they were, so is the answer.
    """
    marks = {mark.id: mark for mark in exportable.marks_among(tx, [row.mark.id for row in rows])}
    authors = actors.by_ids(tx, {row.mark.actor_id for row in rows})
    lines = ledger.last_lines(tx, [row.uri for row in rows])
    return [
        row.mark.id
        for row in rows
        if marks.get(row.mark.id) != row.mark
        or lines.get(row.uri) != row.seq
        or not _in_good_standing(authors.get(row.mark.actor_id))
    ]


def _in_good_standing(author: Actor | None) -> bool:
    return author is not None and author.active and author.moved_to is None


def _granted(tx: Tx, page: list[Candidate]) -> Iterator[Eligible]:
    authors = actors.by_ids(tx, {post.actor_id for post in page})
    entries = decisions.states(tx, [post.uri for post in page])
    proved = receipts.by_seqs(tx, [entry.seq for entry in entries.values() if entry.kind == "grant"])
    for post in page:
        entry = entries.get(post.uri)
        if entry is not None:
            found = judge(post, authors[post.actor_id], entry, proved.get(entry.seq))
            if found is not None:
                yield found


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
    return Eligible(post=post, author=author, granted=proof, receipt=receipt)
