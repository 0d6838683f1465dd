"""The one sanitiser for everything remote, and back from HTML to plain text.

Every renderer (pages, client API, feeds, exports) gets its HTML from here, so that none can forget
it (Pleroma's second renderer did). The allow-list is Mastodon's, because its clients assume it.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from functools import cache
from typing import Final

import nh3

from fediverse_node.kernel.urls import MAX_URL

#: Longer HTML is cut before it is parsed; readers refuse long content earlier.
MAX_HTML: Final = 400_000
#: Elements that may stand open at once. An HTML5 parser is quadratic in this number: 100,000 open
#: `<div>` take half a minute.
MAX_OPEN: Final = 256

_TAGS = frozenset(
    {
        "p", "br", "span", "a", "del", "pre", "code", "em", "strong", "b", "i", "u", "ul", "ol", "li",
        "blockquote",
    }
)  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN_TAGS = {
    "script", "style", "title", "textarea", "select", "svg", "math", "template", "iframe", "noscript",
    "object", "embed", "xmp", "noembed", "noframes", "plaintext", "audio", "video", "canvas",
}  # fmt: skip
_SCHEMES = {"http", "https", "gemini", "gopher", "ipfs", "ipns", "magnet", "xmpp"}
#: Classes that clients know; `invisible` and `ellipsis` only inside honest links.
_CLASSES = frozenset(
    {
        "mention", "hashtag", "ellipsis", "invisible", "quote-inline",
        "h-card", "h-entry", "h-cite", "p-name", "p-author", "p-summary", "p-category", "u-url", "u-uid",
        "u-photo", "u-in-reply-to", "dt-published", "dt-updated", "e-content",
    }
)  # fmt: skip

# An address of the web without credentials, blanks or backslashes; `https:path` is relative.
_HONEST_ADDRESS = re.compile(
    r"https?://[^\s/\\@<>\"?#\x00-\x20]+(?:[/?#][^\s\\<>\"\x00-\x20]*)?"
    r"|(?!https?:)[a-z]+:[^\s\\<>\"\x00-\x20]+",
    re.IGNORECASE,
)
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ROUNDS = 4
_CLOSES_ITSELF = frozenset({"br", "hr", "img", "wbr", "p", "li", "input", "source", "link", "meta"})
_LOOSE_TAG = re.compile(r"<[^<>]*>")
_OPEN_HEADING = re.compile(r"<h[1-6]>")
_CLOSE_HEADING = re.compile(r"</h[1-6]>")
_ANCHOR = re.compile(r"<a ([^>]*)>(.*?)</a>", re.DOTALL)
_WHOLE_ANCHOR = re.compile(r"(<a [^>]*>.*?</a>)", re.DOTALL)
_HREF = re.compile(r'href="([^"]*)"')
_HIDING_CLASS = re.compile(r' class="[^">]*\b(?:invisible|ellipsis)\b[^">]*"')
# How Mastodon shortens a link: its scheme hidden, its host shown, the end of its path hidden.
_SHORTENED = re.compile(
    r'<span class="invisible">(https?://(?:www\.)?)</span>'
    r'<span(?: class="ellipsis")?>([^<]*)</span>'
    r'<span class="invisible">([^<]*)</span>'
)
_END_OF_HOST = re.compile(r"[/?#]")
_LINE_END = re.compile(r"<br ?/?>")
_BLOCK_END = re.compile(r"</(?:p|pre|blockquote|ul|ol)>")
_ITEM = re.compile(r"<li[^>]*>")
_ANY_TAG = re.compile(r"<[^>]*>")
# A paragraph (Mastodon, GoToSocial), or a span that may hold the spans of a shortened link (FEP-044f).
_QUOTE_INLINE = re.compile(
    r'<p class="quote-inline">(?:(?!</?p[ >]).)*</p>'
    r'|<span class="quote-inline">(?:(?!</?span).|<span[^>]*>(?:(?!</?span).)*</span>)*</span>',
    re.DOTALL,
)
_MANY_NEWLINES = re.compile(r"\n{3,}")


def sanitise(untrusted: str) -> str:
    """*untrusted* HTML reduced to what may be shown: text, plain formatting and honest links.

    Links are absolute, of known schemes and without credentials, or become text; each carries
    `rel="nofollow noopener"`. Headings become `<p><strong>`. Classes that hide text stay only where
    they shorten a link without hiding its host. HTML nested too deep to parse becomes text.
    """
    untrusted = untrusted[:MAX_HTML].replace("\x00", "")
    if untrusted.count("<") > MAX_OPEN and _is_too_deep(untrusted):
        return _as_text(untrusted)
    cleaned = _settle(untrusted)
    if "<a " in cleaned:
        cleaned = _ANCHOR.sub(_honest_anchor, cleaned)
    if "<pre>\n" in cleaned:  # something removed left a newline where parsers drop one
        cleaned = _clean(cleaned)
    return _show_hidden_text(cleaned)


def to_plain_text(untrusted: str) -> str:
    """The text of *untrusted* HTML: paragraphs two newlines apart, list items on lines of their own."""
    marked = _LINE_END.sub("\n", sanitise(untrusted))
    marked = _ITEM.sub("\n- ", _BLOCK_END.sub("\n\n", marked))
    text = html.unescape(_ANY_TAG.sub("", marked)).replace("\xa0", " ")
    return _MANY_NEWLINES.sub("\n\n", text).strip()


def without_quote_inline(sanitised: str) -> str:
    """*sanitised* HTML without the link to what is quoted, for whoever shows the quote itself (FEP-044f)."""
    if "quote-inline" not in sanitised:
        return sanitised
    return _QUOTE_INLINE.sub("", sanitised)


def sanitise_own(rendered: str) -> str:
    """Our own renderer's HTML through the same gate; only here may a link say `rel="tag"`."""
    return _without_headings(_own_cleaner().clean(rendered))


