"""Mastodon's Status from posts of ours: a page of them with a fixed number of statements.

Every way to a status leads through `statuses`, which begins with the rule of visibility. What a
viewer may not see is not here, and nothing says that it exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent.model import Decision
from fediverse_node.kernel.errors import NotFound
from fediverse_node.posts import marks
from fediverse_node.posts import queries as posts
from fediverse_node.posts.marks import NO_MARKS, Marks
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.quotes.model import Kind
from fediverse_node.visibility import muted, rule
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.entities_card import cards
from fediverse_node.web.client_api.entities_filter import filtered
from fediverse_node.web.client_api.entities_poll import poll_entities
from fediverse_node.web.client_api.entities_quote import Quotes, approvals, gather, shallow, state_of
from fediverse_node.web.client_api.entities_reaction import entities, reacted
from fediverse_node.web.client_api.status_parts import frame, status_parts
from fediverse_node.web.client_api.view import JsonDict, View

#: What a boost says of the post it boosts, because apps filter by it without looking inside.
_MIRRORED = (
    "language",
    "sensitive",
    "spoiler_text",
    "favourited",
    "reblogged",
    "bookmarked",
    "muted",
    "filtered",
    "fediverse_node",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """Everything a page of statuses is made from, read before the first of them is made."""

    originals: Mapping[int, Post]
    accounts: Mapping[int, JsonDict]
    parts: Mapping[int, JsonDict]
    addresses: Addresses
    marks: Marks
    reacted: set[tuple[int, str]]
    training: Mapping[str, Decision]
    polls: Mapping[int, JsonDict]
    quotes: Quotes
    approvals: Mapping[int, JsonDict]
    muted: AbstractSet[int]
    filtered: Mapping[int, list[JsonDict]]
    cards: Mapping[str, JsonDict]


def statuses(view: View, found: Sequence[Post]) -> list[JsonDict]:
    """Status entities of those of *found* that the viewer may see, in their order."""
    seen = rule.survey(view.tx, found, view.viewer)
    if not seen.shown:
        return []
    shelf = _stock(view, seen)
    return [_status(post, shelf) for post in seen.shown]


def by_id(view: View, found: Sequence[Post]) -> dict[int, JsonDict]:
    """The same, by the post's id."""
    return {int(each["id"]): each for each in statuses(view, found)}


def one_status(view: View, post_id: int) -> JsonDict:
    """The Status with this id.

    Raises:
        NotFound: there is none, or none that the viewer may see: the two look alike.
    """
    post = posts.by_id(view.tx, post_id)
    shown = statuses(view, [post]) if post is not None else []
    if not shown:
        raise NotFound("There is no such post.")
    return shown[0]


def _stock(view: View, seen: rule.Survey) -> _Shelf:
    """Read what the statuses need, each kind at once."""
    boosted = {post.boost_of_id for post in seen.shown}
    originals = {id_: post for id_, post in seen.originals.items() if id_ in boosted}
    own = [post for post in seen.shown if post.boost_of_id is None]
    quotes = gather(view, [*seen.shown, *originals.values()])
    authors = {**seen.authors, **quotes.authors}
    proper = list({post.id: post for post in (*own, *originals.values(), *quotes.quoted.values())}.values())
    written_by = {post.actor_id for post in (*seen.shown, *proper)}
    me = view.viewer.actor_id
    ids = [post.id for post in proper]
    polls = poll_entities(view, proper)
    parts = status_parts(view, proper)
    linked = (parts[id_]["card"] for id_ in ids if "quote" not in quotes.noted.get(id_, {}))
    return _Shelf(
        originals=originals,
        accounts=accounts(view, (authors[id_] for id_ in written_by)),
        parts=parts,
        addresses=view.house.addresses,
        marks=NO_MARKS if me is None else marks.of(view.tx, me, ids),
        reacted=reacted(view, proper),
        training=_trainable(view, proper, authors),
        polls=polls,
        quotes=quotes,
        approvals=approvals(view, proper, authors),
        muted=in_muted_threads(view, ids),
        filtered=filtered(view, proper, polls),
        cards=cards(view, [link for link in linked if link is not None]),
    )


