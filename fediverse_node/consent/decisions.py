"""Who may decide, what is in force, and the one function that says so to every channel."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from fediverse_node.consent import proving, queries, terms
from fediverse_node.consent.model import (
    CREDITS,
    NOTHING_MORE,
    OPEN_DATASET,
    PLAIN,
    PURPOSES,
    UNNAMED,
    Allowance,
    Credit,
    Decision,
    Entry,
    Extent,
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

    It is in force for the very revision it named, given by the author, for what the terms speak of that
    it was given under, while the post is public, present, and its author's account in good standing. A
    sensitive post needs to have been allowed as one.
    """
    if entry is None or entry.kind != "grant":
        return None
    if not (subject.public and subject.own and subject.present):
        return None
    if subject.sensitive and not entry.sensitive:
        return None
    named = (entry.object_uri, entry.actor_uri, entry.revision)
    current = (subject.object_uri, subject.author_uri, subject.revision)
    return Granted(entry=entry) if named == current and _covered(entry) else None


def _covered(entry: Entry) -> bool:
    """Whether the text that was shown is one of ours, and speaks of everything that *entry* names."""
    text = (entry.terms_id, entry.terms_sha256)
    return _speaks_of(text, entry.purposes, bool(entry.media_sha256), entry.credit)


@lru_cache(maxsize=256)
def _speaks_of(
    text: tuple[str, str],
    purposes: tuple[str, ...],
    media: bool,  # noqa: FBT001 a key of the cache
    credit: str | None,
) -> bool:
    terms_id, sha256 = text
    shown = terms.version(terms_id)
    if shown is None or shown.sha256 != sha256:
        return False
    if not shown.media and media:
        return False
    return set(purposes) <= set(shown.purposes) and (shown.credit or credit is None)


def decision_for(subject: Subject, entry: Entry | None) -> Decision:
    """What every channel says of *subject*, whose last line in the ledger is *entry*."""
    proof = granted(subject, entry)
    if proof is None:
        return Decision()
    purposes = proof.entry.purposes
    train_ai = "train-ai" in purposes
    return Decision(
        train_ai=train_ai,
        dataset=train_ai and "dataset" in purposes,
        ai_input="ai-input" in purposes,
        media=tuple(item for item in proof.entry.media_sha256 if item in subject.media),
        receipt=proof.entry.seq,
    )


def dataset_granted(subject: Subject, entry: Entry) -> Granted | None:
    """Proof that *entry* allows the post into our exports, too, or None. Says what `decision_for` says."""
    proof = granted(subject, entry)
    named = entry.purposes
    return proof if proof is not None and "train-ai" in named and "dataset" in named else None


def of_picture(decision: Decision, sha256: str | None) -> Decision:
    """What every channel says of one picture of a post about which *decision* is the word.

    A picture is never allowed because the post is: only if its own hash was named.
    """
    return replace(decision, media=(sha256,)) if sha256 in decision.media and sha256 else Decision()


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
    extent: Extent = NOTHING_MORE,
) -> Entry:
    """Write down what *actor_uri* decided about *subject*.

    Raises:
        NotAllowed: it is somebody else's post.
        NotValid: a purpose or a picture we do not know, or a yes to what can never be a yes.
    """
    if actor_uri != subject.author_uri:
        raise NotAllowed(
            "Only the author of a post can decide about its use.",
            detail=f"{actor_uri} about {subject.object_uri}",
        )
    known = _known(purposes)
    if kind == "grant":
        _check_grantable(subject, known, extent)
    entry = queries.append(
        tx,
        (actor_uri, subject.object_uri, subject.revision),
        kind=kind,
        purposes=known,
        terms=terms.CURRENT,
        method=method,
        extent=extent,
    )
    proving.prove(tx, entry)
    log.info("consent.decided", extra={"seq": entry.seq, "kind": kind, "method": method})
    return entry


def choose(
    tx: Tx, subject: Subject, *, actor_uri: str, allow: bool, method: Method, to: Allowance = PLAIN
) -> Entry:
    """Write down that the author allows this revision (*allow*, and *to* what), or that they do not.

    What a box that was ticked or unticked means. Saying again what the ledger already says adds
    no line, so that a repeated request is harmless.

    Raises:
        NotAllowed: it is somebody else's post.
        NotValid: *allow*, for a post that is not public or not of this server; for a sensitive one without
            saying so; or for what is no use or picture of it.
    """
    last = states(tx, [subject.object_uri]).get(subject.object_uri)
    own = actor_uri == subject.author_uri
    if not allow:
        if last is not None and own and _says_no(last, subject):
            return last
        standing = last is not None and last.kind == "grant"
        ended = last.purposes if last is not None and standing else OPEN_DATASET
        kind: Kind = "withdraw" if standing else "deny"
        return decide(tx, subject, actor_uri=actor_uri, kind=kind, purposes=ended, method=method)
    extent = _extent(subject, to)
    if last is not None and own and granted(subject, last) is not None and _same(last, to, extent):
        return last
    return decide(
        tx, subject, actor_uri=actor_uri, kind="grant", purposes=to.purposes, method=method, extent=extent
    )


