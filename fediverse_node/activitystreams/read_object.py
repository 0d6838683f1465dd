"""Reading posts and the other things people publish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from fediverse_node.activitystreams import read_kinds, read_parts, values
from fediverse_node.activitystreams.documents import (
    AttachmentDoc,
    HashtagDoc,
    MentionDoc,
    ObjectDoc,
    PollDoc,
    PollOption,
)
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read_claims import read_claims, source_type, usage
from fediverse_node.activitystreams.read_interaction import read_policy, read_quote_authorization
from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.kernel.text import HASH_SIGNS, clean_line

MAX_CONTENT: Final = 100_000
MAX_MENTIONS: Final = 50
MAX_ATTACHMENTS: Final = 16
MAX_POLL_OPTIONS: Final = 20
_MAX_NAME = 2_000
_MAX_SUMMARY = 20_000
_MAX_ALT_TEXT = 10_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_QUOTE_TERMS = ("quote", "quoteUri", "quoteUrl", "_misskey_quote")
_QUOTE_RELS = frozenset({"https://misskey-hub.net/ns#_misskey_quote", "http://fedibird.com/ns#quoteUri"})
_ACTIVITY_TYPES_OF_LINKS = ("application/activity+json", "application/ld+json")


def read_object(document: JsonDict) -> ObjectDoc:
    """What *document* says was published.

    Counts above the limits are cut; what cannot be cut without changing its sense is refused.

    Raises:
        NotValid: no type, an id that is no string, or a poll with more than `MAX_POLL_OPTIONS`.
        TooLarge: `content` is longer than `MAX_CONTENT`.
    """
    tags = read_parts.tags(document)
    content, language = _content(document)
    source = next(values.nodes(document.get("source")), {})
    attachments = list(_attachments(document.get("attachment")))[:MAX_ATTACHMENTS]
    icon_url, icon_media_type = read_kinds.preview(document)
    return ObjectDoc(
        id=read_parts.optional_id(document),
        type=read_parts.require_type(document),
        attributed_to=read_kinds.authors(document.get("attributedTo")),
        name=_line(document.get("name"), _MAX_NAME),
        content=content,
        language=language,
        summary=values.filled(document.get("summary"), _MAX_SUMMARY),
        sensitive=values.flag(values.either(document, "sensitive", "as:sensitive")) or False,
        in_reply_to=values.link(document.get("inReplyTo")),
        to=values.recipients(document.get("to")),
        cc=values.recipients(document.get("cc")),
        audience=values.recipients(document.get("audience")),
        published=values.moment(document.get("published")),
        updated=values.moment(document.get("updated")),
        url=_best_page(document.get("url")),
        icon_url=icon_url,
        icon_media_type=icon_media_type,
        attachments=tuple(attachments),
        mentions=tuple(_mentions(tags)),
        hashtags=tuple(_hashtags(tags)),
        emojis=read_parts.emojis(tags),
        source=values.filled(source.get("content"), MAX_CONTENT),
        source_media_type=read_parts.media_type(source),
        quote=_quote(document, tags),
        quote_authorization=read_quote_authorization(document),
        policy=read_policy(document),
        replies=values.link(document.get("replies")),
        conversation=values.link(document.get("context")) or values.link(document.get("conversation")),
        poll=_poll(document),
        media_type=read_parts.media_type(document),
        files=read_kinds.files(document.get("url")),
        starts=values.moment(document.get("startTime")),
        ends=values.moment(document.get("endTime")),
        place=read_kinds.place(document.get("location")),
        ai=read_claims(document),
        raw=document,
    )


def _content(document: JsonDict) -> tuple[str | None, str | None]:
    by_language = next(values.nodes(document.get("contentMap")), {})
    texts = {key: found for key, value in by_language.items() if (found := values.text(value)) is not None}
    content = values.text(document.get("content"))
    if content is None and texts:
        content = next(iter(texts.values()))
    if content is not None and len(content) > MAX_CONTENT:
        raise TooLarge(f"The text is longer than {MAX_CONTENT} characters.")
    spoken = [key for key, found in texts.items() if found == content] if len(texts) > 1 else list(texts)
    language = spoken[0] if spoken and _LANGUAGE.fullmatch(spoken[0]) else None
    return content, None if language == "und" else language


def _line(value: Any, limit: int) -> str | None:
    found = values.filled(value, limit)
    return (clean_line(found) or None) if found else None


def _best_page(value: Any) -> str | None:
    pages = [page for item in values.items(value) if (page := _page(item))]
    return pages[0] if pages else None


def _page(item: Any) -> str | None:
    """The address in *item* unless it is said to be something else than a page."""
    if type(item) is dict and (read_parts.media_type(item) or "text/html") != "text/html":
        return None
    return values.web_address(item)


def _attachments(value: Any) -> Iterator[AttachmentDoc]:
    for item in values.items(value):
        node = item if type(item) is dict else {"url": item}
        url, media_type = read_parts.picture(node)
        if url is None:
            continue
        yield AttachmentDoc(
            type=values.kind(node),
            url=url,
            media_type=media_type,
            # GoToSocial before 0.16 sent the alternative text as summary.
            name=values.filled(node.get("name"), _MAX_ALT_TEXT)
            or values.filled(node.get("summary"), _MAX_ALT_TEXT),
            width=values.count(node.get("width")),
            height=values.count(node.get("height")),
            blurhash=values.filled(values.either(node, "blurhash", "toot:blurhash"), 200),
            focal_point=_focal_point(values.either(node, "focalPoint", "toot:focalPoint")),
            digital_source_type=source_type(node),
            content_usage=usage(node),
        )


def _focal_point(value: Any) -> tuple[float, float] | None:
    numbers = [values.number(item) for item in values.items(value)]
    if len(numbers) != 2:
        return None
    x, y = numbers
    if x is None or y is None or not (-1 <= x <= 1 and -1 <= y <= 1):
        return None
    return x, y


def _mentions(tags: list[JsonDict]) -> Iterator[MentionDoc]:
    found = 0
    for tag in tags:
        href = values.link(tag.get("href")) if values.kind(tag) == "Mention" else None
        if href is not None and found < MAX_MENTIONS:
            found += 1
            yield MentionDoc(href, _line(tag.get("name"), _MAX_NAME))


def _hashtags(tags: list[JsonDict]) -> Iterator[HashtagDoc]:
    for tag in tags:
        if values.kind(tag) in {"Hashtag", "as:Hashtag"}:
            name = (_line(tag.get("name"), 200) or "").lstrip(HASH_SIGNS)
            if name:
                yield HashtagDoc(name, values.web_address(tag.get("href")))


def _quote(document: JsonDict, tags: list[JsonDict]) -> str | None:
    for term in _QUOTE_TERMS:
        if found := values.link(document.get(term)):
            return found
    for tag in tags:  # FEP-e232: a Link to another object, with the quote relation
        rels = set(map(str, values.items(tag.get("rel"))))
        if values.kind(tag) == "Link" and rels & _QUOTE_RELS and _is_object_link(tag):
            return values.link(tag.get("href"))
    return None


def _is_object_link(tag: JsonDict) -> bool:
    return (read_parts.media_type(tag) or "") in _ACTIVITY_TYPES_OF_LINKS


def _poll(document: JsonDict) -> PollDoc | None:
    several = document.get("anyOf")
    answers = list(values.nodes(several if several is not None else document.get("oneOf")))
    if not answers:
        return None
    if len(answers) > MAX_POLL_OPTIONS:
        raise NotValid(f"A poll may have at most {MAX_POLL_OPTIONS} options.")
    closed = document.get("closed")
    return PollDoc(
        multiple=several is not None,
        options=tuple(PollOption(_line(answer.get("name"), 500) or "", _votes(answer)) for answer in answers),
        end_time=values.moment(document.get("endTime")),
        closed=closed is True or values.moment(closed) is not None,
        voters_count=values.count(values.either(document, "votersCount", "toot:votersCount")),
    )


def _votes(answer: JsonDict) -> int:
    replies = next(values.nodes(answer.get("replies")), {})
    return values.count(replies.get("totalItems")) or 0
