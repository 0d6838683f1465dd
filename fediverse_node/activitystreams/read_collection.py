"""Reading collections and their pages."""

from __future__ import annotations

from typing import Final

from fediverse_node.activitystreams import read_parts, values
from fediverse_node.activitystreams.documents import CollectionDoc
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import COLLECTION_TYPES
from fediverse_node.kernel.errors import NotValid

MAX_ITEMS: Final = 100


def read_collection(document: JsonDict) -> CollectionDoc:
    """What is in *document*, at most `MAX_ITEMS` items of it.

    Raises:
        NotValid: it is no collection or page, or its id is no string.
    """
    kind = read_parts.require_type(document)
    if kind not in COLLECTION_TYPES:
        raise NotValid(f"“{kind[:40]}” is not a collection.")
    found = values.items(values.either(document, "orderedItems", "items"))[:MAX_ITEMS]
    return CollectionDoc(
        id=read_parts.optional_id(document),
        type=kind,
        total_items=values.count(document.get("totalItems")),
        items=tuple(item for item in found if type(item) in (str, dict)),
        first=values.link(document.get("first")),
        first_page=next(values.nodes(document.get("first")), None),
        next=values.link(document.get("next")),
        prev=values.link(document.get("prev")),
        part_of=values.link(document.get("partOf")),
    )