def supersede(tx: Tx, subject: Subject) -> Entry | None:
    """Note that *subject*, a new revision, is not what an earlier yes was about.

    The yes fell away with the edit itself; this line only says so. Nothing is written where there
    was no yes, or where it was about this revision, and holds for a sensitive post if it is one now.
    """
    last = states(tx, [subject.object_uri]).get(subject.object_uri)
    if last is None or last.kind != "grant":
        return None
    if last.revision == subject.revision and (last.sensitive or not subject.sensitive):
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
        end(tx, last, method=method)
    if found:
        log.info("consent.lapsed", extra={"count": len(found), "method": method})
    return len(found)


def end(tx: Tx, last: Entry, *, method: Method) -> Entry:
    """Note that the yes *last*, the last line about its post, is not in force any more.

    For rules of ours that end one; the author's own word is `choose`. Whoever calls it keeps two from
    doing so at once (`receipts.issue.hold`).
    """
    entry = queries.append(
        tx,
        (last.actor_uri, last.object_uri, last.revision),
        kind="withdraw",
        purposes=last.purposes,
        terms=terms.CURRENT,
        method=method,
    )
    proving.prove(tx, entry)
    return entry


def end_named(tx: Tx, seqs: Iterable[int], *, method: Method) -> int:
    """End each yes among the lines *seqs* that is still the last word about its post; how many it were.

    They were taken back before, in a ledger that is lost.
    """
    issue.hold(tx)
    named = {entry.seq: entry for entry in queries.by_seqs(tx, seqs) if entry.kind == "grant"}
    last = queries.latest(tx, {entry.object_uri for entry in named.values()})
    standing = [entry for entry in named.values() if last[entry.object_uri].seq == entry.seq]
    for entry in standing:
        end(tx, entry, method=method)
    if standing:
        log.info("consent.recovered", extra={"count": len(standing)})
    return len(standing)


def _says_no(last: Entry, subject: Subject) -> bool:
    return last.revision == subject.revision and last.kind in {"deny", "withdraw"}


def _same(last: Entry, to: Allowance, extent: Extent) -> bool:
    """Whether *last*, a yes in force, is to the very same."""
    said = (last.licence, last.media_sha256, bool(last.sensitive), last.credit)
    return set(last.purposes) == set(to.purposes) and said == (
        extent.licence,
        extent.media_sha256,
        bool(extent.sensitive),
        extent.credit,
    )


def _extent(subject: Subject, to: Allowance) -> Extent:
    # In the order of the post, so that the same decision is the same line by whichever door it comes.
    named = tuple(item for item in subject.media if item in to.media)
    if set(to.media) - set(named):
        raise NotValid("A picture that was named does not belong to this post.")
    credit = credit_named(to.credit)
    # It says something only of a post that is sensitive.
    return Extent(
        licence=subject.licence,
        media_sha256=named,
        sensitive=(to.sensitive and subject.sensitive) or None,
        credit=credit if "dataset" in to.purposes else None,
    )


def credit_named(word: str | None) -> Credit | None:
    """How *word* says that datasets name an author; None for not at all.

    Raises:
        NotValid: it is none of the words for that.
    """
    if word is None or word == UNNAMED:
        return None
    found = next((credit for credit in CREDITS if credit == word), None)
    if found is None:
        raise NotValid(f"How datasets name you is one of: {', '.join((UNNAMED, *CREDITS))}.")
    return found


def _known(purposes: tuple[str, ...]) -> tuple[Purpose, ...]:
    known: tuple[Purpose, ...] = tuple(purpose for purpose in PURPOSES if purpose in purposes)
    unknown = sorted(set(purposes) - set(known))
    if unknown:
        raise NotValid(f"“{unknown[0][:50]}” is no known use. Known are: {', '.join(PURPOSES)}.")
    return known


def _check_grantable(subject: Subject, purposes: tuple[Purpose, ...], extent: Extent) -> None:
    if not purposes:
        raise NotValid(f"A yes names what it is to: {', '.join(PURPOSES)}.")
    if "dataset" in purposes and "train-ai" not in purposes:
        raise NotValid("A yes to dataset is one to train-ai, too: every post in it may be trained on.")
    if not subject.present:
        raise NotValid("This post was deleted.")
    if not subject.public:
        raise NotValid("Only a public post can be used for training. Its visibility is another.")
    if not subject.own:
        raise NotValid("Training use can be allowed only for your own words on this server.")
    if subject.sensitive and not extent.sensitive:
        raise NotValid(
            "This post is marked as sensitive. It can be allowed only by saying expressly that it may be "
            "used all the same."
        )