def _settle(untrusted: str) -> str:
    """*untrusted* cleaned until a browser reads the result as the tree that was written out.

    Removing an element (a table, a button, a heading around a list) can leave a tree that no parser
    builds from its own text; links nested that way would pass the check of links unseen.
    """
    cleaned = _without_headings(_clean(untrusted))
    if _only_plain_tags(untrusted):
        return cleaned
    for _ in range(_ROUNDS):
        again = _clean(cleaned)
        if again == cleaned:
            return cleaned
        cleaned = again
    return _as_text(cleaned)


def _only_plain_tags(untrusted: str) -> bool:
    return all(tag.lower() in _TAGS for _, tag in _OPEN_OR_CLOSE.findall(untrusted))


def _as_text(untrusted: str) -> str:
    return f"<p>{html.escape(html.unescape(_LOOSE_TAG.sub('', untrusted)), quote=False)}</p>"


def _clean(untrusted: str) -> str:
    return _remote_cleaner().clean(untrusted).replace(' class=""', "")


@cache
def _remote_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS | _HEADINGS),
        clean_content_tags=_HIDDEN_TAGS,
        attributes={"a": {"href"}, "ol": {"start", "reversed"}, "li": {"value"}},
        allowed_classes={tag: set(_CLASSES) for tag in _TAGS},
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="nofollow noopener",
    )


@cache
def _own_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS | _HEADINGS),
        clean_content_tags=_HIDDEN_TAGS,
        attributes={"a": {"href", "rel"}, "ol": {"start"}},
        allowed_classes={"a": set(_CLASSES), "span": set(_CLASSES)},
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel=None,
    )


def _is_too_deep(untrusted: str) -> bool:
    """Whether more elements seem to stay open than may be parsed."""
    standing: Counter[str] = Counter()
    total = 0
    for closing, tag in _OPEN_OR_CLOSE.findall(untrusted):
        name = tag.lower()
        if name in _CLOSES_ITSELF:
            continue
        if not closing:
            standing[name] += 1
            total += 1
            if total > MAX_OPEN:
                return True
        elif standing[name]:
            standing[name] -= 1
            total -= 1
    return False


def _without_headings(cleaned: str) -> str:
    return _OPEN_HEADING.sub("<p><strong>", _CLOSE_HEADING.sub("</strong></p>", cleaned))


def _honest_anchor(match: re.Match[str]) -> str:
    attributes, inner = match.groups()
    href = _HREF.search(attributes)
    if href is None or not _is_honest(html.unescape(href.group(1))):
        return inner
    if _HIDING_CLASS.search(inner) and not _is_shortened(inner, href.group(1)):
        inner = _HIDING_CLASS.sub("", inner)
    return f"<a {attributes}>{inner}</a>"


def _is_honest(address: str) -> bool:
    return len(address) <= MAX_URL and _HONEST_ADDRESS.fullmatch(address) is not None


def _is_shortened(inner: str, href: str) -> bool:
    """Whether *inner* shows *href* itself, the whole host visible."""
    match = _SHORTENED.fullmatch(inner)
    if match is None:
        return False
    scheme, shown, rest = match.groups()
    host = _END_OF_HOST.split(shown + rest, maxsplit=1)[0]
    return scheme + shown + rest == href and bool(host) and shown.startswith(host)


def _show_hidden_text(cleaned: str) -> str:
    """Outside links nothing may hide: drop the hiding classes there."""
    if not _HIDING_CLASS.search(cleaned):
        return cleaned
    parts = _WHOLE_ANCHOR.split(cleaned)
    parts[::2] = [_HIDING_CLASS.sub("", part) for part in parts[::2]]
    return "".join(parts)
