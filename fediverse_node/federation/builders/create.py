"""Create: somebody said something."""

from __future__ import annotations

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.addresses import Addresses
from fediverse_node.federation.builders import note
from fediverse_node.federation.builders.note import NoteParts


def document(parts: NoteParts, *, id_: str, addresses: Addresses) -> JsonDict:
    """The Create with id *id_*; the note is embedded, and its addressing repeated (some read only one)."""
    document = write.activity(
        "Create",
        id_=id_,
        actor=parts.author.uri,
        object_=note.embedded(parts, addresses=addresses),
        audience=note.audience(parts.post, parts.author),
        published=parts.post.published_at,
        context=write.note_context(addresses.origin),
    )
    return write.present({**document, "audience": note.said_in(parts)})
