"""Mastodon's Status from posts of ours: a page of them with a fixed number of statements.

Every way to a status leads through `statuses`, which begins with the rule of visibility. What a
viewer may not see is not here, and nothing says that it exists.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fediverse_node.actors import queries as actor_rows
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotFound
from fediverse_node.posts import queries as posts
from fediverse_node.posts import reactions
from fediverse_node.posts.model import Attachment, Hashtag, Mention, Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.visibility import rule
from fediverse_node.web.client_api.entities_account import accounts, acct, emojis
from fediverse_node.web.client_api.view import JsonDict, View

_MEDIA = {"image": "image", "video": "video", "audio": "audio"}
#: What is a post by itself; other types show their title above their text.
_UNTITLED = frozenset({"Note", "Question"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """Everything a page of statuses is made from, read before the first of them is made."""

    addresses: Addresses
    viewer_known: bool
    originals: Mapping[int, Post]
    accounts: Mapping[int, JsonDict]
    mentions: Mapping[int, Sequence[Mention]]
    mentioned: Mapping[str, Actor]
    hashtags: Mapping[int, Sequence[Hashtag]]
    parents: Mapping[int, int]
    favourited: frozenset[int]
    boosted: frozenset[int]
    training: frozenset[str]


def statuses(view: View, found: Sequence[Post]) -> list[JsonDict]:
    """Status entities of those of *found* that the viewer may see, in their order."""
    seen = rule.survey(view.tx, found, view.viewer)
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
    tx = view.tx
    boosted_ids = {post.boost_of_id for post in seen.shown}
    originals = {id_: post for id_, post in seen.originals.items() if id_ in boosted_ids}
    proper = [*(post for post in seen.shown if post.boost_of_id is None), *originals.values()]
    ids = [post.id for post in proper]
    written_by = {post.actor_id for post in (*seen.shown, *proper)}
    named = {mention.actor_uri for id_ in ids for mention in seen.mentions.get(id_, ())}
    answered = {post.in_reply_to_id for post in proper if post.in_reply_to_id is not None}
    me = view.viewer.actor_id
    return _Shelf(
        addresses=view.house.addresses,
        viewer_known=me is not None,
        originals=originals,
        accounts=accounts(view, (seen.authors[id_] for id_ in written_by)),
        mentions=seen.mentions,
        mentioned=actor_rows.by_uris(tx, named) if named else {},
        hashtags=posts.hashtags_of(tx, ids) if ids else {},
        parents=posts.authors_of(tx, answered) if answered else {},
        favourited=frozenset(reactions.favourited(tx, me, ids) if me is not None and ids else ()),
        boosted=frozenset(posts.boosted(tx, me, ids) if me is not None and ids else ()),
        training=_trainable(view, proper, seen.authors),
    )


def _trainable(view: View, proper: Iterable[Post], authors: Mapping[int, Actor]) -> frozenset[str]:
    """The uris of posts whose use for training is allowed: ours by the ledger, others' by their word."""
    ours, allowed = [], set()
    for post in proper:
        if post.local:
            ours.append(subject_of(post, authors[post.actor_id]))
        elif _says_yes(post.content_usage):
            allowed.add(post.uri)
    for uri, decision in decisions.decisions(view.tx, ours).items():
        if decision.train_ai:
            allowed.add(uri)
    return frozenset(allowed)


def _says_yes(content_usage: str | None) -> bool:
    """Whether an AIPREF statement allows training. Any no in it wins, and silence is no."""
    said = {part.strip().lower() for part in (content_usage or "").split(",")}
    return "train-ai=y" in said and "train-ai=n" not in said


def _status(post: Post, shelf: _Shelf) -> JsonDict:
    if post.boost_of_id is None:
        return _proper(post, shelf)
    inner = _proper(shelf.originals[post.boost_of_id], shelf)
    mirrored = ("language", "sensitive", "spoiler_text", "favourited", "reblogged", "fediverse_node")
    return {**_frame(post, shelf), **{name: inner[name] for name in mirrored}, "reblog": inner}


