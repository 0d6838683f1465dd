"""What a post of somebody elsewhere says of consent, noted beside it: its policy, and what it quotes."""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.read_interaction import AuthorizationDoc, PermissionDoc, PolicyDoc
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.quoted import grants
from fediverse_node.moderation import queries as moderation
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import SILENT, Interaction, Permission, Policy, State
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.policy import judge
from fediverse_node.visibility.rule import may_see, viewer_for


@dataclass(frozen=True, slots=True)
class _Answer:
    state: State
    authorization_uri: str | None = None


def keep(
    tx: Tx, post: Post, doc: ObjectDoc, author: Actor, *, yes: AuthorizationDoc | None = None
) -> Interaction | None:
    """Note what *doc* says of consent about *post*, which is here, by *author*. Gives its quote.

    *yes* is what was found where *doc* says that the quoted author's yes is.
    """
    if doc.policy is not None:
        policy = _policy(doc.policy)
        if policy != SILENT or post.edited_at is not None:
            quotes.set_policy(tx, post.id, policy)
    if doc.quote is not None:
        return keep_quote(tx, post, doc, author, yes=yes)
    if post.edited_at is not None:
        known = quotes.by_post_uri(tx, post.uri, "quote")
        if known is not None:
            quotes.remove(tx, known)
    return None


def keep_quote(
    tx: Tx, post: Post, doc: ObjectDoc, author: Actor, *, yes: AuthorizationDoc | None = None
) -> Interaction:
    """Note what *post* quotes and whether it may. Done again, it finds what became known since.

    A yes that was given stays, also where a later copy does not name it: only its author takes it back.
    """
    assert doc.quote is not None
    target = posts.by_uri(tx, doc.quote)
    known = quotes.by_post_uri(tx, post.uri, "quote")
    if known is not None and known.target_uri != doc.quote:
        quotes.remove(tx, known)
        known = None
    if known is None:
        known = Interaction(
            id=tx.new_id(),
            kind="quote",
            post_uri=post.uri,
            post_id=post.id,
            actor_id=author.id,
            target_uri=doc.quote,
            target_id=target.id if target is not None else None,
            target_actor_id=target.actor_id if target is not None else None,
            state="pending",
            created_at=tx.now,
            updated_at=tx.now,
        )
        quotes.add(tx, known)
    elif target is not None and (known.post_id, known.target_id) != (post.id, target.id):
        known = quotes.link(tx, known, post_id=post.id, target=target.id, owner=target.actor_id)
    if known.state != "pending" or target is None:
        return known
    answer = _answer(tx, post, target, author, yes)
    if answer.state == "pending":
        return known
    return quotes.decide(tx, known, answer.state, authorization_uri=answer.authorization_uri)


def _answer(tx: Tx, post: Post, target: Post, author: Actor, yes: AuthorizationDoc | None) -> _Answer:
    """Whether *post* may quote *target*, as far as is known."""
    owner = actors.by_id(tx, target.actor_id)
    if owner is None or not owner.active or target.boost_of_id is not None:
        return _Answer("pending")
    if owner.id == author.id:
        return _Answer("accepted")
    if owner.local:
        return _Answer("accepted" if may_quote(tx, target, owner, author) else "rejected")
    if yes is not None and grants(yes, post_uri=post.uri, target_uri=target.uri, owner_uri=owner.uri):
        return _Answer("accepted", yes.id)
    return _Answer("pending")


def may_quote(tx: Tx, target: Post, owner: Actor, author: Actor) -> bool:
    """Whether *author*, from elsewhere, may quote the post *target* of our own *owner*."""
    if target.local_only or not may_see(tx, target, viewer_for(author)):
        return False
    if moderation.turns_away(tx, owner.id, author.id, author.domain):
        return False
    return judge(tx, target, owner, "quote", author) == "automatic"


def _policy(doc: PolicyDoc) -> Policy:
    """As it is noted: what holds anyway is left out. That everybody may quote does not go without saying."""
    return Policy(
        reply=_unless_open(doc.can_reply),
        quote=_permission(doc.can_quote),
        boost=_unless_open(doc.can_announce),
        like=_unless_open(doc.can_like),
    )


def _unless_open(doc: PermissionDoc | None) -> Permission | None:
    return None if doc is not None and PUBLIC in doc.automatic else _permission(doc)


def _permission(doc: PermissionDoc | None) -> Permission | None:
    return None if doc is None else Permission(automatic=doc.automatic, manual=doc.manual)
