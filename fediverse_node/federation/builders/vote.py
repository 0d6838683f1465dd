"""A vote: a Note that is nothing but the text of an answer, told to nobody but who asked."""

from __future__ import annotations

from datetime import datetime

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.kernel.clock import to_rfc3339


def document(
    *, id_: str, vote_id: str, voter: str, question: str, author: str, answer: str, now: datetime
) -> JsonDict:
    """The Create of one vote of *voter* for *answer* in *question* (its id), which *author* asked.

    Without `content`: that is how others tell a vote from a reply.
    """
    vote = {
        "id": vote_id,
        "type": "Note",
        "attributedTo": voter,
        "to": [author],
        "cc": [],
        "published": to_rfc3339(now),
        "inReplyTo": question,
        "name": answer,
    }
    return write.activity(
        "Create", id_=id_, actor=voter, object_=vote, audience=([author], []), published=now
    )
