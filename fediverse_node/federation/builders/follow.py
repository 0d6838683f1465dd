"""Follow: please send me what this actor says."""

from __future__ import annotations

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict


def document(*, id_: str, follower: str, target: str) -> JsonDict:
    """*follower* asks to follow *target*, both actor ids. `to` is sent because Lemmy asks for it."""
    return write.activity("Follow", id_=id_, actor=follower, object_=target, audience=([target], []))


def embedded(*, id_: str, follower: str, target: str) -> JsonDict:
    """The Follow inside an Accept, Reject or Undo: *id_* is its own, echoed verbatim.

    Mastodon finds its request by this id, and does not serve it (mastodon#12133).
    """
    return {"id": id_, "type": "Follow", "actor": follower, "object": target}
