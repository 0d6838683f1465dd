"""What the index holds of a post: its words, and marks for what operators ask about."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC
from typing import Final

from fediverse_node.posts.model import Post
from fediverse_node.search.analysis import tokens
from fediverse_node.search.asking import told_apart
from fediverse_node.search.model import BREAK, OPEN, Document, day_marks, library_mark, mark

#: Words of one post; the rest of a longer one is not found.
MOST_WORDS: Final = 8000
_MOST_CHARACTERS: Final = 100_000

_TAG: Final = re.compile(r"<[^>]*>")
_LINE: Final = re.compile(r"<(?:br|/?p|/?li|/?blockquote|/?pre)\b[^>]*>")
#: A link that is neither somebody's name nor a hashtag.
_LINK: Final = re.compile(r'<a (?![^>]*class="[^"]*\b(?:mention|hashtag)\b)[^>]*href="https?:')
_KINDS: Final = {"image": "image", "video": "video", "audio": "audio"}


def document(
    post: Post, *, is_open: bool, libraries: Collection[int], answers: Sequence[str] | None = None
) -> Document:
    """*post* as it is written down.

    Args:
        post: not a boost.
        is_open: public, and by somebody who lets their posts be found.
        libraries: ids of the people here who wrote it, are named in it, or marked it.
        answers: those of a question; None where it is none.
    """
    marks = [OPEN] if is_open else []
    marks += [library_mark(actor_id) for actor_id in sorted(libraries)]
    marks += [mark("from", post.actor_id), *day_marks(told_apart(post.published_at.astimezone(UTC).date()))]
    if post.language:
        marks.append(mark("language", re.split("[-_]", post.language.lower())[0]))
    marks += [mark("has", each) for each in dict.fromkeys(_has(post, answers))]
    marks += [mark("is", each) for each in _is(post)]
    words: list[str] = []
    for part in (post.title, post.summary, _text(post.content_html), *_described(post), *(answers or ())):
        if part and len(words) < MOST_WORDS:
            words += [*([BREAK] if words else []), *tokens(part[:_MOST_CHARACTERS])]
    return Document(post_id=post.id, marks=tuple(_plain(marks)), words=tuple(words[:MOST_WORDS]))


def _has(post: Post, answers: Sequence[str] | None) -> Iterator[str]:
    if post.attachments:
        yield "media"
    for each in post.attachments:
        kind = _KINDS.get((each.media_type or each.type).lower().partition("/")[0])
        if kind:
            yield kind
    if answers is not None:
        yield "poll"
    if _LINK.search(post.content_html):
        yield "link"


def _is(post: Post) -> Iterator[str]:
    if post.in_reply_to_uri is not None:
        yield "reply"
    if post.sensitive:
        yield "sensitive"
    if post.edited_at is not None:
        yield "edited"
    if post.local:
        yield "local"


def _described(post: Post) -> Iterator[str | None]:
    return (each.name for each in post.attachments)


def _text(sanitised: str) -> str:
    """What HTML that was made safe before says. Inside a word nothing parts it: links are shown shortened."""
    return html.unescape(_TAG.sub("", _LINE.sub("\n", sanitised)))


def _plain(marks: list[str]) -> Iterator[str]:
    """Without what an engine would take for something else: a language is what its author's server says."""
    return (each for each in marks if re.fullmatch(r"[.a-z0-9]+", each))
