"""From what an object says to what the posts room keeps. Pure but for the ids it is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from fediverse_node.activitystreams.documents import AttachmentDoc, ObjectDoc
from fediverse_node.activitystreams.read import visibility_of
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.candidate import emoji_pairs
from fediverse_node.federation.discovery.kinds import reading_of
from fediverse_node.federation.discovery.labelling import label_of
from fediverse_node.federation.discovery.polls import asked
from fediverse_node.kernel.text import clean_text, hashtag_key
from fediverse_node.kernel.urls import same_origin
from fediverse_node.posts.model import AiTool, Attachment, Hashtag, Mention, Post
from fediverse_node.posts.revision import revision_of

#: Addressees that are kept (limits table L).
MAX_ADDRESSED = 50
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapedPost:
    """A post and the names in it, ready for `posts.add` or `posts.revise`."""

    post: Post
    mentioned: tuple[Mention, ...]
    tagged: tuple[Hashtag, ...]


def shape(doc: ObjectDoc, author: Actor, *, id_: int, now: datetime) -> ShapedPost:
    """What *doc* of *author* becomes here.

    A time in the future, or before there was a web, becomes *now*: nothing pins itself to the top, or
    to the bottom. A page address on
    another server than the id's is dropped, since it would be shown as the author's own.
    """
    assert doc.id is not None
    reading = reading_of(doc)
    content, summary = reading.content, reading.summary
    attachments = tuple(found for each in reading.attachments if (found := _attachment(each)))
    tagged = _hashtags(doc)
    label = label_of(doc, tagged)
    post = Post(
        id=id_,
        uri=doc.id,
        actor_id=author.id,
        local=False,
        type=doc.type,
        visibility=visibility_of(doc.to, doc.cc, author.followers),
        in_reply_to_uri=doc.in_reply_to,
        context_uri=doc.conversation,
        url=doc.url if doc.url and same_origin(doc.url, doc.id) else None,
        title=clean_text(doc.name) if doc.name else None,
        content_html=content,
        summary=summary,
        sensitive=doc.sensitive,
        language=doc.language,
        attachments=attachments,
        emojis=emoji_pairs(doc.emojis),
        addressed=tuple(dict.fromkeys((*doc.audience, *doc.to, *doc.cc)))[:MAX_ADDRESSED],
        revision=revision_of(
            content=content,
            summary=summary,
            language=doc.language,
            attachments=attachments,
            asked=asked(doc),
        ),
        ai_disclosure=label.disclosure,
        ai_said_by=label.said_by,
        digital_source_type=doc.ai.digital_source_type,
        ai_tools=tuple(AiTool(name=t.name, provider=t.provider, action=t.action) for t in doc.ai.ai_tools),
        human_reviewed=doc.ai.human_reviewed,
        content_usage=doc.ai.content_usage,
        published_at=published_at(doc, now),
        edited_at=min(doc.updated, now) if doc.updated and doc.updated != doc.published else None,
        created_at=now,
    )
    return ShapedPost(post=post, mentioned=_mentions(doc), tagged=tagged)


def published_at(doc: ObjectDoc, now: datetime) -> datetime:
    """When it says it was published, unless that is a time at which nobody can have published it."""
    said = doc.published
    return said if said is not None and _EARLIEST <= said <= now else now


def _attachment(doc: AttachmentDoc) -> Attachment | None:
    if doc.url is None:
        return None
    return Attachment(
        type=doc.type or "Document",
        media_type=doc.media_type,
        url=doc.url,
        name=clean_text(doc.name) if doc.name else None,
        width=doc.width,
        height=doc.height,
        blurhash=doc.blurhash,
        digital_source_type=doc.digital_source_type,
    )


def _mentions(doc: ObjectDoc) -> tuple[Mention, ...]:
    named = {each.href: Mention(actor_uri=each.href, name=each.name or "") for each in doc.mentions}
    return tuple(named.values())


def _hashtags(doc: ObjectDoc) -> tuple[Hashtag, ...]:
    named = {
        hashtag_key(each.name): Hashtag(tag=hashtag_key(each.name), name=each.name) for each in doc.hashtags
    }
    return tuple(named.values())
