"""Block: an actor wants nothing to do with another. Addressed to nobody but the blocked."""

from __future__ import annotations

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict


def document(*, id_: str, blocker: str, target: str) -> JsonDict:
    """*blocker* blocks *target*, both actor ids. Mastodon and others then hide the one from the other."""
    return write.activity("Block", id_=id_, actor=blocker, object_=target, audience=([target], []))
