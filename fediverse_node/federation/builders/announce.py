"""Announce: somebody passes on what somebody else said."""

from __future__ import annotations

from datetime import datetime

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.documents import Visibility
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.model import Actor


def document(
    *, id_: str, booster: Actor, post: str, author: str, visibility: Visibility, now: datetime
) -> JsonDict:
    """*booster* boosts *post* (its id), written by *author* (an actor id), who is told."""
    audience = write.addressing(visibility, followers=booster.followers or "", mentioned=[author])
    return write.activity(
        "Announce", id_=id_, actor=booster.uri, object_=post, audience=audience, published=now
    )
