"""What is a post, and how what is no Note becomes readable as one: articles, videos, events, and the rest.

A Note says what it says. Of anything else the title, the text (or its beginning), what an event needs,
and the way to its own page are shown, as Mastodon converts it: a summary beside a text is shown before
it, like a content warning; without a text it is the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fediverse_node.activitystreams.documents import AttachmentDoc, ObjectDoc
from fediverse_node.activitystreams.vocabulary import ACTIVITY_TYPES, ACTOR_TYPES, COLLECTION_TYPES
from fediverse_node.kernel.html import sanitise, to_plain_text
from fediverse_node.kernel.markup import MAX_SOURCE, render_markdown, render_plain
from fediverse_node.kernel.text import clean_text
from fediverse_node.kernel.urls import same_origin

#: What can be shown as a post.
POST_TYPES = frozenset(
    {"Note", "Question", "Article", "Page", "Video", "Audio", "Image", "Event", "Document"}
)
#: Shown as they are; everything else is converted.
PLAIN_TYPES = frozenset({"Note", "Question"})
#: What people publish and what yet is no post.
_NO_POSTS = (
    ACTIVITY_TYPES
    | ACTOR_TYPES
    | COLLECTION_TYPES
    | {
        "ChatMessage", "Emoji", "EncryptedMessage", "Hashtag", "Key", "Link", "Mention", "Multikey",
        "Object", "Place", "Profile", "PropertyValue", "QuoteAuthorization", "Relationship", "Tombstone",
    }
)  # fmt: skip
_TYPE = re.compile(r"[A-Z][A-Za-z0-9]{1,63}", re.ASCII)
#: Longer texts, in characters of HTML, are shown by their beginning of so many characters.
LONG = 20_000
EXCERPT = 2_000
_MAX_LINKS = 4
_MAX_ATTACHMENTS = 16
_MAX_SUMMARY = 2_000
_LINKS = frozenset({"Link", "Page"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a thing is shown: safe HTML, a plain warning or summary before it, and its files."""

    content: str
    summary: str | None
    attachments: tuple[AttachmentDoc, ...]


def is_post(doc: ObjectDoc) -> bool:
    """Whether *doc* can be shown as a post: of a known kind, or of an unknown one with author and text."""
    if doc.type in POST_TYPES:
        return True
    if doc.type in _NO_POSTS or not _TYPE.fullmatch(doc.type):
        return False
    return bool(doc.attributed_to and (doc.content or doc.name) and (doc.to or doc.cc))


def reading_of(doc: ObjectDoc) -> Reading:
    """How *doc* is shown."""
    summary = to_plain_text(doc.summary) if doc.summary else None
    if doc.type in PLAIN_TYPES:
        return Reading(content=sanitise(doc.content or ""), summary=summary, attachments=doc.attachments)
    text = _text(doc)
    if not text and doc.summary and not doc.sensitive:
        text, summary = sanitise(doc.summary), None
    return Reading(
        content=_shortened(text) + _occasion(doc) + "".join(map(_paragraph, _links(doc))),
        summary=summary[:_MAX_SUMMARY] if summary else None,
        attachments=tuple(_attachments(doc))[:_MAX_ATTACHMENTS],
    )


def _text(doc: ObjectDoc) -> str:
    content = doc.content or ""
    if doc.media_type in {"text/markdown", "text/plain"}:
        render = render_markdown if doc.media_type == "text/markdown" else render_plain
        # Topics stay text: which of them are tags, the tags say.
        content = render(clean_text(content)[:MAX_SOURCE], mentions={}, hashtag_url=lambda _: "").html
    return sanitise(content)


def _shortened(text: str) -> str:
    if len(text) <= LONG:
        return text
    beginning = to_plain_text(text)[:EXCERPT].rpartition(" ")[0]
    paragraphs = beginning.split("\n\n")
    return "".join(f"<p>{html.escape(each, quote=False)}</p>" for each in paragraphs)[:-4] + "…</p>"


def _occasion(doc: ObjectDoc) -> str:
    """When and where an event is. Its time in UTC: in whose time a reader is, is not known here."""
    if doc.type != "Event":
        return ""
    times = " \u2013 ".join(_moment(when) for when in (doc.starts, doc.ends) if when is not None)
    line = " · ".join(part for part in (times, doc.place) if part)
    return f"<p>{html.escape(line, quote=False)}</p>" if line else ""


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _links(doc: ObjectDoc) -> Iterator[str]:
    """Where it leads: what it is about (a link posted to Lemmy), then its own page."""
    found = [each.url for each in doc.attachments if _is_link(each) and each.url]
    if doc.url is not None:
        found.append(doc.url)
    elif doc.id is not None and not doc.content:
        found.append(doc.id)
    away = [url for url in dict.fromkeys(found) if doc.id is None or not same_origin(url, doc.id)]
    yield from away[:_MAX_LINKS]
    yield from [url for url in dict.fromkeys(found) if url not in away][:1]


def _paragraph(url: str) -> str:
    written = html.escape(url)
    return sanitise(f'<p><a href="{written}">{written}</a></p>')


def _is_link(attachment: AttachmentDoc) -> bool:
    played = (attachment.media_type or "").partition("/")[0] in {"image", "video", "audio"}
    return attachment.type in _LINKS and not played


def _attachments(doc: ObjectDoc) -> Iterator[AttachmentDoc]:
    shown = [each for each in doc.attachments if not _is_link(each)]
    yield from doc.files
    if doc.icon_url is not None and not any(each.url == doc.icon_url for each in shown):
        yield AttachmentDoc(
            type="Image",
            url=doc.icon_url,
            # Every server shows pictures as pictures; few say of which kind a preview is.
            media_type=doc.icon_media_type or "image/jpeg",
            name=None,
            width=None,
            height=None,
            blurhash=None,
            focal_point=None,
            digital_source_type=None,
            content_usage=None,
        )
    yield from shown