def in_muted_threads(view: View, ids: Sequence[int]) -> set[int]:
    """Those of the posts *ids* that stand in a thread which the viewer muted. Mostly no statement."""
    return muted.in_muted_threads(view.tx, view.viewer.actor_id, ids)


def _trainable(view: View, proper: Iterable[Post], authors: Mapping[int, Actor]) -> Mapping[str, Decision]:
    """Whose use is allowed, by their uris: ours by the ledger, others' by their word."""
    ours, allowed = [], {}
    for post in proper:
        if post.local:
            ours.append(subject_of(post, authors[post.actor_id]))
        elif _says_yes(post.content_usage):
            allowed[post.uri] = Decision(train_ai=True)
    decided = decisions.decisions(view.tx, ours) if ours else {}
    return allowed | {uri: decision for uri, decision in decided.items() if decision.purposes}


def _says_yes(content_usage: str | None) -> bool:
    """Whether an AIPREF statement allows training. Any no in it wins, and silence is no."""
    if not content_usage:
        return False
    said = {part.strip().lower() for part in content_usage.split(",")}
    return "train-ai=y" in said and "train-ai=n" not in said


def _status(post: Post, shelf: _Shelf) -> JsonDict:
    if post.boost_of_id is None:
        return _proper(post, shelf)
    inner = _proper(shelf.originals[post.boost_of_id], shelf)
    boost = frame(post)
    boost.update({name: inner[name] for name in _MIRRORED})
    boost["account"] = shelf.accounts[post.actor_id]
    boost["reblog"] = inner
    return _with_approval(boost, post, "boost", shelf)


def _proper(post: Post, shelf: _Shelf) -> JsonDict:
    status = _plain(post, shelf)
    quote = shelf.quotes.noted.get(post.id, {}).get("quote")
    if quote is not None:
        state, quoted = state_of(quote, shelf.quotes), None
        if state == "accepted":
            target = shelf.quotes.quoted[quote.target_id or 0]
            quoted = {**_plain(target, shelf), "quote": shallow(target, shelf.quotes)}
        status["quote"] = {"state": state, "quoted_status": quoted}
    return _with_approval(status, post, "reply", shelf)


def _with_approval(status: JsonDict, post: Post, kind: Kind, shelf: _Shelf) -> JsonDict:
    """What became of an answer or a boost that its author elsewhere has to say yes to."""
    done = shelf.quotes.noted.get(post.id, {}).get(kind)
    if done is not None:
        status["fediverse_node"] = {**status["fediverse_node"], "approval": done.state}
    return status


def _plain(post: Post, shelf: _Shelf) -> JsonDict:
    """The status without what it quotes."""
    status = dict(shelf.parts[post.id])
    status["account"] = shelf.accounts[post.actor_id]
    status["replies_count"] = post.replies_count
    status["reblogs_count"] = post.boosts_count
    status["favourites_count"] = post.favourites_count
    status.update(shelf.approvals[post.id])
    status["poll"] = shelf.polls.get(post.id)
    status["card"] = shelf.cards.get(status["card"])
    status["favourited"] = post.id in shelf.marks.favourited
    status["reblogged"] = post.id in shelf.marks.boosted
    status["pinned"] = post.id in shelf.marks.pinned
    status["bookmarked"] = post.id in shelf.marks.bookmarked
    status["muted"] = post.id in shelf.muted
    status["filtered"] = shelf.filtered.get(post.id, [])
    reactions = entities(post, shelf.reacted, shelf.addresses) if post.reactions else []
    status["pleroma"] = {"local": post.local, "emoji_reactions": reactions}
    decision = shelf.training.get(post.uri)
    if decision is not None:
        status["fediverse_node"] = {
            **status["fediverse_node"],
            "training_use": "yes" if decision.train_ai else "no",
            "training_purposes": list(decision.purposes),
            "training_media": [
                str(item.file_id) for item in post.attachments if item.sha256 in decision.media
            ],
        }
    return status
