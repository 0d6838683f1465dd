"""What of a Status stays the same while its post does: made once, and shared by everybody who may see it.

Who may see it is asked before, every time; counts, the viewer's marks, the author's account and the
decision about training are put in afterwards. Parts are made anew when anything in the post's row
that they are made from is different.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.cards.links import first_link
from fediverse_node.credentials.model import part_of
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.media.model import owner_of_post
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Attachment, Hashtag, Mention, Post
from fediverse_node.web.client_api.entities_account import acct, emojis
from fediverse_node.web.client_api.media_entities import Measures, meta
from fediverse_node.web.client_api.view import JsonDict, View

_MEDIA = {"image": "image", "video": "video", "audio": "audio"}
#: What is a post by itself; other types show their title above their text.
_UNTITLED = frozenset({"Note", "Question"})


def status_parts(view: View, proper: Sequence[Post]) -> dict[int, JsonDict]:
    """The lasting parts of the statuses of *proper* (posts, no boosts), by id. At most four statements.

    Where the preview of a link is to stand (`card`) stands its address.
    """
    kept, missing, found = view.house.parts, [], {}
    for post in proper:
        entry = kept.get(post.id)
        if entry is not None and entry[0] == _made_from(post):
            found[post.id] = entry[1]
        else:
            missing.append(post)
    if missing:
        made = _make(view, missing)
        for post in missing:
            kept.put(post.id, (_made_from(post), made[post.id]))
        found.update(made)
    return found


def frame(post: Post) -> JsonDict:
    """What a boost and a post have alike, and everything else as empty as it may be."""
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
        "account": None,
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


def _made_from(post: Post) -> tuple[Any, ...]:
    return (
        post.edited_at,
        post.revision,
        post.visibility,
        post.content_html,
        post.summary,
        post.sensitive,
        post.in_reply_to_id,
        post.attachments,
        post.emojis,
        post.ai_disclosure,
        post.digital_source_type,
        post.ai_tools,
        post.human_reviewed,
        post.ai_said_by,
        post.licence,
    )


def _make(view: View, missing: Sequence[Post]) -> dict[int, JsonDict]:
    tx, ids = view.tx, [post.id for post in missing]
    mentions, hashtags = posts.mentions_of(tx, ids), posts.hashtags_of(tx, ids)
    named = {mention.actor_uri for names in mentions.values() for mention in names}
    people = actors.by_uris(tx, named) if named else {}
    answered = {post.in_reply_to_id for post in missing if post.in_reply_to_id is not None}
    parents = posts.authors_of(tx, answered) if answered else {}
    addresses = view.house.addresses
    return {
        post.id: {
            **words(post, addresses),
            **_answer(post, parents),
            "card": None if post.attachments else first_link(post.content_html, own_origin=addresses.origin),
            "mentions": _mentions(mentions.get(post.id, ()), people),
            "tags": _tags(hashtags.get(post.id, ()), addresses),
        }
        for post in missing
    }


def words(post: Post, addresses: Addresses) -> JsonDict:
    """What its author wrote; everything else of a Status is empty."""
    return {
        **frame(post),
        "sensitive": post.sensitive,
        "spoiler_text": post.summary or "",
        "language": post.language,
        "edited_at": to_rfc3339_millis(post.edited_at) if post.edited_at else None,
        "content": _content(post),
        "media_attachments": [_media(post, number, addresses) for number in range(len(post.attachments))],
        "emojis": emojis(post.emojis, addresses),
        "fediverse_node": _extension(post),
    }


def _extension(post: Post) -> JsonDict:
    """What other servers' APIs have no words for: a model's part in it, and the author's decision."""
    return {
        "ai_disclosure": post.ai_disclosure,
        "digital_source_type": post.digital_source_type,
        "ai_tools": [
            {"name": tool.name, "provider": tool.provider, "action": tool.action} for tool in post.ai_tools
        ],
        "human_reviewed": post.human_reviewed,
        "ai_said_by": "field" if post.local and post.ai_disclosure else post.ai_said_by,
        "training_use": "no",
        "training_purposes": [],
        "training_media": [],
        "licence": post.licence,
        "local_only": post.local_only,
        "approval": None,
    }


def _answer(post: Post, parents: Mapping[int, int]) -> JsonDict:
    parent = post.in_reply_to_id
    if parent is None or parent not in parents:
        return {}
    return {"in_reply_to_id": str(parent), "in_reply_to_account_id": str(parents[parent])}


def _content(post: Post) -> str:
    if post.title and post.type not in _UNTITLED:
        return f"<p><strong>{html.escape(post.title)}</strong></p>{post.content_html}"
    return post.content_html


def _mentions(names: Sequence[Mention], people: Mapping[str, Actor]) -> list[JsonDict]:
    """Those of the people a post names whom we know: an app must be able to open each."""
    known = (people.get(name.actor_uri) for name in names)
    return [
        {
            "id": str(person.id),
            "username": person.username,
            "url": person.url or person.uri,
            "acct": acct(person),
        }
        for person in known
        if person is not None
    ]


def _tags(found: Sequence[Hashtag], addresses: Addresses) -> list[JsonDict]:
    return [{"name": each.tag, "url": addresses.tag(each.tag)} for each in found]


def _media(post: Post, number: int, addresses: Addresses) -> JsonDict:
    attachment = post.attachments[number]
    kind = _media_type(attachment)
    # What no page shows is opened where it is, by whoever wants it.
    url = attachment.url
    if kind != "unknown":
        url = addresses.copy_of(url, owner_of_post(post.id))
    return {
        # Those of others have no id of their own; apps only need one that differs.
        "id": str(attachment.file_id) if attachment.file_id is not None else f"{post.id}-{number}",
        "type": kind,
        "url": url,
        "preview_url": attachment.preview or (None if attachment.seconds is not None else url),
        "remote_url": None if post.local else attachment.url,
        "text_url": None,
        "meta": _meta(attachment),
        "description": attachment.name,
        "blurhash": attachment.blurhash,
        "fediverse_node": {
            "ai_part": part_of(attachment.digital_source_type),
            "ai_tool": attachment.ai_tool,
            "digital_source_type": attachment.digital_source_type,
        },
    }


def _media_type(attachment: Attachment) -> str:
    if attachment.loops:
        return "gifv"
    told = (attachment.media_type or attachment.type).partition("/")[0].lower()
    return _MEDIA.get(told, "unknown")


def _meta(attachment: Attachment) -> JsonDict | None:
    known = bool(attachment.width and attachment.height)
    measures = Measures(
        width=attachment.width,
        height=attachment.height,
        # Of a picture whose measures nobody told the point is of no use.
        focus=attachment.focus if known or attachment.seconds is not None else None,
        seconds=attachment.seconds,
        frames=attachment.frames,
    )
    return meta(measures)
