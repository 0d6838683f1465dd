"""Storing a post because somebody points to it: a boost, a search. Nobody is told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import consenting, polls
from fediverse_node.federation.discovery.objects import FoundPost, FoundQuote, stored_author
from fediverse_node.federation.discovery.shaping import published_at, shape
from fediverse_node.federation.discovery.stripping import stripped
from fediverse_node.kernel.ids import id_at
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.quotes.model import Interaction
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import by_tag
from fediverse_node.visibility.policy import may_answer

#: What is older when it is found is no news to those who follow its hashtags.
_NEWS: Final = timedelta(days=1)


def store(tx: Tx, found: FoundPost, *, in_its_time: bool = False) -> Post | None:
    """The post as a row, with its author, made now if it was not here.

    With *in_its_time* it stands where it was published and not on top: for what nobody waits for.

    None when it was deleted, or when its author is suspended here or gone.
    """
    author = stored_author(tx, found)
    if not author.active:
        return None
    if found.doc.in_reply_to is not None and not may_answer(tx, found.doc.in_reply_to, author, author.uri):
        return None
    id_ = id_at(published_at(found.doc, tx.now)) if in_its_time else tx.new_id()
    shaped = shape(found.doc, author, id_=id_, now=tx.now)
    stored = posts.add(
        tx, stripped(tx, shaped.post, author), mentioned=shaped.mentioned, tagged=shaped.tagged
    )
    if stored is not None:
        polls.keep(tx, stored, found.doc)
        _keep_consent(tx, stored, found, author)
        if stored.published_at > tx.now - _NEWS:
            by_tag.deliver(tx, stored, shaped.tagged)
    return stored or posts.by_uri(tx, found.uri)


def keep_quoted(
    tx: Tx, post: Post, doc: ObjectDoc, author: Actor, quote: FoundQuote | None
) -> Interaction | None:
    """Note what *post*, which is here, says of consent, with what was found of its quote, if anything.

    What it quotes is stored for it, as what is boosted is.
    """
    if quote is not None and quote.post is not None:
        store(tx, quote.post)
    return consenting.keep(tx, post, doc, author, yes=quote.authorization if quote is not None else None)


def _keep_consent(tx: Tx, post: Post, found: FoundPost, author: Actor) -> None:
    if found.doc.policy is not None or found.doc.quote is not None:
        keep_quoted(tx, post, found.doc, author, found.quote)
