"""Quoting: may this be quoted, by whom is it asked, and what is noted of it.

A quote of oneself needs nobody's yes, and one of a neighbour here is decided at once by what the neighbour
allows. The author of a post elsewhere is sent a QuoteRequest; until they say yes the quote is pending, and
nobody who keeps to FEP-044f shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import note, quoting
from fediverse_node.federation.builders.note import NoteParts
from fediverse_node.federation.builders.quoting import NO_TERMS, Quote, Terms
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.own import visible_post
from fediverse_node.kernel.errors import NotAllowed, NotFound, NotValid
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import SILENT, Audience, Interaction, Kind, State, Verdict
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.policy import chosen, judge
from fediverse_node.visibility.rule import OPEN
from fediverse_node.visibility.telling import tell

_WHO = {
    "reply": "The author of this post does not let you answer it.",
    "boost": "The author of this post does not let you boost it.",
    "like": "The author of this post does not let you like it.",
    "quote": "The author of this post does not let you quote it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a draft says of consent.

    Attributes:
        quoted_id: the post it quotes.
        reply, quote, boost: who may do this with it; None: what goes without saying.
    """

    quoted_id: int | None = None
    reply: Audience | None = None
    quote: Audience | None = None
    boost: Audience | None = None


def settle(
    tx: Tx, desk: Desk, post: Post, author: Actor, *, parent: Post | None, wishes: Wishes
) -> tuple[Terms, Interaction | None]:
    """Note everything that *post*, just stored, says of consent, and that it takes.

    Returns:
        The terms of its Note, and its quote, for `ask`.

    Raises:
        NotAllowed: the author of what it answers or quotes does not want that.
        NotFound, NotValid: see `add_quote`.
    """
    if parent is not None:
        owner = actors.by_ids(tx, [parent.actor_id])[parent.actor_id]
        note_pending(tx, post, "reply", parent, require_leave(tx, parent, owner, "reply", author))
    policy = chosen(author, reply=wishes.reply, quote=wishes.quote, boost=wishes.boost)
    if policy != SILENT:
        quotes.set_policy(tx, post.id, policy)
    if wishes.quoted_id is None:
        return (NO_TERMS if policy == SILENT else Terms(policy=policy)), None
    quote, interaction = add_quote(tx, desk, post, author, wishes.quoted_id)
    return Terms(policy=policy, quote=quote), interaction


def require_leave(tx: Tx, post: Post, author: Actor, kind: Kind, actor: Actor) -> Verdict:
    """What *actor* gets who wants to do this with *post* by *author*: leave, or that it has to be asked for.

    Raises:
        NotAllowed: its author does not want it.
    """
    verdict = judge(tx, post, author, kind, actor)
    if verdict == "denied" or (post.local and verdict != "automatic"):
        raise NotAllowed(_WHO[kind], detail=f"{kind} of {post.uri} by {actor.uri}")
    return verdict


def require_leave_to_like(tx: Tx, post: Post, author: Actor, actor: Actor) -> None:
    """Refuse a like that the author of *post* does not want.

    Raises:
        NotAllowed: they do not.
    """
    if judge(tx, post, author, "like", actor) == "denied":
        raise NotAllowed(_WHO["like"], detail=f"like of {post.uri} by {actor.uri}")


def note_pending(tx: Tx, done: Post, kind: Kind, target: Post, verdict: Verdict) -> None:
    """Remember of an answer or a boost that its author elsewhere has yet to say yes to it."""
    if not target.local and verdict in {"manual", "unknown"}:
        _add(tx, done, kind, target, "pending")


def add_quote(tx: Tx, desk: Desk, post: Post, author: Actor, quoted_id: int) -> tuple[Quote, Interaction]:
    """Note that *post*, just stored, quotes another, and tell its author if they are here.

    Raises:
        NotFound: that is not here for *author*.
        NotValid: it is a boost, or *post* would show to more people what was for fewer.
        NotAllowed: its author does not want it to be quoted.
    """
    target = _quotable(tx, post, author, quoted_id)
    owner = actors.by_ids(tx, [target.actor_id])[target.actor_id]
    require_leave(tx, target, owner, "quote", author)
    decided = owner.local
    interaction = _add(tx, post, "quote", target, "accepted" if decided else "pending")
    if decided and owner.id != author.id:
        uri = desk.addresses.quote(owner.username, interaction.id)
        interaction = quotes.decide(tx, interaction, "accepted", authorization_uri=uri)
        tell(tx, owner.id, "quote", from_actor_id=author.id, post_id=post.id)
    quote = Quote(uri=target.uri, page=target.url or target.uri, authorization=interaction.authorization_uri)
    return quote, interaction


def ask(tx: Tx, desk: Desk, parts: NoteParts, interaction: Interaction | None) -> None:
    """Send the author of what is quoted the request for their yes, unless it was given or is not needed.

    The quote is in it where everybody may read it. A closed one is named only: who was not meant to
    read it does not get to read it by being quoted.
    """
    if interaction is None or interaction.state != "pending" or interaction.target_actor_id is None:
        return
    owner = actors.by_ids(tx, [interaction.target_actor_id])[interaction.target_actor_id]
    id_ = desk.addresses.activity(tx.new_id())
    quotes.ask_again(tx, interaction, id_)
    whole = parts.post.visibility in OPEN
    document = quoting.request(
        id_=id_,
        actor=parts.author.uri,
        target=interaction.target_uri,
        author=owner.uri,
        note=note.embedded(parts, addresses=desk.addresses) if whole else parts.post.uri,
        origin=desk.addresses.origin,
    )
    queue.enqueue(
        tx,
        actor=parts.author,
        document=document,
        inboxes=audience.of_person(owner),
        post_id=parts.post.id,
    )


def _quotable(tx: Tx, post: Post, author: Actor, quoted_id: int) -> Post:
    try:
        target = visible_post(tx, author, quoted_id)
    except NotFound as error:
        raise NotFound("The post this quotes is not here. It may have been deleted.") from error
    if target.boost_of_id is not None:
        raise NotValid("This is a boost. Quote the post itself.")
    if target.visibility not in OPEN:
        if target.actor_id != author.id:
            raise NotAllowed("Only its author can quote a post that is not public.")
        wider = target.visibility == "direct" and post.visibility != "direct"
        if post.visibility in OPEN or wider:
            raise NotValid("A quote cannot be for more people than what it quotes.")
    if target.local_only and not post.local_only:
        raise NotValid("This post stays on this server, so what quotes it has to stay here, too.")
    return target


def _add(tx: Tx, done: Post, kind: Kind, target: Post, state: State) -> Interaction:
    interaction = Interaction(
        id=tx.new_id(),
        kind=kind,
        post_uri=done.uri,
        post_id=done.id,
        actor_id=done.actor_id,
        target_uri=target.uri,
        target_id=target.id,
        target_actor_id=target.actor_id,
        state=state,
        created_at=tx.now,
        updated_at=tx.now,
    )
    quotes.add(tx, interaction)
    return interaction
