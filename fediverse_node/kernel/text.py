"""Plain text that people wrote: names, mentions, hashtags, addresses, and how long it is.

Every search here is linear in the text (hostile input of 100 kB is ordinary input): repeats are
bounded, and no expression can match one character in two ways.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import canonical_host

#: Longest display name, in characters (limits table L).
MAX_NAME: Final = 500
MAX_HASHTAG: Final = 100
#: What an address counts for in `plain_length`, however long it is (as on Mastodon).
URL_LENGTH: Final = 23

# Turn the direction of the text that follows, or cannot be seen at all. The marks U+200E and U+200F
# and the joiners U+200C and U+200D stay: Persian, Hindi and family emoji need them.
_TURNS_OR_HIDES = re.compile("[\u00ad\u061c\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_BLANKS = re.compile(r"\s+")

_USER = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?"
_HOST = r"(?:(?:[\w-]{1,63}\.){1,10}[\w-]{1,63}|localhost)(?::\d{1,5})?"
MENTION: Final = re.compile(rf"(?<![\w=/&@#.])@({_USER})(?:@({_HOST}))?(?![\w@])")
#: `#` and its full-width form, which Japanese keyboards give.
HASH_SIGNS: Final = "#\uff03"
_HASH = re.compile(rf"(?<![\w=/&@#)])[{HASH_SIGNS}]")
URL: Final = re.compile(r"https?://[^\s<>\"`{}|\\^]{1,2040}", re.IGNORECASE)
_SENTENCE_ENDS = ".,;:!?'*_~…،؛؟。、"
_BRACKETS = {")": "(", "]": "[", "»": "«", "”": "“"}
_JOINERS = "\u200c\u200d\u00b7\u30fb"


@dataclass(frozen=True, slots=True)
class Handle:
    """A person as text names them: `@name@host`, or `@name` for somebody here (host None).

    Both parts are canonical: lower case, punycode, `host[:port]`.
    """

    name: str
    host: str | None

    def __str__(self) -> str:
        return f"@{self.name}@{self.host}" if self.host else f"@{self.name}"


def parse_handle(text: str) -> Handle | None:
    """`@name@host`, `name@host` or `acct:name@host`, or None when it is not one."""
    bare = text.strip().removeprefix("acct:").removeprefix("@")
    match = MENTION.fullmatch(f"@{bare}")
    return _handle(match) if match else None


def find_mentions(text: str) -> list[Handle]:
    """Everybody named in *text*, each once, in order. Naming is not yet existing."""
    found = (handle for _, _, handle in mention_spans(text))
    return list(dict.fromkeys(found))


def mention_spans(text: str) -> Iterator[tuple[int, int, Handle]]:
    """Where (start, end) *text* names whom."""
    for match in MENTION.finditer(text):
        handle = _handle(match)
        if handle is not None:
            yield match.start(), match.end(), handle


def mention_at(text: str, position: int) -> tuple[int, Handle] | None:
    """The handle that starts at *position*, and where it ends."""
    match = MENTION.match(text, position)
    handle = _handle(match) if match else None
    return (match.end(), handle) if match and handle else None


def _handle(match: re.Match[str]) -> Handle | None:
    name, host = match.group(1).lower(), match.group(2)
    if host is None:
        return Handle(name, None)
    bare, colon, port = host.partition(":")
    try:
        return Handle(name, canonical_host(bare) + colon + port)
    except NotValid:
        return None


def find_hashtags(text: str) -> list[str]:
    """The hashtags in *text* without `#`, as first written, each once (FEP-eb48).

    Letters, marks and digits of every script, `_`, joiners and the middle dot; not digits only.
    """
    found: dict[str, str] = {}
    for match in _HASH.finditer(text):
        hit = hashtag_at(text, match.start())
        if hit is not None:
            found.setdefault(hashtag_key(hit[1]), hit[1])
    return list(found.values())


def hashtag_at(text: str, position: int) -> tuple[int, str] | None:
    """The hashtag whose `#` is at *position*: where it ends, and its name."""
    if not _HASH.match(text, position):
        return None
    start = position + 1
    end = start
    while end < len(text) and end - start <= MAX_HASHTAG and _belongs_to_tag(text[end]):
        end += 1
    name = text[start:end].rstrip(_JOINERS)
    if not name or len(name) > MAX_HASHTAG or all(letter.isdigit() or letter == "_" for letter in name):
        return None
    return start + len(name), name


def _belongs_to_tag(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or letter in _JOINERS or unicodedata.category(letter)[0] == "M"


def hashtag_key(name: str) -> str:
    """One form for all spellings of a hashtag: compatible characters unified, case folded."""
    return unicodedata.normalize("NFKC", name.lstrip(HASH_SIGNS)).casefold()


def url_at(text: str, position: int, limit: int) -> str | None:
    """The http(s) address from *position* to at most *limit*, without its sentence's punctuation."""
    match = URL.match(text, position, limit)
    if match is None:
        return None
    end = match.end()
    opened = {closing: text.count(opening, position, end) for closing, opening in _BRACKETS.items()}
    closed = {closing: text.count(closing, position, end) for closing in _BRACKETS}
    while True:  # at the latest the scheme stops it
        last = text[end - 1]
        if last in _BRACKETS:
            if closed[last] <= opened[last]:
                break
            closed[last] -= 1
        elif last not in _SENTENCE_ENDS:
            break
        end -= 1
    address = text[position:end]
    return address if len(address.partition("://")[2]) > 0 else None


def clean_name(text: str) -> str:
    """*text* as a one-line name: no controls, nothing that turns or hides text, at most `MAX_NAME`."""
    return clean_line(text)[:MAX_NAME].rstrip()


def clean_line(text: str) -> str:
    """*text* on one line, without controls and without characters that turn or hide text."""
    return _BLANKS.sub(" ", clean_text(text)).strip()


def clean_text(text: str) -> str:
    """*text* composed (NFC), without controls but for tab and newline, and without bidi controls."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return _TURNS_OR_HIDES.sub("", _CONTROLS.sub("", normal))


def plain_length(text: str) -> int:
    """How long *text* counts, in characters: each address as 23, each mention by its name only."""
    composed = unicodedata.normalize("NFC", text)
    shortened = URL.sub("x" * URL_LENGTH, composed)
    return len(shortened) - sum(end - start - len(h.name) - 1 for start, end, h in mention_spans(shortened))
