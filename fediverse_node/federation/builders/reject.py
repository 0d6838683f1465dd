"""Reject: no to a Follow, also to one that was accepted before."""

from __future__ import annotations

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.federation.builders import follow


def document(*, id_: str, follow_id: str, follower: str, target: str) -> JsonDict:
    """*target* does not let *follower* follow; *follow_id* is the id of their Follow, as they gave it."""
    return write.activity(
        "Reject",
        id_=id_,
        actor=target,
        object_=follow.embedded(id_=follow_id, follower=follower, target=target),
        audience=([follower], []),
    )