def _frame(post: Post, shelf: _Shelf) -> JsonDict:
    """What a boost and a post of one's own have alike; the rest of a Status as empty as it may be."""
    return {
        "id": str(post.id),
        "created_at": to_rfc3339_millis(post.published_at),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": post.visibility,
        "language": None,
        "uri": post.uri,
        "url": post.url or post.uri,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": None,
        "content": "",
        "reblog": None,
        "application": None,
        "account": shelf.accounts[post.actor_id],
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
        "quote": None,
        "quote_approval": None,
        "tagged_collections": [],
        "favourited": False,
        "reblogged": False,
        "muted": False,
        "bookmarked": False,
        "pinned": False,
        "filtered": [],
    }


def _proper(post: Post, shelf: _Shelf) -> JsonDict:
    status = _frame(post, shelf)
    parent = post.in_reply_to_id if post.in_reply_to_id in shelf.parents else None
    status["in_reply_to_id"] = None if parent is None else str(parent)
    status["in_reply_to_account_id"] = None if parent is None else str(shelf.parents[parent])
    status["sensitive"] = post.sensitive
    status["spoiler_text"] = post.summary or ""
    status["language"] = post.language
    status["replies_count"] = post.replies_count
    status["reblogs_count"] = post.boosts_count
    status["favourites_count"] = post.favourites_count
    status["edited_at"] = to_rfc3339_millis(post.edited_at) if post.edited_at else None
    status["content"] = _content(post)
    status["media_attachments"] = [_media(post, number) for number in range(len(post.attachments))]
    status["mentions"] = _mentions(post, shelf)
    status["tags"] = [
        {"name": each.tag, "url": shelf.addresses.tag(each.tag)} for each in shelf.hashtags.get(post.id, ())
    ]
    status["emojis"] = emojis(post.emojis)
    status["favourited"] = post.id in shelf.favourited
    status["reblogged"] = post.id in shelf.boosted
    status["fediverse_node"] = _extension(post, shelf)
    return status


def _extension(post: Post, shelf: _Shelf) -> JsonDict:
    """What other servers' APIs have no words for: a model's part in it, and the author's decision."""
    return {
        "ai_disclosure": post.ai_disclosure,
        "digital_source_type": post.digital_source_type,
        "ai_tools": [
            {"name": tool.name, "provider": tool.provider, "action": tool.action} for tool in post.ai_tools
        ],
        "human_reviewed": post.human_reviewed,
        "training_use": "yes" if post.uri in shelf.training else "no",
    }


def _content(post: Post) -> str:
    if post.title and post.type not in _UNTITLED:
        return f"<p><strong>{html.escape(post.title)}</strong></p>{post.content_html}"
    return post.content_html


def _mentions(post: Post, shelf: _Shelf) -> list[JsonDict]:
    """Those of the people a post names whom we know: an app must be able to open each."""
    people = (shelf.mentioned.get(mention.actor_uri) for mention in shelf.mentions.get(post.id, ()))
    return [
        {
            "id": str(person.id),
            "username": person.username,
            "url": person.url or person.uri,
            "acct": acct(person),
        }
        for person in people
        if person is not None
    ]


def _media(post: Post, number: int) -> JsonDict:
    attachment = post.attachments[number]
    return {
        # Attachments have no id of their own; apps only need one that differs.
        "id": f"{post.id}-{number}",
        "type": _media_type(attachment),
        "url": attachment.url,
        "preview_url": attachment.url,
        "remote_url": None if post.local else attachment.url,
        "text_url": None,
        "meta": _meta(attachment),
        "description": attachment.name,
        "blurhash": attachment.blurhash,
    }


def _media_type(attachment: Attachment) -> str:
    told = (attachment.media_type or attachment.type).partition("/")[0].lower()
    return _MEDIA.get(told, "unknown")


def _meta(attachment: Attachment) -> JsonDict | None:
    width, height = attachment.width, attachment.height
    if not width or not height:
        return None
    size = {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height}
    return {"original": size}
