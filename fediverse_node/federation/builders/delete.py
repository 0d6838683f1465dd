"""Delete: take something back. Its object is the Tombstone that is served from now on."""

from __future__ import annotations

from datetime import datetime

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders.note import audience
from fediverse_node.posts.model import Post


def document(post: Post, author: Actor, *, id_: str, now: datetime) -> JsonDict:
    """The author deletes *post*. Addressed as the post was: who could not read it does not learn of it."""
    return write.activity(
        "Delete",
        id_=id_,
        actor=author.uri,
        object_=write.tombstone(post.uri, former_type=post.type, deleted=now),
        audience=audience(post, author),
        published=now,
    )
