"""Add and Remove: a post is pinned to a profile, or no longer."""

from __future__ import annotations

from typing import Literal

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors.model import Actor


def document(type_: Literal["Add", "Remove"], post: str, *, id_: str, owner: Actor) -> JsonDict:
    """*owner* changes their `featured` collection; *post* is the id of a post of theirs."""
    made = write.activity(
        type_,
        id_=id_,
        actor=owner.uri,
        object_=post,
        audience=([PUBLIC], [owner.followers] if owner.followers else []),
    )
    return {**made, "target": owner.featured}
