"""Looking up what a post quotes, and its author's yes, at their origins. Nothing is stored.

Only a yes makes a quote worth a request: without one it is not shown, so nothing of it is fetched. What is
fetched is compared with the very two posts before it counts, so a yes to something else, or of somebody
else, changes nothing, and does not keep the right one from being found later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.read_interaction import AuthorizationDoc, read_authorization
from fediverse_node.actors import queries as actors
from fediverse_node.federation.discovery import objects
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.federation.discovery.objects import FoundPost, FoundQuote
from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """Of the quoted post: whether it is here, and whose it is."""

    author: str | None


def is_worth_a_look(doc: ObjectDoc, own_origin: str) -> bool:
    """Whether asking other servers can show that *doc* may quote what it quotes.

    Of a post of ours we know ourselves; of a post on the author's own server it may be the author's.
    """
    if doc.quote is None or doc.id is None or same_origin(doc.quote, own_origin):
        return False
    return same_origin(doc.quote, doc.id) or same_origin(doc.quote_authorization or "", doc.quote)


async def look(discovery: Discovery, doc: ObjectDoc, budget: Budget) -> FoundQuote:
    """What *doc* quotes, where it is not here, and its author's yes. At most three documents.

    Raises:
        NotNow: an origin cannot answer at the moment; NotFound, Gone, NotAllowed, NotValid: it will not.
    """
    if not is_worth_a_look(doc, discovery.addresses.origin):
        return FoundQuote()
    assert doc.quote is not None
    uri = doc.quote
    here = await discovery.db.read(lambda tx: _here(tx, uri))
    post = None if here.author is not None else await objects.fetch(discovery, uri, budget)
    author = here.author if post is None else post.author.uri
    if post is not None and post.uri != uri:
        raise NotValid("What is quoted goes by another id.", detail=uri[:200])
    if author in doc.attributed_to or doc.quote_authorization is None:
        return FoundQuote(post=post)
    return FoundQuote(
        post=post, authorization=await authorization(discovery, doc.quote_authorization, budget)
    )


async def authorization(discovery: Discovery, uri: str, budget: Budget) -> AuthorizationDoc:
    """The yes that is served at *uri*.

    Raises:
        NotValid: there is something else. The rest as `Fetcher.document`.
    """
    found = read_authorization(await discovery.fetcher.document(uri, budget))
    if found is None or found.id != uri:
        raise NotValid("This is not a yes to a quote.", detail=uri[:200])
    return found


async def with_quote(discovery: Discovery, found: FoundPost, budget: Budget) -> FoundPost:
    """*found* with what it quotes, as far as that can be had: a post is a post without it, too."""
    try:
        return replace(found, quote=await look(discovery, found.doc, budget))
    except NodeError:
        return found


def grants(yes: AuthorizationDoc, *, post_uri: str, target_uri: str, owner_uri: str) -> bool:
    """Whether *yes* is what the author *owner_uri* of the post *target_uri* says to the post *post_uri*."""
    return (
        yes.id is not None
        and same_origin(yes.id, target_uri)
        and yes.attributed_to == owner_uri
        and yes.interacting_object == post_uri
        and yes.interaction_target == target_uri
    )


def _here(tx: Tx, uri: str) -> _Here:
    post = posts.by_uri(tx, uri)
    author = actors.by_id(tx, post.actor_id) if post is not None else None
    return _Here(author=author.uri if author is not None else None)
