"""What makes a Note a Question: its answers, how many chose each, and when it ends."""

from __future__ import annotations

from datetime import datetime

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.polls.model import Option, Poll


def parts(poll: Poll) -> JsonDict:
    """`oneOf` or `anyOf` with the counts, `endTime`, `closed` and `votersCount`."""
    secret = poll.hide_totals and poll.closed_at is None
    answers = [_answer(option, secret=secret) for option in poll.options]
    return write.present(
        {
            "type": "Question",
            "anyOf" if poll.multiple else "oneOf": answers,
            "endTime": _moment(poll.ends_at),
            "closed": _moment(poll.closed_at),
            "votersCount": 0 if secret else poll.voters_count,
        }
    )


def _answer(option: Option, *, secret: bool) -> JsonDict:
    replies = {"type": "Collection", "totalItems": 0 if secret else option.votes}
    return {"type": "Note", "name": option.name, "replies": replies}


def _moment(when: datetime | None) -> str | None:
    return to_rfc3339(when) if when is not None else None
