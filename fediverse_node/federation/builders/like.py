"""Like: somebody favours a post."""

from __future__ import annotations

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict


def document(*, id_: str, actor: str, post: str, author: str) -> JsonDict:
    """*actor* likes *post* (its id), written by *author*, who alone is told."""
    return write.activity("Like", id_=id_, actor=actor, object_=post, audience=([author], []))
