"""Flag: the server reports an actor to whoever runs its server."""

from __future__ import annotations

from collections.abc import Sequence

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict


def document(*, id_: str, server: str, target: str, posts: Sequence[str], comment: str) -> JsonDict:
    """*server* (its actor's id) reports *target* and *posts* of theirs. Who reported is not said.

    The actor comes first among the objects, as in Mastodon's; Pleroma reads the list by kind.
    """
    made = write.activity("Flag", id_=id_, actor=server, object_=target, audience=([target], []))
    return {**made, "object": [target, *posts], "content": comment}
