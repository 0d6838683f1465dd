"""Quotes in a Status, as Mastodon 4.5 shows them: the quoted post only where its author said yes.

Everything is read for a whole page at once: which of its posts quote, what they quote as far as the viewer
may see it, and who may quote them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import SILENT, Interaction, Kind, Permission, Policy
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import policy as rules
from fediverse_node.visibility import rule
from fediverse_node.visibility.rule import Viewer
from fediverse_node.web.client_api.view import JsonDict, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """What the quotes of one page are made from.

    Attributes:
        noted: what the posts of the page, and those they quote, do that takes consent.
        quoted: the posts they quote that the viewer may see.
        here: ids of quoted posts that exist, seen or not.
        authors: whose those are.
    """

    noted: Mapping[int, Mapping[Kind, Interaction]]
    quoted: Mapping[int, Post]
    here: frozenset[int]
    authors: Mapping[int, Actor]


def gather(view: View, shown: Sequence[Post]) -> Quotes:
    """What the posts of a page, boosts among them, say of consent."""
    noted = quotes.of_posts(view.tx, [post.id for post in shown])
    wanted = {
        each.target_id
        for done in noted.values()
        if (each := done.get("quote")) is not None and each.state == "accepted" and each.target_id is not None
    }
    if not wanted:
        return Quotes(noted=noted, quoted={}, here=frozenset(), authors={})
    found = posts.by_ids(view.tx, wanted)
    seen = rule.survey(view.tx, list(found.values()), view.viewer)
    quoted = {post.id: post for post in seen.shown}
    return Quotes(
        noted={**quotes.of_posts(view.tx, quoted), **noted},
        quoted=quoted,
        here=frozenset(found),
        authors=seen.authors,
    )


def state_of(quote: Interaction, found: Quotes) -> str:
    """The state of a quote in the words of the API."""
    if quote.state != "accepted":
        return quote.state
    if quote.target_id in found.quoted:
        return "accepted"
    return "unauthorized" if quote.target_id in found.here else "deleted"


def shallow(post: Post, found: Quotes) -> JsonDict | None:
    """The quote in a post that is quoted itself: named and not shown, or quotes would have no end."""
    quote = found.noted.get(post.id, {}).get("quote")
    if quote is None:
        return None
    shown = quote.state == "accepted" and quote.target_id is not None
    return {"state": quote.state, "quoted_status_id": str(quote.target_id) if shown else None}


def approvals(view: View, proper: Sequence[Post], authors: Mapping[int, Actor]) -> dict[int, JsonDict]:
    """Who may quote each of *proper*, whether the viewer may, and how often it is quoted, by post."""
    noted, counts = quotes.standing_of(view.tx, [post.id for post in proper])
    held = {
        post.id: rules.stated(post, authors[post.actor_id], noted.get(post.id, SILENT)) for post in proper
    }
    eyes = _Eyes.of(view, held, authors, {post.actor_id for post in proper})
    made = {}
    for post in proper:
        author, policy = authors[post.actor_id], held[post.id]
        automatic, manual = _names(policy.quote, author) if policy.quote else ([], [])
        made[post.id] = {
            "quotes_count": counts.get(post.id, 0),
            "quote_approval": {
                "automatic": automatic,
                "manual": manual,
                "current_user": eyes.verdict(post, author, policy),
            },
        }
    return made


def verdicts(tx: Tx, post: Post, author: Actor, viewers: Iterable[Viewer]) -> dict[int | None, str]:
    """Whether each of *viewers* may quote *post* (`quote_approval.current_user`), by their id."""
    policy = rules.stated(post, author, quotes.policies_of(tx, [post.id]).get(post.id, SILENT))
    people = {each.actor_id: each.actor_uri for each in viewers}
    ids = [id_ for id_ in people if id_ is not None]
    named = _all(policy.quote)
    following = set(follows.local_follower_ids(tx, author.id)) if author.followers in named else set()
    followed = follows.followed_among(tx, author.id, ids) if author.following in named and ids else set()

    def verdict(id_: int | None, uri: str | None) -> str:
        if uri is None:
            return "denied"
        return rules.weigh(
            policy,
            "quote",
            post=post,
            author=author,
            actor_uri=uri,
            is_follower=lambda: id_ in following,
            is_followed=lambda: id_ in followed,
        )

    return {id_: verdict(id_, uri) for id_, uri in people.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Eyes:
    """The viewer, with those they follow and those who follow them, as far as that decides anything."""

    uri: str | None
    follows: frozenset[int]
    followed_by: frozenset[int]

    @classmethod
    def of(
        cls, view: View, held: Mapping[int, Policy], authors: Mapping[int, Actor], whose: set[int]
    ) -> _Eyes:
        me = view.viewer.actor_id
        named = {uri for policy in held.values() for uri in _all(policy.quote)}
        if me is None:
            return cls(uri=None, follows=frozenset(), followed_by=frozenset())
        asked = [id_ for id_ in whose if named & {authors[id_].followers, authors[id_].following}]
        incoming = follows.incoming(view.tx, me, asked).values() if asked else ()
        return cls(
            uri=view.viewer.actor_uri,
            follows=frozenset(follows.followed_among(view.tx, me, asked) if asked else ()),
            followed_by=frozenset(each.follower_id for each in incoming if each.state == "accepted"),
        )

    def verdict(self, post: Post, author: Actor, policy: Policy) -> str:
        """What the viewer gets who wants to quote *post*."""
        if self.uri is None:
            return "denied"
        return rules.weigh(
            policy,
            "quote",
            post=post,
            author=author,
            actor_uri=self.uri,
            is_follower=lambda: author.id in self.follows,
            is_followed=lambda: author.id in self.followed_by,
        )


def _all(permission: Permission | None) -> tuple[str, ...]:
    return () if permission is None else permission.automatic + permission.manual


def _names(permission: Permission, author: Actor) -> tuple[list[str], list[str]]:
    """Both lists in the words of the API. The author alone is nobody."""
    words = {PUBLIC: "public", author.followers: "followers", author.following: "following"}

    def spoken(named: tuple[str, ...]) -> list[str]:
        return list(dict.fromkeys(words.get(uri, "unsupported_policy") for uri in named if uri != author.uri))

    return spoken(permission.automatic), spoken(permission.manual)
