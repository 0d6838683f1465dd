"""Which releases of the open dataset hold a person's posts. Theirs alone."""

from __future__ import annotations

from fediverse_node.datasets.holding import holding
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.web.client_api.view import Answer, View


def mine(view: View) -> Answer:
    """Every published release with posts of the caller, the newest first; also those that have ended."""
    addresses = view.house.addresses
    body = [
        {
            "url": addresses.release(found.release.sha256),
            "state": found.release.state,
            "made_at": to_rfc3339_millis(found.release.made_at),
            "posts_count": found.count,
            "posts": list(found.posts),
        }
        for found in holding(view.tx, view.person.actor.uri)
    ]
    return Answer(body=body)
