"""Writing: the contexts we declare, and the small parts our documents are made of.

What goes out is strict where others are: AS2 context first and as a string, arrays for everything
that may hold several (Pixelfed dropped single values), the public collection in full, no empty
strings where nothing is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec

from fediverse_node.activitystreams.documents import Visibility
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import AS2, CID_V1, PUBLIC, SECURITY_V1
from fediverse_node.kernel.clock import to_rfc3339

#: The path under an origin that the AI and consent terms live at.
AI_NAMESPACE_PATH: Final = "/ns/ai-provenance#"


def _reference(iri: str) -> dict[str, str]:
    return {"@id": iri, "@type": "@id"}


_SHARED_TERMS: Final[JsonDict] = {
    "toot": "http://joinmastodon.org/ns#",
    "Emoji": "toot:Emoji",
    "Hashtag": "as:Hashtag",
    "blurhash": "toot:blurhash",
    "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    "sensitive": "as:sensitive",
}
_ACTOR_TERMS: Final[JsonDict] = {
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "alsoKnownAs": _reference("as:alsoKnownAs"),
    "movedTo": _reference("as:movedTo"),
    "featured": _reference("toot:featured"),
    "featuredTags": _reference("toot:featuredTags"),
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "attributionDomains": _reference("toot:attributionDomains"),
    "suspended": "toot:suspended",
    "memorial": "toot:memorial",
    # With the historic #: Mastodon compares the expanded address.
    "schema": "http://schema.org#",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
    "implements": _reference("https://w3id.org/fep/844e/implements") | {"@container": "@list"},
}
_NOTE_TERMS: Final[JsonDict] = {
    "ostatus": "http://ostatus.org#",
    "conversation": "ostatus:conversation",
    "votersCount": "toot:votersCount",
    "misskey": "https://misskey-hub.net/ns#",
    "_misskey_quote": "misskey:_misskey_quote",
    "quoteUrl": "as:quoteUrl",
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "quote": _reference("https://w3id.org/fep/044f#quote"),
    "quoteAuthorization": _reference("https://w3id.org/fep/044f#quoteAuthorization"),
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "gts": "https://gotosocial.org/ns#",
    "interactionPolicy": _reference("gts:interactionPolicy"),
    "canQuote": _reference("gts:canQuote"),
    "canReply": _reference("gts:canReply"),
    "canAnnounce": _reference("gts:canAnnounce"),
    "canLike": _reference("gts:canLike"),
    "always": _reference("gts:always"),
    "approvalRequired": _reference("gts:approvalRequired"),
    "approvedBy": _reference("gts:approvedBy"),
    "automaticApproval": _reference("gts:automaticApproval"),
    "manualApproval": _reference("gts:manualApproval"),
    "interactingObject": _reference("gts:interactingObject"),
    "interactionTarget": _reference("gts:interactionTarget"),
}


@cache
def ai_terms(origin: str) -> JsonDict:
    """Terms for provenance and training use, in the namespace of *origin*; nobody needs to fetch it."""
    return {
        "schemaorg": "http://schema.org/",
        "aip": f"{origin}{AI_NAMESPACE_PATH}",
        "digitalSourceType": _reference("schemaorg:digitalSourceType"),
        "license": _reference("schemaorg:license"),
        "aiDisclosure": "aip:aiDisclosure",
        "aiTools": {"@id": "aip:aiTools", "@container": "@list"},
        "aiProvider": "aip:aiProvider",
        "aiAction": "aip:aiAction",
        "humanReviewed": "aip:humanReviewed",
        "contentUsage": "aip:contentUsage",
        "usageConsent": _reference("aip:usageConsent"),
        "xRobotsTag": "aip:xRobotsTag",
    }


def address_of(definition: object, known: JsonDict) -> str:
    """The full address of the term that *known* defines so."""
    text = str(definition["@id"] if isinstance(definition, dict) else definition)
    prefix, colon, rest = text.partition(":")
    return f"{known[prefix]}{rest}" if colon and prefix in known else text


@cache
def actor_context(origin: str) -> list[Any]:
    """`@context` of our actors. Not to be changed by whoever gets it."""
    return [AS2, SECURITY_V1, CID_V1, _SHARED_TERMS | _ACTOR_TERMS | ai_terms(origin)]


@cache
def note_context(origin: str) -> list[Any]:
    """`@context` of our notes and of the activities around them. Not to be changed."""
    return [AS2, _SHARED_TERMS | _NOTE_TERMS | ai_terms(origin)]


def dump(document: JsonDict) -> bytes:
    """*document* as compact UTF-8 JSON: the bytes that are stored, hashed, signed and sent."""
    return msgspec.json.encode(document)


def present(document: JsonDict) -> JsonDict:
    """*document* without the names whose value is None: absent says "not said", null confuses."""
    return {name: value for name, value in document.items() if value is not None}


def addressing(
    visibility: Visibility, *, followers: str, mentioned: Sequence[str]
) -> tuple[list[str], list[str]]:
    """`to` and `cc` of a post: who may see it, and who is told."""
    others = list(dict.fromkeys(mentioned))
    match visibility:
        case "public":
            return [PUBLIC], [followers, *others]
        case "unlisted":
            return [followers], [PUBLIC, *others]
        case "private":
            return [followers], others
    return others, []


def activity(
    type_: str,
    *,
    id_: str,
    actor: str,
    object_: str | JsonDict,
    audience: tuple[Sequence[str], Sequence[str]] = ((), ()),
    published: datetime | None = None,
    context: str | list[Any] = AS2,
) -> JsonDict:
    """An activity to *audience* (`to`, `cc`). Embed the object where a peer has to match it (Undo)."""
    to, cc = audience
    return present(
        {
            "@context": context,
            "id": id_,
            "type": type_,
            "actor": actor,
            "published": to_rfc3339(published) if published else None,
            "to": list(to),
            "cc": list(cc),
            "object": object_,
        }
    )


def mention(href: str, handle: str) -> JsonDict:
    """The tag that notifies somebody: *href* their actor id, *handle* `@name@host`."""
    return {"type": "Mention", "href": href, "name": handle}


def hashtag(name: str, href: str) -> JsonDict:
    """The tag of a topic; *name* is without `#` (FEP-eb48)."""
    return {"type": "Hashtag", "href": href, "name": f"#{name}"}


def image(url: str, media_type: str, *, description: str = "") -> JsonDict:
    """A picture of a profile or an emoji. The media type is always sent: some peers need it.

    What it shows is said twice: `name` is ActivityStreams' word for it, `summary` Mastodon's.
    """
    described = {"name": description, "summary": description} if description else {}
    return {"type": "Image", "mediaType": media_type, "url": url, **described}


def emoji(code: str, *, id_: str | None, url: str, media_type: str | None = None) -> JsonDict:
    """The tag that says which picture `:code:` stands for (FEP-9098)."""
    icon = present({"type": "Image", "mediaType": media_type, "url": url})
    return present({"id": id_, "type": "Emoji", "name": f":{code}:", "icon": icon})


def property_value(name: str, value_html: str) -> JsonDict:
    """One field of a profile."""
    return {"type": "PropertyValue", "name": name, "value": value_html}


def public_key(actor: str, pem: str) -> JsonDict:
    """The RSA key of *actor*, one object, its id with the fragment that Lemmy asks for."""
    return {"id": f"{actor}#main-key", "owner": actor, "publicKeyPem": pem}


def multikey(actor: str, multibase: str, *, key_id: str | None = None) -> JsonDict:
    """An Ed25519 key of *actor* (FEP-521a): its first one, unless *key_id* names another."""
    return {
        "id": key_id or f"{actor}#ed25519-key",
        "type": "Multikey",
        "controller": actor,
        "publicKeyMultibase": multibase,
    }


def tombstone(id_: str, *, former_type: str, deleted: datetime | None = None) -> JsonDict:
    """What is left of a deleted object; also the object of its Delete."""
    return present(
        {
            "id": id_,
            "type": "Tombstone",
            "formerType": former_type,
            "deleted": to_rfc3339(deleted) if deleted else None,
        }
    )


def ordered_collection(
    id_: str,
    *,
    total: int | None,
    first: str | None = None,
    items: Sequence[str | JsonDict] | None = None,
    context: str | list[Any] = AS2,
) -> JsonDict:
    """A collection: paged from *first*, or whole in *items*, or only counted."""
    return present(
        {
            "@context": context,
            "id": id_,
            "type": "OrderedCollection",
            "totalItems": total,
            "first": first,
            "orderedItems": list(items) if items is not None else None,
        }
    )


def collection_page(
    id_: str,
    *,
    part_of: str,
    items: Sequence[str | JsonDict],
    next_: str | None = None,
    prev: str | None = None,
    context: str | list[Any] = AS2,
) -> JsonDict:
    """One page of a collection; its cursors are opaque."""
    return present(
        {
            "@context": context,
            "id": id_,
            "type": "OrderedCollectionPage",
            "partOf": part_of,
            "next": next_,
            "prev": prev,
            "orderedItems": list(items),
        }
    )


def count_collection(id_: str, total: int) -> JsonDict:
    """An embedded collection that only says how many (likes, shares)."""
    return {"id": id_, "type": "Collection", "totalItems": total}
