"""Move: somebody lives elsewhere from now on (FEP-7628)."""

from __future__ import annotations

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors.model import Actor


def document(actor: Actor, target: str, *, id_: str) -> JsonDict:
    """*actor* moved to *target* (an actor id). Their followers' servers follow there by themselves."""
    made = write.activity(
        "Move",
        id_=id_,
        actor=actor.uri,
        object_=actor.uri,
        audience=([PUBLIC], [actor.followers] if actor.followers else []),
    )
    return {**made, "target": target}
