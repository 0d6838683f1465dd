"""The words of ActivityStreams 2.0 that this server knows, and the media types that carry them."""

from __future__ import annotations

from email.message import Message
from typing import Final

AS2: Final = "https://www.w3.org/ns/activitystreams"
SECURITY_V1: Final = "https://w3id.org/security/v1"
CID_V1: Final = "https://www.w3.org/ns/cid/v1"

#: The collection that everybody is in, always written in full.
PUBLIC: Final = f"{AS2}#Public"
#: The forms in which peers write it (AS2 compaction allows all three).
PUBLIC_ALIASES: Final = frozenset({PUBLIC, "as:Public", "Public"})

ACTOR_TYPES: Final = frozenset({"Person", "Service", "Application", "Group", "Organization"})
COLLECTION_TYPES: Final = frozenset(
    {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
)
OBJECT_TYPES: Final = frozenset(
    {
        "Note", "Question", "Article", "Page", "Video", "Audio", "Image", "Event", "Document",
        "ChatMessage", "Tombstone", "QuoteAuthorization",
    }
)  # fmt: skip
ACTIVITY_TYPES: Final = frozenset(
    {
        "Accept", "Add", "Announce", "Block", "Create", "Delete", "Dislike", "EmojiReact", "Flag",
        "Follow", "Like", "Lock", "Move", "Offer", "QuoteRequest", "Read", "Reject", "Remove",
        "TentativeAccept", "TentativeReject", "Undo", "Update", "View",
    }
)  # fmt: skip
#: Preferred when a peer sends several types at once (`["Person", "vcard:individual"]`).
KNOWN_TYPES: Final = ACTOR_TYPES | COLLECTION_TYPES | OBJECT_TYPES | ACTIVITY_TYPES

#: What a server can say that it understands (FEP-844e).
RFC_9421: Final = "https://datatracker.ietf.org/doc/html/rfc9421"
ED25519: Final = f"{RFC_9421}#name-eddsa-using-curve-edwards25"

ACTIVITY_JSON: Final = "application/activity+json"
LD_JSON: Final = f'application/ld+json; profile="{AS2}"'
#: What we ask for when we fetch a document.
AP_ACCEPT: Final = f"{ACTIVITY_JSON}, {LD_JSON}"
JRD_JSON: Final = "application/jrd+json"

#: The IPTC vocabulary of digital source types. It is http, not https.
DIGITAL_SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def is_activitypub_media_type(content_type: str | None) -> bool:
    """Whether an answer of this type may be believed as an ActivityPub document.

    Only `application/activity+json`, and `application/ld+json` whose profile names ActivityStreams.
    Plain `application/json` is refused: a server that lets people upload files would otherwise
    vouch for an actor document that a visitor uploaded (CVE-2024-25623).
    """
    if not content_type:
        return False
    message = Message()
    message["Content-Type"] = content_type
    kind = message.get_content_type()
    if kind == ACTIVITY_JSON:
        return True
    profile = message.get_param("profile")
    return kind == "application/ld+json" and isinstance(profile, str) and AS2 in profile.split()
