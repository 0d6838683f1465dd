"""Finding a post by its id at its origin, with its author, and making it ready to be stored."""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read import read_activity, read_object
from fediverse_node.activitystreams.read_interaction import AuthorizationDoc
from fediverse_node.activitystreams.values import kind
from fediverse_node.actors import queries as actor_rows
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import actors
from fediverse_node.federation.discovery.candidate import Candidate, store
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.kinds import is_post
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.kernel.errors import Gone, NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.storage.tx import Tx

#: Activities whose object a group may pass on (FEP-1b12).
_WRAPPERS = frozenset({"Create", "Update"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundQuote:
    """What was found of a quote: the quoted post, where it was not here, and its author's yes."""

    post: FoundPost | None = None
    authorization: AuthorizationDoc | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPost:
    """A post as its origin shows it now, and its author: stored, or just fetched.

    `uri` is the id of the document, which is where it came from.
    """

    uri: str
    doc: ObjectDoc
    author: Actor | Candidate
    quote: FoundQuote | None = None


async def fetch(discovery: Discovery, uri: str, budget: Budget) -> FoundPost:
    """The post at *uri*, which may also be the id of its Create. Nothing is stored.

    Raises:
        NotValid: what is there is no post, or names no author on its own origin.
        NotNow, Gone, NotFound, NotAllowed: as `Fetcher.document`.
    """
    return await from_document(discovery, await discovery.fetcher.document(uri, budget), budget)


async def from_document(discovery: Discovery, document: JsonDict, budget: Budget) -> FoundPost:
    """The post in a document that `Fetcher.document` gave.

    Raises:
        As `fetch`.
    """
    if kind(document) in _WRAPPERS:
        inner = read_activity(document).object_id
        if inner is None or not same_origin(inner, document["id"]):
            raise NotValid("There is no post of this server in this activity.")
        document = await discovery.fetcher.document(inner, budget)
    doc = read_object(document)
    if doc.type == "Tombstone":
        raise Gone("It was deleted at its origin.", detail=str(doc.id)[:200])
    if doc.id is None or not is_post(doc):
        raise NotValid(f"“{doc.type[:40]}” is not a kind of post.")
    author_uri = author_of(doc)
    known = await discovery.db.read(lambda tx: actor_rows.by_uri(tx, author_uri))
    author = known or await actors.fetch(discovery, author_uri, budget)
    return FoundPost(uri=doc.id, doc=doc, author=author)


def author_of(doc: ObjectDoc) -> str:
    """Who wrote it: the one author it names, or the first of several who is on its own origin.

    PeerTube names the person and the channel; somebody on another server can never be the author.

    Raises:
        NotValid: nobody on the origin of its id.
    """
    for uri in doc.attributed_to:
        if doc.id is not None and same_origin(uri, doc.id):
            return uri
    raise NotValid("The post names no author of its own server.", detail=str(doc.id)[:200])


def stored_author(tx: Tx, found: FoundPost) -> Actor:
    """The author as a row, made now if there was none."""
    if isinstance(found.author, Candidate):
        return store(tx, found.author)
    return actor_rows.by_uri(tx, found.author.uri) or found.author
