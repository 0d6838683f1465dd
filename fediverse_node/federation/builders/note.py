"""The Note: what somebody said, with its labels and the author's word on training use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import channels
from fediverse_node.consent.model import Decision
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.posts.model import AiTool, Attachment, Hashtag, Mention, Post

#: Silence is no.
NO = Decision()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteParts:
    """Everything a Note is made of.

    Attributes:
        post: of ours, and no boost. `post.addressed` are all who are addressed by name.
        decision: what the ledger says about this revision (`consent.decisions`).
    """

    post: Post
    author: Actor
    mentions: Sequence[Mention] = ()
    hashtags: Sequence[Hashtag] = ()
    decision: Decision = NO


def document(parts: NoteParts, *, addresses: Addresses) -> JsonDict:
    """What is served at `post.uri`."""
    return {"@context": write.note_context(addresses.origin), **embedded(parts, addresses=addresses)}


def embedded(parts: NoteParts, *, addresses: Addresses) -> JsonDict:
    """The same as the object of a Create or Update, which has the context."""
    post, author = parts.post, parts.author
    to, cc = audience(post, author)
    return write.present(
        {
            "id": post.uri,
            "type": "Note",
            "attributedTo": author.uri,
            "to": to,
            "cc": cc,
            "published": to_rfc3339(post.published_at),
            # Its presence alone makes peers show the post as edited.
            "updated": to_rfc3339(post.edited_at) if post.edited_at else None,
            "url": post.url or addresses.post_page(author.username, post.id),
            # An empty text would be an empty content warning.
            "summary": post.summary or None,
            "sensitive": post.sensitive,
            "inReplyTo": post.in_reply_to_uri,
            "context": post.context_uri,
            "conversation": post.context_uri,
            "content": post.content_html,
            "contentMap": {post.language: post.content_html} if post.language else None,
            "source": _source(post),
            "attachment": [_attachment(item) for item in post.attachments],
            "tag": _tags(parts, addresses),
            "replies": addresses.replies(author.username, post.id),
            "likes": write.count_collection(addresses.likes(author.username, post.id), post.favourites_count),
            "shares": write.count_collection(addresses.shares(author.username, post.id), post.boosts_count),
            "interactionPolicy": _policy(author),
            **_disclosure(post),
            **channels.object_terms(parts.decision),
        }
    )


def audience(post: Post, author: Actor) -> tuple[list[str], list[str]]:
    """`to` and `cc` of a post and of the activities around it."""
    return write.addressing(post.visibility, followers=author.followers or "", mentioned=post.addressed)


def _policy(author: Actor) -> JsonDict:
    """FEP-044f. Quotes of others are not approved here yet, so only the author may, and it says so."""
    return {"canQuote": {"automaticApproval": [author.uri]}}


def _source(post: Post) -> JsonDict | None:
    if post.source is None:
        return None
    return {"content": post.source, "mediaType": post.source_media_type or "text/plain"}


def _tags(parts: NoteParts, addresses: Addresses) -> list[JsonDict]:
    people = [write.mention(item.actor_uri, item.name) for item in parts.mentions]
    topics = [write.hashtag(item.name, addresses.tag(item.tag)) for item in parts.hashtags]
    return people + topics


def _attachment(item: Attachment) -> JsonDict:
    return write.present(
        {
            "type": item.type,
            "mediaType": item.media_type,
            "url": item.url,
            "name": item.name,
            "width": item.width,
            "height": item.height,
            "blurhash": item.blurhash,
        }
    )


def _disclosure(post: Post) -> JsonDict:
    """Who wrote it, a person alone or with a model. Nothing at all where that is unknown."""
    if post.ai_disclosure is None:
        return {}
    return write.present(
        {
            "aiDisclosure": post.ai_disclosure,
            "digitalSourceType": post.digital_source_type,
            "aiTools": [_tool(tool) for tool in post.ai_tools],
            "humanReviewed": post.human_reviewed,
        }
    )


def _tool(tool: AiTool) -> JsonDict:
    return write.present(
        {"type": "Application", "name": tool.name, "aiProvider": tool.provider, "aiAction": tool.action}
    )
