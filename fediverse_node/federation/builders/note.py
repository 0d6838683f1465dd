"""The Note: what somebody said, with its labels and the author's word on training use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import channels
from fediverse_node.consent.decisions import of_picture
from fediverse_node.consent.licences import address_of
from fediverse_node.consent.model import Decision
from fediverse_node.federation.builders import emoji, question, quoting
from fediverse_node.federation.builders.alt_text import alternative
from fediverse_node.federation.builders.quoting import NO_TERMS, Terms
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.kinds import JPEG, KINDS
from fediverse_node.polls.model import Poll
from fediverse_node.posts.model import AiTool, Attachment, Hashtag, Mention, Post

#: Silence is no.
NO = Decision()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteParts:
    """Everything a Note is made of.

    Attributes:
        post: of ours, and no boost. `post.addressed` are all who are addressed by name.
        groups: those it was written in or to (`delivery.audience.groups_of`).
        decision: what the ledger says about this revision (`consent.decisions`).
        terms: what it says of quotes and answers (`delivery.terms`).
        poll: what a question asks.
    """

    post: Post
    author: Actor
    mentions: Sequence[Mention] = ()
    hashtags: Sequence[Hashtag] = ()
    decision: Decision = NO
    groups: Sequence[Actor] = ()
    terms: Terms = NO_TERMS
    poll: Poll | None = None


def document(parts: NoteParts, *, addresses: Addresses) -> JsonDict:
    """What is served at `post.uri`."""
    return {"@context": write.note_context(addresses.origin), **embedded(parts, addresses=addresses)}


def embedded(parts: NoteParts, *, addresses: Addresses) -> JsonDict:
    """The same as the object of a Create or Update, which has the context."""
    post, author = parts.post, parts.author
    to, cc = audience(post, author)
    content = quoting.text(post.content_html, parts.terms.quote)
    conversation = context_of(post)
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
            "audience": said_in(parts),
            "inReplyTo": post.in_reply_to_uri,
            "context": conversation,
            "conversation": conversation,
            "content": content,
            "contentMap": {post.language: content} if post.language else None,
            "source": _source(post),
            "attachment": [_attachment(item, parts, addresses) for item in post.attachments],
            "tag": _tags(parts, addresses),
            "replies": addresses.replies(author.username, post.id),
            "likes": write.count_collection(addresses.likes(author.username, post.id), post.favourites_count),
            "shares": write.count_collection(addresses.shares(author.username, post.id), post.boosts_count),
            **quoting.properties(post, author, parts.terms),
            **_disclosure(post),
            **channels.object_terms(parts.decision, addresses),
            "license": address_of(post.licence),
            **(question.parts(parts.poll) if parts.poll is not None else {}),
        }
    )


def context_of(post: Post) -> str | None:
    """The conversation a post belongs to (FEP-7888): the one it answers in, or, of ours, that it began.

    Posts that were written before conversations had addresses begin theirs all the same.
    """
    if post.context_uri is not None or post.in_reply_to_uri is not None or not post.local:
        return post.context_uri
    return f"{post.uri}/context"


def audience(post: Post, author: Actor) -> tuple[list[str], list[str]]:
    """`to` and `cc` of a post and of the activities around it."""
    return write.addressing(post.visibility, followers=author.followers or "", mentioned=post.addressed)


def said_in(parts: NoteParts) -> str | list[str] | None:
    """`audience` (FEP-1b12): the group. As one string, which is all that Lemmy reads."""
    groups = [group.uri for group in parts.groups]
    return groups[0] if len(groups) == 1 else groups or None


def _source(post: Post) -> JsonDict | None:
    if post.source is None:
        return None
    return {"content": post.source, "mediaType": post.source_media_type or "text/plain"}


def _tags(parts: NoteParts, addresses: Addresses) -> list[JsonDict]:
    people = [write.mention(item.actor_uri, item.name) for item in parts.mentions]
    topics = [write.hashtag(item.name, addresses.tag(item.tag)) for item in parts.hashtags]
    emojis = [emoji.tag(*item, addresses) for item in parts.post.emojis]
    return people + topics + emojis + quoting.tags(parts.terms.quote)


def _attachment(item: Attachment, parts: NoteParts, addresses: Addresses) -> JsonDict:
    """A file. A picture of ours says for itself whether it may be used: its post does not speak for it."""
    usage = channels.object_terms(of_picture(parts.decision, item.sha256), addresses) if item.sha256 else {}
    return write.present(
        {
            "type": item.type,
            "mediaType": item.media_type,
            "url": item.url,
            "name": alternative(item, parts.post.language),
            "width": item.width,
            "height": item.height,
            "blurhash": item.blurhash,
            "duration": _duration(item.seconds),
            "icon": _poster(item),
            "focalPoint": list(item.focus) if item.focus is not None else None,
            "digitalSourceType": item.digital_source_type,
            "aiTools": [_tool(AiTool(name=item.ai_tool))] if item.ai_tool else None,
            **usage,
        }
    )


def _poster(item: Attachment) -> JsonDict | None:
    """What stands for a film or sound of ours until it plays."""
    if item.seconds is None or item.preview is None:
        return None
    ending = item.preview.rpartition(".")[2]
    kind = next((kind for kind in KINDS.values() if kind.ending == ending), JPEG)
    return write.image(item.preview, kind.media_type)


def _duration(seconds: float | None) -> str | None:
    """As XML Schema writes a span of time, which ActivityStreams asks for."""
    return f"PT{seconds:.3f}S" if seconds is not None else None


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
