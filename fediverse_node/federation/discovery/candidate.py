"""From an actor's document to an actor of ours, in two steps with the network before and the rows after.

A candidate is what its origin said a moment ago. It becomes a row only when somebody has a reason to
keep it: a request whose signature does not hold leaves nothing behind.
"""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.activitystreams.documents import ActorDoc, EmojiDoc, PublicKeyDoc
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read import read_actor
from fediverse_node.activitystreams.vocabulary import ED25519, RFC_9421
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor, ActorKey, Details, Picture
from fediverse_node.federation.discovery.stripping import stripped_actor
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.html import sanitise
from fediverse_node.kernel.text import clean_text
from fediverse_node.kernel.urls import authority_of, same_origin, without_fragment
from fediverse_node.peers import signing
from fediverse_node.peers.model import Signing
from fediverse_node.signatures import keys
from fediverse_node.signatures.base import VerificationKey
from fediverse_node.storage.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An actor as its origin describes it now.

    Attributes:
        domain: host of its handle, proved.
        keys: those that name this actor as their owner and are strong enough.
        asserting: ids of those among them that may speak in proofs (`assertionMethod`).
    """

    doc: ActorDoc
    username: str
    inbox: str
    domain: str
    keys: tuple[VerificationKey, ...]
    asserting: frozenset[str] = frozenset()

    @property
    def uri(self) -> str:
        """The actor's id."""
        return self.doc.id

    def key(self, key_id: str) -> VerificationKey | None:
        """Its key with this id."""
        return next((key for key in self.keys if key.key_id == key_id), None)


def candidate_from(document: JsonDict) -> Candidate:
    """Read a document that `Fetcher.document` gave.

    Its handle is on the host of its id until `webfinger` has proved another one.

    Raises:
        NotValid: no actor, or one without a name or without an inbox on its own origin.
    """
    doc = read_actor(document)
    if doc.preferred_username is None or doc.inbox is None:
        raise NotValid("This actor shows too little of itself.", detail=doc.id)
    if not same_origin(doc.id, doc.inbox):
        # Else followers-only posts could be steered to a third server.
        raise NotValid("This actor's inbox is on another server.", detail=doc.id)
    return Candidate(
        doc=doc,
        username=doc.preferred_username,
        inbox=doc.inbox,
        domain=authority_of(doc.id),
        keys=tuple(key for shown in doc.public_keys if (key := _usable(shown, doc.id))),
        asserting=frozenset(shown.id for shown in doc.public_keys if shown.asserts),
    )


def store(tx: Tx, candidate: Candidate) -> Actor:
    """Insert or update the actor and its keys; keys its document no longer names are forgotten.

    What we decided about it (its id, its suspension) stays.
    """
    actors.hold_names(tx, candidate.domain)
    known = actors.by_uri(tx, candidate.uri)
    _free_handle(tx, candidate)
    actor = stripped_actor(tx, _actor(tx, candidate, known))
    actors.save(tx, actor)
    for key in candidate.keys:
        if _is_a_neighbours(tx, key.key_id, actor):
            continue
        public = keys.dump_public(key) if key.kind == "rsa" else keys.to_multikey(key)
        row = ActorKey(
            actor_id=actor.id,
            key_id=key.key_id,
            kind=key.kind,
            public_key=public,
            asserts=key.key_id in candidate.asserting,
        )
        actors.save_key(tx, row)
    actors.drop_keys_except(tx, actor.id, [key.key_id for key in candidate.keys])
    if candidate.doc.implements:
        signing.note_advertised(tx, authority_of(actor.inbox), _advertised(candidate.doc.implements))
    return actor


def _is_a_neighbours(tx: Tx, key_id: str, actor: Actor) -> bool:
    """Whether the key stored under this id is somebody else's, and the id does not say that it is *actor*'s.

    On a server of many, one could otherwise name another's key id and so keep their signatures out.
    """
    found = actors.key_by_id(tx, key_id)
    return found is not None and found[1].id != actor.id and without_fragment(key_id) != actor.uri


def _advertised(implements: tuple[str, ...]) -> Signing | None:
    """The best way of signing among what a server says it understands."""
    if ED25519 in implements:
        return "ed25519"
    return "rfc9421" if RFC_9421 in implements else None


def _usable(shown: PublicKeyDoc, actor_uri: str) -> VerificationKey | None:
    if shown.owner != actor_uri or not same_origin(shown.id, actor_uri):
        return None
    try:
        if shown.pem is not None:
            return keys.load_public(shown.pem, shown.id)
        return keys.from_multikey(shown.multibase or "", shown.id)
    except NotValid:
        return None


def _free_handle(tx: Tx, candidate: Candidate) -> None:
    """Take the handle from whoever had it before: the host decides whose its names are.

    Servers give a name a new id when an account is made anew (Mastodon's numeric ids).
    """
    holder = actors.by_handle(tx, candidate.username, candidate.domain)
    if holder is not None and holder.uri != candidate.uri:
        if holder.local:
            raise NotValid("This actor claims a name of ours.", detail=candidate.uri)
        actors.change(tx, holder.id, {"username_key": f"{holder.username.lower()}#{holder.id}"})


def _actor(tx: Tx, candidate: Candidate, known: Actor | None) -> Actor:
    doc = candidate.doc

    def own(address: str | None) -> str | None:
        return address if address and same_origin(address, doc.id) else None

    return Actor(
        id=known.id if known else tx.new_id(),
        uri=doc.id,
        local=False,
        type=doc.type,
        username=candidate.username,
        domain=candidate.domain,
        name=doc.name or "",
        summary_html=sanitise(doc.summary or ""),
        url=own(doc.url),
        icon=Picture(url=doc.icon_url, media_type=doc.icon_media_type) if doc.icon_url else None,
        image=Picture(url=doc.image_url, media_type=doc.image_media_type) if doc.image_url else None,
        fields=tuple((name, sanitise(value)) for name, value in doc.fields),
        emojis=emoji_pairs(doc.emojis),
        also_known_as=doc.also_known_as,
        moved_to=doc.moved_to,
        inbox=candidate.inbox,
        shared_inbox=own(doc.shared_inbox),
        outbox=own(doc.outbox),
        followers=own(doc.followers),
        following=own(doc.following),
        featured=own(doc.featured),
        manually_approves=doc.manually_approves or False,
        discoverable=doc.discoverable or False,
        indexable=doc.indexable or False,
        details=_details(doc),
        published_at=doc.published,
        created_at=known.created_at if known else tx.now,
        updated_at=tx.now,
        fetched_at=tx.now,
        suspended_at=known.suspended_at if known else None,
    )


def _details(doc: ActorDoc) -> Details:
    return Details(
        attribution_domains=doc.attribution_domains,
        icon_description=clean_text(doc.icon_description or ""),
        image_description=clean_text(doc.image_description or ""),
    )


def emoji_pairs(emojis: tuple[EmojiDoc, ...]) -> tuple[tuple[str, str], ...]:
    """(`:shortcode:`, picture) of those that have a picture."""
    return tuple((f":{each.shortcode}:", each.url) for each in emojis if each.url)
