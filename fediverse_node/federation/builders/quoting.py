"""Consent in documents: the policy of a post, its quote in every spelling, what asks and what answers.

Peers read a quote as `quote` (FEP-044f), `quoteUri` (Fedibird), `quoteUrl` (Pleroma), `_misskey_quote`, or
as a Link (FEP-e232); for all others the text begins with a link. Policies are in the words of GoToSocial,
both the newer and the older ones; Mastodon reads `canQuote` of them.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Final

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import LD_JSON
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.posts.model import Post
from fediverse_node.quotes.model import SILENT, Interaction, Permission, Policy
from fediverse_node.visibility.policy import stated

_RELATION: Final = "https://misskey-hub.net/ns#_misskey_quote"
_NAMES: Final = (("canLike", "like"), ("canReply", "reply"), ("canAnnounce", "boost"), ("canQuote", "quote"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a post quotes.

    Attributes:
        uri: the id of the quoted post.
        page: what people open.
        authorization: where the quoted author's yes can be read; None while there is none.
    """

    uri: str
    page: str
    authorization: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a note says of consent.

    Attributes:
        policy: what its author noted.
        approved_by: where the yes to the answer that it is can be read.
    """

    policy: Policy = SILENT
    quote: Quote | None = None
    approved_by: str | None = None


NO_TERMS: Final = Terms()


def properties(post: Post, author: Actor, terms: Terms) -> JsonDict:
    """What a Note says of consent, but for the text and the tag."""
    quote = terms.quote
    said: JsonDict = {"interactionPolicy": _policy(stated(post, author, terms.policy))}
    if terms.approved_by is not None:
        said["approvedBy"] = terms.approved_by
    if quote is not None:
        said |= dict.fromkeys(("quote", "quoteUri", "quoteUrl", "_misskey_quote"), quote.uri)
        if quote.authorization is not None:
            said["quoteAuthorization"] = quote.authorization
    return said


def text(content: str, quote: Quote | None) -> str:
    """*content* behind a link to what is quoted, which peers that show the quote itself hide by its class."""
    if quote is None:
        return content
    page = html.escape(quote.page)
    return f'<p class="quote-inline">RE: <a href="{page}">{page}</a></p>{content}'


def tags(quote: Quote | None) -> list[JsonDict]:
    """The quote as an object link (FEP-e232)."""
    if quote is None:
        return []
    return [
        {
            "type": "Link",
            "mediaType": LD_JSON,
            "rel": _RELATION,
            "href": quote.uri,
            "name": f"RE: {quote.page}",
        }
    ]


def request(*, id_: str, actor: str, target: str, author: str, note: str | JsonDict, origin: str) -> JsonDict:
    """*actor* asks *author* whether *note* may quote the post *target*.

    *note* is the whole Note where its author may read it: Mastodon looks at it before it answers.
    """
    document = write.activity(
        "QuoteRequest",
        id_=id_,
        actor=actor,
        object_=target,
        audience=([author], []),
        context=write.note_context(origin),
    )
    return {**document, "instrument": note}


def accept(interaction: Interaction, *, id_: str, quoter: str, author: Actor, origin: str) -> JsonDict:
    """*author* says yes to the QuoteRequest that *interaction* came from, and where that can be read."""
    return {
        **_answer("Accept", interaction, id_, quoter, author, origin),
        "result": interaction.authorization_uri,
    }


def reject(interaction: Interaction, *, id_: str, quoter: str, author: Actor, origin: str) -> JsonDict:
    """*author* says no to it."""
    return _answer("Reject", interaction, id_, quoter, author, origin)


def revocation(interaction: Interaction, *, id_: str, quoter: str, author: Actor, origin: str) -> JsonDict:
    """*author* takes a yes back. The posts are named by id only: the quote is not the author's to show."""
    return write.activity(
        "Delete",
        id_=id_,
        actor=author.uri,
        object_=_authorization(interaction, author),
        audience=([quoter], []),
        context=write.note_context(origin),
    )


def authorization(interaction: Interaction, author: Actor, *, addresses: Addresses) -> JsonDict:
    """What is served where a yes of ours can be read. Never holds the quote itself (FEP-044f)."""
    return {"@context": write.note_context(addresses.origin), **_authorization(interaction, author)}


def _authorization(interaction: Interaction, author: Actor) -> JsonDict:
    return {
        "id": interaction.authorization_uri,
        "type": "QuoteAuthorization",
        "attributedTo": author.uri,
        "interactingObject": interaction.post_uri,
        "interactionTarget": interaction.target_uri,
    }


def _answer(
    verb: str, interaction: Interaction, id_: str, quoter: str, author: Actor, origin: str
) -> JsonDict:
    asked = {
        "id": interaction.request_uri,
        "type": "QuoteRequest",
        "actor": quoter,
        "object": interaction.target_uri,
        "instrument": interaction.post_uri,
    }
    return write.activity(
        verb,
        id_=id_,
        actor=author.uri,
        object_=asked,
        audience=([quoter], []),
        context=write.note_context(origin),
    )


def _policy(policy: Policy) -> JsonDict:
    named = {"like": policy.like, "reply": policy.reply, "boost": policy.boost, "quote": policy.quote}
    return {term: _permission(named[name]) for term, name in _NAMES}


def _permission(permission: Permission | None) -> JsonDict:
    assert permission is not None, "our own posts say everything"
    said = {"automaticApproval": list(permission.automatic), "always": list(permission.automatic)}
    if permission.manual:
        said |= {"manualApproval": list(permission.manual), "approvalRequired": list(permission.manual)}
    return said
