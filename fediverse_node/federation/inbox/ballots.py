"""Recognising votes: a Note with a name, an answer to a question, and no content.

Mastodon sends one Create for each answer that is chosen; GoToSocial one Create whose object is an
array. The ids of votes need not be fetched, and Mastodon's hold a fragment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fediverse_node.activitystreams.documents import Activity, ObjectDoc
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read import read_object
from fediverse_node.activitystreams.read_object import MAX_POLL_OPTIONS
from fediverse_node.activitystreams.values import items, kind, link
from fediverse_node.kernel.errors import NotAllowed, NotValid

_TEXTS: Final = ("content", "contentMap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What somebody chose: the id of the question, and the names of the answers, each once."""

    question: str
    names: tuple[str, ...]


def is_vote(doc: ObjectDoc) -> bool:
    """Whether *doc* is a vote and no post."""
    return doc.type == "Note" and bool(doc.name) and bool(doc.in_reply_to) and not doc.content


def is_ballot(activity: Activity) -> bool:
    """Whether *activity* is a Create of nothing but votes, embedded."""
    if activity.type != "Create" or not all(map(_looks_like_vote, activity.objects)):
        return False
    return 0 < len(activity.objects) == len(items(activity.raw.get("object")))


def read(activity: Activity) -> Ballot:
    """The ballot in an activity that is one.

    Raises:
        NotValid: more votes than a poll has answers, or votes for several questions.
        NotAllowed: a vote is somebody else's than the activity's actor.
    """
    if len(activity.objects) > MAX_POLL_OPTIONS:
        raise NotValid(f"A poll has at most {MAX_POLL_OPTIONS} answers to vote for.")
    votes = [read_object(node) for node in activity.objects]
    if any(vote.attributed_to != (activity.actor,) for vote in votes):
        raise NotAllowed("A vote is by somebody else than the actor.", detail=activity.actor[:200])
    if len({vote.in_reply_to for vote in votes}) != 1 or not all(map(is_vote, votes)):
        raise NotValid("Votes that come together must be for one question.")
    return of(votes)


def of(votes: list[ObjectDoc]) -> Ballot:
    """The ballot that *votes*, all for one question, make."""
    names = dict.fromkeys(vote.name for vote in votes if vote.name)
    return Ballot(question=votes[0].in_reply_to or "", names=tuple(names))


def _looks_like_vote(node: JsonDict) -> bool:
    # The name comes first: posts have none, and this is asked of every one of them.
    if not node.get("name") or kind(node) != "Note" or link(node.get("inReplyTo")) is None:
        return False
    return not any(node.get(term) for term in _TEXTS)
