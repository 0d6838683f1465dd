"""Which posts may go out now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent.model import Granted
from fediverse_node.posts import exportable
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.receipts import queries as receipts
from fediverse_node.receipts.model import Receipt
from fediverse_node.storage.tx import Tx

PAGE = 500
#: A post that says nothing of how it came about is not taken for a person's: nobody knows.
_BY_PEOPLE = frozenset({"human-only"})
_WITH_ASSISTANCE = _BY_PEOPLE | {"ai-assisted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible:
    """A post that may go out, who wrote it, and the proof that its author allowed it.

    `receipt` is whole: without one that others can check, nothing goes out.
    """

    post: Post
    author: Actor
    granted: Granted
    receipt: Receipt


def all_eligible(tx: Tx, *, include_ai_assisted: bool) -> Iterator[Eligible]:
    """Everything that may go out, oldest post first."""
    after = -1
    while page := exportable.candidates(tx, after=after, limit=PAGE):
        after = page[-1].id
        yield from _granted(tx, page, include_ai_assisted=include_ai_assisted)


def still_eligible(tx: Tx, ids: Iterable[int], *, include_ai_assisted: bool) -> Iterator[Eligible]:
    """Those of *ids* that may go out now."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), PAGE):
        page = exportable.candidates_among(tx, wanted[start : start + PAGE])
        yield from _granted(tx, page, include_ai_assisted=include_ai_assisted)


def _granted(tx: Tx, page: list[Post], *, include_ai_assisted: bool) -> Iterator[Eligible]:
    kinds = _WITH_ASSISTANCE if include_ai_assisted else _BY_PEOPLE
    page = [post for post in page if post.ai_disclosure in kinds]
    authors = actors.by_ids(tx, [post.actor_id for post in page])
    entries = decisions.states(tx, [post.uri for post in page])
    proved = receipts.by_seqs(tx, [entry.seq for entry in entries.values() if entry.kind == "grant"])
    for post in page:
        subject = subject_of(post, authors[post.actor_id])
        entry = entries.get(post.uri)
        proof = decisions.granted(subject, entry)
        if proof is None or not decisions.decision_for(subject, entry).dataset:
            continue
        receipt = proved.get(proof.entry.seq)
        if receipt is not None and receipt.status == "active":
            yield Eligible(post=post, author=authors[post.actor_id], granted=proof, receipt=receipt)
