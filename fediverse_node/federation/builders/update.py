"""Update: a post or a profile reads differently now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, ActorKey
from fediverse_node.federation.builders import actor as actor_builder
from fediverse_node.federation.builders import note
from fediverse_node.federation.builders.note import NoteParts


def of_note(parts: NoteParts, *, id_: str, addresses: Addresses) -> JsonDict:
    """How the post stands now.

    With a new text or other labels, `post.edited_at` must be new: it is the edit marker.
    """
    return write.activity(
        "Update",
        id_=id_,
        actor=parts.author.uri,
        object_=note.embedded(parts, addresses=addresses),
        audience=note.audience(parts.post, parts.author),
        published=parts.post.edited_at,
        context=write.note_context(addresses.origin),
    )


def of_actor(
    actor: Actor,
    keys: Sequence[ActorKey],
    *,
    id_: str,
    addresses: Addresses,
    now: datetime,
    hashtags: Iterable[str] = (),
) -> JsonDict:
    """The profile changed."""
    return write.activity(
        "Update",
        id_=id_,
        actor=actor.uri,
        object_=actor_builder.embedded(actor, keys, addresses, hashtags),
        audience=([PUBLIC], [actor.followers] if actor.followers else []),
        published=now,
        context=write.actor_context(addresses.origin),
    )
