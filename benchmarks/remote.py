"""The other servers: people with real keys, what they say as Mastodon says it, and their inboxes."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from benchmarks.wire import request
from fediverse_node.activitystreams.vocabulary import ACTIVITY_JSON
from fediverse_node.signatures import cavage, keys
from fediverse_node.signatures.base import HttpMessage, SigningKey

JsonDict = dict[str, Any]

#: Pairs made for all the people together: making one takes a tenth of a second.
KEY_PAIRS = 8
_PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/v1",
    {
        "ostatus": "http://ostatus.org#",
        "atomUri": "ostatus:atomUri",
        "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
        "conversation": "ostatus:conversation",
        "sensitive": "as:sensitive",
        "toot": "http://joinmastodon.org/ns#",
        "votersCount": "toot:votersCount",
        "Hashtag": "as:Hashtag",
    },
]
_TEXT = (
    "<p>Post number {number}: the swifts came back this morning, a week before anybody expected them, and "
    "the whole street looked up. More of them on the pages of the "
    '<a href="https://birds.example/swifts/{number}" target="_blank" rel="nofollow noopener">'
    '<span class="invisible">https://</span><span class="">birds.example/swifts</span></a> club.</p>'
    '<p><a href="{origin}/tags/birds" class="mention hashtag" rel="tag">#<span>birds</span></a></p>'
)
_numbers = itertools.count(1)


@cache
def signing_pair(number: int) -> tuple[SigningKey, str]:
    """One of the pairs, and its public half as PEM."""
    key = keys.generate_rsa(f"pair-{number}")
    return key, keys.dump_public(key.verification_key())


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person on another server."""

    origin: str
    name: str
    pair: int

    @property
    def uri(self) -> str:
        """Their id."""
        return f"{self.origin}/users/{self.name}"

    @property
    def key_id(self) -> str:
        """The id of their key."""
        return f"{self.uri}#main-key"

    @property
    def public_pem(self) -> str:
        """The public half of it."""
        return signing_pair(self.pair)[1]

    def document(self) -> JsonDict:
        """What their server says of them."""
        return {
            "@context": _CONTEXT,
            "id": self.uri,
            "type": "Person",
            "preferredUsername": self.name,
            "name": self.name.title(),
            "summary": "<p>Watches birds, mostly.</p>",
            "inbox": f"{self.uri}/inbox",
            "outbox": f"{self.uri}/outbox",
            "followers": f"{self.uri}/followers",
            "following": f"{self.uri}/following",
            "featured": f"{self.uri}/collections/featured",
            "url": f"{self.origin}/@{self.name}",
            "manuallyApprovesFollowers": False,
            "discoverable": True,
            "published": "2024-03-01T00:00:00Z",
            "endpoints": {"sharedInbox": f"{self.origin}/inbox"},
            "publicKey": {"id": self.key_id, "owner": self.uri, "publicKeyPem": self.public_pem},
            "tag": [],
            "attachment": [{"type": "PropertyValue", "name": "Pronouns", "value": "they"}],
        }

    def create(self) -> JsonDict:
        """A new public post."""
        number = next(_numbers)
        note = f"{self.uri}/statuses/{number}"
        public = {"to": [_PUBLIC], "cc": [f"{self.uri}/followers"], "published": _now()}
        return {
            "@context": _CONTEXT,
            "id": f"{note}/activity",
            "type": "Create",
            "actor": self.uri,
            **public,
            "object": {
                "id": note,
                "type": "Note",
                "summary": None,
                "inReplyTo": None,
                "url": f"{self.origin}/@{self.name}/{number}",
                "attributedTo": self.uri,
                **public,
                "sensitive": False,
                "atomUri": note,
                "inReplyToAtomUri": None,
                "conversation": f"tag:{self.origin[7:]},2026-11-21:objectId={number}:objectType=Conversation",
                "content": _TEXT.format(number=number, origin=self.origin),
                "contentMap": {"en": _TEXT.format(number=number, origin=self.origin)},
                "attachment": [],
                "tag": [{"type": "Hashtag", "href": f"{self.origin}/tags/birds", "name": "#birds"}],
                "replies": {"id": f"{note}/replies", "type": "Collection"},
            },
        }

    def like(self, what: str) -> JsonDict:
        """They favourite a post."""
        return self._short("Like", what)

    def follow(self, whom: str) -> JsonDict:
        """They want to follow somebody."""
        return self._short("Follow", whom)

    def announce(self, what: str) -> JsonDict:
        """They pass a post on."""
        more = {"to": [_PUBLIC], "cc": [f"{self.uri}/followers"], "published": _now()}
        return {**self._short("Announce", what), **more}

    def letter(self, inbox: str, document: JsonDict) -> bytes:
        """*document* as a signed POST to *inbox*, byte for byte as it goes over the wire."""
        body = json.dumps(document).encode()
        message = HttpMessage.to("POST", inbox, headers=(("Content-Type", ACTIVITY_JSON),), body=body)
        pair = signing_pair(self.pair)[0]
        signed = cavage.sign(message, SigningKey(key_id=self.key_id, private=pair.private), now=_clock())
        headers = [("Host", message.authority), ("User-Agent", "http.rb/5.2 (Mastodon/4.5.1)")]
        return request("POST", message.target, [*headers, *message.headers, *signed], body)

    def _short(self, type_: str, object_: str) -> JsonDict:
        id_ = f"{self.uri}#{type_.lower()}s/{next(_numbers)}"
        return {"@context": _CONTEXT[0], "id": id_, "type": type_, "actor": self.uri, "object": object_}


class World:
    """What the other servers answer: the documents of people, and 202 for whatever is delivered."""

    def __init__(self) -> None:
        self.people: dict[str, Somebody] = {}

    def respond(self, method: str, target: str, body: bytes) -> tuple[int, str, bytes]:  # noqa: ARG002 what came is not looked at
        """The answer of any of the servers."""
        if method == "POST":
            return 202, "text/plain", b""
        person = self.people.get(target.removeprefix("/users/"))
        if person is None:
            return 404, "text/plain", b""
        return 200, ACTIVITY_JSON, json.dumps(person.document()).encode()


def _clock() -> datetime:
    return datetime.now(UTC)


def _now() -> str:
    return f"{_clock():%Y-%m-%dT%H:%M:%SZ}"
