"""What others said, written up again for the people here who may read it.

Of a document from elsewhere its parts are kept, and not its bytes. This says what was understood of it, as
a document of its author's: it is shown to whom it was sent, and never sent on.
"""

from __future__ import annotations

from collections.abc import Sequence

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.posts.model import Attachment, Hashtag, Mention, Post


def embedded(
    post: Post, author: Actor, *, mentions: Sequence[Mention], hashtags: Sequence[Hashtag]
) -> JsonDict:
    """A post of another server's, as the object of a Create or Announce."""
    to, cc = write.addressing(post.visibility, followers=author.followers or "", mentioned=post.addressed)
    return write.present(
        {
            "id": post.uri,
            "type": post.type,
            "attributedTo": author.uri,
            "to": [each for each in to if each],
            "cc": [each for each in cc if each],
            "published": to_rfc3339(post.published_at),
            "updated": to_rfc3339(post.edited_at) if post.edited_at else None,
            "url": post.url,
            "name": post.title,
            "summary": post.summary or None,
            "sensitive": post.sensitive,
            "inReplyTo": post.in_reply_to_uri,
            "context": post.context_uri,
            "content": post.content_html,
            "contentMap": {post.language: post.content_html} if post.language else None,
            "attachment": [_attachment(item) for item in post.attachments],
            "tag": _tags(post, mentions, hashtags),
            "contentUsage": post.content_usage,
            # From a hashtag it is our reading, and not its author's word.
            "aiDisclosure": None if post.ai_said_by == "hashtag" else post.ai_disclosure,
            "digitalSourceType": post.digital_source_type,
            "humanReviewed": post.human_reviewed,
        }
    )


def _tags(post: Post, mentions: Sequence[Mention], hashtags: Sequence[Hashtag]) -> list[JsonDict]:
    people = [write.mention(item.actor_uri, item.name) for item in mentions]
    topics: list[JsonDict] = [{"type": "Hashtag", "name": f"#{item.name}"} for item in hashtags]
    emojis = [write.emoji(name.strip(":"), id_=None, url=url) for name, url in post.emojis]
    return people + topics + emojis


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
