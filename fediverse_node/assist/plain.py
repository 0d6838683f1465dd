"""A model's answer as plain text that names nobody its user did not name.

A model can be talked into anything by the text it reads, so its answer is treated like text from a
stranger: no markup, no hidden characters, no images (loading one would tell its host what was
said here), no mention that would notify somebody, no hashtag that would publish somewhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from fediverse_node.kernel.html import to_plain_text
from fediverse_node.kernel.text import (
    HASH_SIGNS,
    clean_text,
    find_hashtags,
    find_mentions,
    hashtag_at,
    hashtag_key,
    mention_spans,
)

#: Longest answer that is kept, in bytes of UTF-8.
MAX_OUTPUT = 8_000

_HTML = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>|<!--")
_IMAGE = re.compile(r"!\[")
# Characters that repeat ASCII invisibly: made for flags, used to smuggle orders.
_TAGS = re.compile("[\U000e0000-\U000e0fff]")
_HASH = re.compile(f"[{HASH_SIGNS}]")

Span = tuple[int, int]


def plain(output: str, *, given: str) -> tuple[str, tuple[str, ...]]:
    """*output* made harmless, and what was changed, for the person to decide about.

    Args:
        output: what the model said.
        given: what the person had sent; names and hashtags in it are theirs.
    """
    whole = output.encode("utf-8", "ignore").decode()  # lone surrogates cannot be stored
    text = _cut(whole)
    was_cut = text != whole
    if _HTML.search(text):
        text = to_plain_text(text)
    text = _IMAGE.sub("[", _TAGS.sub("", clean_text(text))).strip()
    text, people = _without(text, lambda now: _strange_mentions(now, given))
    text, tags = _without(text, lambda now: _strange_hashtags(now, given))
    text, more = _without(text, lambda now: _strange_mentions(now, given))
    cut = _cut(text)
    notices = [f"{name} was not in your text, so it is not linked." for name in (*people, *more, *tags)]
    if was_cut or cut != text:
        notices.append("The answer was very long and has been cut.")
    return cut.strip(), tuple(dict.fromkeys(notices))


def _without(text: str, find: Callable[[str], Iterator[Span]]) -> tuple[str, list[str]]:
    """*text* with the sign in front of each found name taken away, until none is found."""
    names: list[str] = []
    while spans := list(find(text)):
        for start, end in reversed(spans):
            names.append(text[start:end])
            # “@bob@example.org” would still be an address of something: show its parts.
            shown = text[start + 1 : end].replace("@", " at ")
            text = text[:start] + shown + text[end:]
    return text, names[::-1]


def _strange_mentions(text: str, given: str) -> Iterator[Span]:
    own = set(find_mentions(given))
    return ((start, end) for start, end, handle in mention_spans(text) if handle not in own)


def _strange_hashtags(text: str, given: str) -> Iterator[Span]:
    own = {hashtag_key(name) for name in find_hashtags(given)}
    for match in _HASH.finditer(text):
        hit = hashtag_at(text, match.start())
        if hit is not None and hashtag_key(hit[1]) not in own:
            yield match.start(), hit[0]


def _cut(text: str) -> str:
    encoded = text.encode()
    return text if len(encoded) <= MAX_OUTPUT else encoded[:MAX_OUTPUT].decode("utf-8", "ignore")
