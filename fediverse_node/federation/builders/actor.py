"""The actor document: who somebody is, where to reach them, and the keys that speak for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, ActorKey, Picture
from fediverse_node.kernel.clock import to_rfc3339

#: FEP-844e: what this server understands beyond what everybody does.
_RFC_9421: Final = "https://datatracker.ietf.org/doc/html/rfc9421"
_GENERIC_PICTURE = "image/*"


def document(
    actor: Actor, keys: Sequence[ActorKey], *, addresses: Addresses, hashtags: Iterable[str] = ()
) -> JsonDict:
    """What is served at `actor.uri`. *hashtags* are those of the profile text, without `#`."""
    return {"@context": write.actor_context(addresses.origin), **embedded(actor, keys, addresses, hashtags)}


def embedded(
    actor: Actor, keys: Sequence[ActorKey], addresses: Addresses, hashtags: Iterable[str] = ()
) -> JsonDict:
    """The same as the object of an Update, which has a context of its own."""
    tags = [write.hashtag(name, addresses.tag(name)) for name in hashtags]
    joined = actor.published_at or actor.created_at
    return write.present(
        {
            "id": actor.uri,
            "type": actor.type,
            "preferredUsername": actor.username,
            "webfinger": f"{actor.username}@{actor.domain}",
            "name": actor.display_name,
            "summary": actor.summary_html,
            "url": actor.url,
            "inbox": actor.inbox,
            "outbox": actor.outbox,
            "followers": actor.followers,
            "following": actor.following,
            "featured": actor.featured,
            "featuredTags": addresses.featured_tags(actor.username),
            "endpoints": {"sharedInbox": addresses.shared_inbox},
            "manuallyApprovesFollowers": actor.manually_approves,
            "discoverable": actor.discoverable,
            "indexable": actor.indexable,
            # The day, not the moment: when somebody signs up is nobody's business.
            "published": to_rfc3339(joined.replace(hour=0, minute=0, second=0, microsecond=0)),
            "icon": _picture(actor.icon),
            "image": _picture(actor.image),
            "attachment": [write.property_value(name, value) for name, value in actor.fields],
            "tag": tags,
            "alsoKnownAs": list(actor.also_known_as),
            "movedTo": actor.moved_to,
            **key_properties(actor, keys),
            "generator": generator(addresses),
        }
    )


def key_properties(actor: Actor, keys: Sequence[ActorKey]) -> JsonDict:
    """`publicKey` (one object: an array breaks Misskey and Lemmy) and `assertionMethod` (FEP-521a)."""
    found: JsonDict = {}
    for key in keys:
        if key.kind == "rsa":
            found["publicKey"] = write.public_key(actor.uri, key.public_key)
        else:
            found["assertionMethod"] = [write.multikey(actor.uri, key.public_key)]
    return found


def generator(addresses: Addresses) -> JsonDict:
    """The server, and what it understands (FEP-844e)."""
    return {
        "id": addresses.instance_actor,
        "type": "Application",
        "implements": [
            {"href": _RFC_9421, "name": "RFC-9421: HTTP Message Signatures"},
        ],
    }


def _picture(picture: Picture | None) -> JsonDict | None:
    if picture is None:
        return None
    return write.image(picture.url, picture.media_type or _GENERIC_PICTURE)
