"""The actor document: who somebody is, where to reach them, and the keys that speak for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import ED25519, RFC_9421
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, ActorKey, Picture
from fediverse_node.federation.builders import emoji
from fediverse_node.kernel.clock import to_rfc3339

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
    topics = [write.hashtag(name, addresses.tag(name)) for name in hashtags]
    emojis = [emoji.tag(*item, addresses) for item in actor.emojis]
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
            "endpoints": {
                "sharedInbox": addresses.shared_inbox,
                "proxyUrl": addresses.proxy(actor.username),
                "uploadMedia": addresses.uploads(actor.username),
                "oauthAuthorizationEndpoint": addresses.oauth_authorization,
                "oauthTokenEndpoint": addresses.oauth_token,
            },
            "manuallyApprovesFollowers": actor.manually_approves,
            "discoverable": actor.discoverable,
            "indexable": actor.indexable,
            # The day, not the moment: when somebody signs up is nobody's business.
            "published": to_rfc3339(joined.replace(hour=0, minute=0, second=0, microsecond=0)),
            "attributionDomains": list(actor.details.attribution_domains),
            "icon": _picture(actor.icon, actor.details.icon_description),
            "image": _picture(actor.image, actor.details.image_description),
            "attachment": [write.property_value(name, value) for name, value in actor.fields],
            "tag": topics + emojis,
            "alsoKnownAs": list(actor.also_known_as),
            "movedTo": actor.moved_to,
            **key_properties(actor, keys),
            "generator": generator(addresses),
        }
    )


def key_properties(actor: Actor, keys: Sequence[ActorKey]) -> JsonDict:
    """`publicKey` (one object: an array breaks Misskey and Lemmy) and `assertionMethod` (FEP-521a).

    There may be several Ed25519 keys: one that was replaced is shown for a while, under its own id.
    """
    multikeys = [key for key in keys if key.kind == "ed25519"]
    found: JsonDict = {}
    for key in keys:
        if key.kind == "rsa":
            found["publicKey"] = write.public_key(actor.uri, key.public_key)
    if multikeys:
        found["assertionMethod"] = [
            write.multikey(actor.uri, key.public_key, key_id=key.key_id) for key in multikeys
        ]
    return found


def generator(addresses: Addresses) -> JsonDict:
    """The server, and what it understands (FEP-844e)."""
    return {
        "id": addresses.instance_actor,
        "type": "Application",
        "implements": [
            {"href": RFC_9421, "name": "RFC-9421: HTTP Message Signatures"},
            {"href": ED25519, "name": "RFC-9421 signatures using the Ed25519 algorithm"},
        ],
    }


def _picture(picture: Picture | None, description: str) -> JsonDict | None:
    if picture is None:
        return None
    return write.image(picture.url, picture.media_type or _GENERIC_PICTURE, description=description)
