"""Outboxes as Mastodon's archives have them."""

from __future__ import annotations

import json
from typing import Any

OLD = "https://old.example/users/alice"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

JsonDict = dict[str, Any]


def create(number: int, published: str = "2020-06-01T12:00:00Z", **changes: Any) -> JsonDict:
    """Something alice posted; changes of `actor` are of the activity, too."""
    note = {
        "id": f"{OLD}/statuses/{number}",
        "type": "Note",
        "published": published,
        "attributedTo": OLD,
        "to": [PUBLIC],
        "cc": [f"{OLD}/followers"],
        "content": f"<p>Post {number}</p>",
        **changes,
    }
    actor = note.pop("actor", OLD)
    return {"type": "Create", "actor": actor, "published": note["published"], "object": note}


def outbox(*items: Any) -> bytes:
    """`outbox.json`."""
    return json.dumps({"type": "OrderedCollection", "orderedItems": list(items)}).encode()


def actor_json() -> bytes:
    """`actor.json`."""
    return json.dumps({"id": OLD, "type": "Person", "followers": f"{OLD}/followers"}).encode()
