"""Who may decide, what is in force, and the one function that says so to every channel."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from fediverse_node.consent import proving, queries, terms
from fediverse_node.consent.model import (
    OPEN_DATASET,
    Decision,
    Entry,
    Granted,
    Kind,
    Method,
    Purpose,
    Subject,
)
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.receipts import issue
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)


def granted(subject: Subject, entry: Entry | None) -> Granted | None:
    """Proof that *entry*, the last line about *subject*, is a yes that is in force now, or None.

    It is in force for the very revision it named, given by the author, under the terms of today,
    while the post is public, present, and its author's account in good standing.
    """
    if entry is None or entry.kind != "grant":
        return None
    if not (subject.public and subject.own and subject.present):
        return None
    named = (entry.object_uri, entry.actor_uri, entry.revision, entry.terms_id, entry.terms_sha256)
    current = (
        subject.object_uri,
        subject.author_uri,
        subject.revision,
        terms.CURRENT.id,
        terms.CURRENT.sha256,
    )
    return Granted(entry=entry) if named == current else None


def decision_for(subject: Subject, entry: Entry | None) -> Decision:
    """What every channel says of *subject*, whose last line in the ledger is *entry*."""
    proof = granted(subject, entry)
    if proof is None:
        return Decision()
    train_ai = "train-ai" in proof.entry.purposes
    dataset = train_ai and "dataset" in proof.entry.purposes
    return Decision(train_ai=train_ai, dataset=dataset, receipt=proof.entry.seq if train_ai else None)


def states(tx: Tx, object_uris: Iterable[str]) -> dict[str, Entry]:
    """The last line about each of *object_uris* that has one, in one statement."""
    return queries.latest(tx, object_uris)


def decisions(tx: Tx, subjects: Iterable[Subject]) -> dict[str, Decision]:
    """The decision about each of *subjects*, by the post's id, in one statement."""
    asked = list(subjects)
    # Only what could be a yes is looked up: a page of remote posts costs nothing.
    entries = states(tx, [each.object_uri for each in asked if each.public and each.own and each.present])
    return {each.object_uri: decision_for(each, entries.get(each.object_uri)) for each in asked}


def decide(
    tx: Tx,
    subject: Subject,
    *,
    actor_uri: str,
    kind: Kind,
    purposes: tuple[str, ...] = OPEN_DATASET,
    method: Method,
) -> Entry:
    """Write down what *actor_uri* decided about *subject*.

    Raises:
        NotAllowed: it is somebody else's post.
        NotValid: a purpose we do not know, or a yes to what can never be a yes.
    """
    if actor_uri != subject.author_uri:
        raise NotAllowed(
            "Only the author of a post can decide about its use.",
            detail=f"{actor_uri} about {subject.object_uri}",
        )
    known = _known(purposes)
    if kind == "grant":
        _check_grantable(subject, known)
    entry = queries.append(
        tx,
        (actor_uri, subject.object_uri, subject.revision),
        kind=kind,
        purposes=known,
        terms=terms.CURRENT,
        method=method,
    )
    proving.prove(tx, entry)
    log.info("consent.decided", extra={"seq": entry.seq, "kind": kind, "method": method})
    return entry


def choose(tx: Tx, subject: Subject, *, actor_uri: str, allow: bool, method: Method) -> Entry:
    """Write down that the author wants (*allow*) or does not want this revision in training.

    What a box that was ticked or unticked means. Saying again what the ledger already says adds
    no line, so that a repeated request is harmless.

    Raises:
        NotAllowed: it is somebody else's post.
        NotValid: *allow*, for a post that is not public or not of this server.
    """
    last = states(tx, [subject.object_uri]).get(subject.object_uri)
    in_force = granted(subject, last) is not None
    if last is not None and actor_uri == subject.author_uri and _says(last, subject, in_force) == allow:
        return last
    kind: Kind = "grant" if allow else "withdraw" if last is not None and last.kind == "grant" else "deny"
    return decide(tx, subject, actor_uri=actor_uri, kind=kind, method=method)


def supersede(tx: Tx, subject: Subject) -> Entry | None:
    """Note that *subject*, a new revision, is not what an earlier yes was about.

    The yes fell away with the edit itself; this line only says so. Nothing is written where there
    was no yes, or where it was about this revision.
    """
    last = states(tx, [subject.object_uri]).get(subject.object_uri)
    if last is None or last.kind != "grant" or last.revision == subject.revision:
        return None
    return decide(
        tx, subject, actor_uri=subject.author_uri, kind="supersede", purposes=last.purposes, method="edit"
    )


def erase(tx: Tx, subject: Subject) -> Entry | None:
    """Note that *subject* was deleted. Nothing is written where nothing had been decided."""
    last = states(tx, [subject.object_uri]).get(subject.object_uri)
    if last is None or last.kind == "erase":
        return None
    return decide(
        tx, subject, actor_uri=subject.author_uri, kind="erase", purposes=last.purposes, method="delete"
    )


def lapse(tx: Tx, actor_uri: str, *, method: Method, limit: int) -> int:
    """Note for at most *limit* posts of *actor_uri* that its yes has ended, and give how many it were.

    Each had ended already with the author's standing; these lines only say so, to whoever keeps a copy.
    They are never undone: who comes back decides anew.
    """
    # Two that work on one person at once would each write the line.
    issue.hold(tx)
    found = queries.standing(tx, actor_uri, limit)
    for last in found:
        entry = queries.append(
            tx,
            (actor_uri, last.object_uri, last.revision),
            kind="withdraw",
            purposes=last.purposes,
            terms=terms.CURRENT,
            method=method,
        )
        proving.prove(tx, entry)
    if found:
        log.info("consent.lapsed", extra={"count": len(found), "method": method})
    return len(found)


def _says(last: Entry, subject: Subject, in_force: bool) -> bool | None:  # noqa: FBT001 a fact, handed on
    """Yes or no as *last* says for this very revision; None where it says nothing about it."""
    if last.kind == "grant":
        return True if in_force and last.purposes == OPEN_DATASET else None
    return False if last.revision == subject.revision and last.kind in {"deny", "withdraw"} else None


def _known(purposes: tuple[str, ...]) -> tuple[Purpose, ...]:
    known: tuple[Purpose, ...] = tuple(purpose for purpose in OPEN_DATASET if purpose in purposes)
    unknown = sorted(set(purposes) - set(known))
    if unknown:
        raise NotValid(f"“{unknown[0][:50]}” is no known use. Known are: {', '.join(OPEN_DATASET)}.")
    return known


def _check_grantable(subject: Subject, purposes: tuple[Purpose, ...]) -> None:
    if "train-ai" not in purposes:
        raise NotValid("A yes names at least train-ai: every post in the dataset may be trained on.")
    if not subject.present:
        raise NotValid("This post was deleted.")
    if not subject.public:
        raise NotValid("Only a public post can be used for training. Its visibility is another.")
    if not subject.own:
        raise NotValid("Training use can be allowed only for your own words on this server.")
