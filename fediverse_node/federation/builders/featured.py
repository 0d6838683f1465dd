"""Add and Remove: a post or a hashtag is shown on a profile, or no longer."""

from __future__ import annotations

from typing import Literal

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import AS2, PUBLIC
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


def tag_document(type_: Literal["Add", "Remove"], tag: JsonDict, *, id_: str, owner: Actor) -> JsonDict:
    """*owner* shows a hashtag (`write.hashtag`) on their profile, or no longer.

    Mastodon's form: the target is `featured`, as with posts, and the object says that it is a Hashtag.
    """
    made = write.activity(
        type_,
        id_=id_,
        actor=owner.uri,
        object_=tag,
        audience=([PUBLIC], [owner.followers] if owner.followers else []),
        context=[AS2, {"Hashtag": "as:Hashtag"}],
    )
    return {**made, "target": owner.featured}
