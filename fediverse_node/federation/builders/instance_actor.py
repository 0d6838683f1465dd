"""The server's own actor: signs what no person asked for, and must be readable without a signature."""

from __future__ import annotations

from collections.abc import Sequence

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, ActorKey
from fediverse_node.federation.builders.actor import generator, key_properties
from fediverse_node.kernel.clock import to_rfc3339


def document(actor: Actor, keys: Sequence[ActorKey], *, addresses: Addresses, name: str) -> JsonDict:
    """What is served at `/actor`. *name* is that of the instance."""
    joined = actor.published_at or actor.created_at
    return write.present(
        {
            "@context": write.actor_context(addresses.origin),
            "id": actor.uri,
            "type": "Application",
            "preferredUsername": actor.username,
            "webfinger": f"{actor.username}@{actor.domain}",
            "name": name,
            "summary": "",
            "url": actor.url,
            "inbox": actor.inbox,
            "outbox": actor.outbox,
            "followers": actor.followers,
            "following": actor.following,
            "endpoints": {"sharedInbox": addresses.shared_inbox},
            # Nobody can follow a server; Mastodon's says the same.
            "manuallyApprovesFollowers": True,
            "discoverable": False,
            "indexable": False,
            # Arrays even where there is nothing in them: Misskey and WordPress read them unasked.
            "attachment": [],
            "tag": [],
            "published": to_rfc3339(joined.replace(hour=0, minute=0, second=0, microsecond=0)),
            **key_properties(actor, keys),
            "generator": generator(addresses),
        }
    )
