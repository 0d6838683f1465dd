"""What a page says of itself, read from the first MiB of its HTML: OpenGraph, and what people did before.

Only `meta`, `link`, `title` and `html` are looked at, each cut out with a bound before it is parsed: the
parser of the standard library needs quadratic time for what no honest page has in it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import msgspec

from fediverse_node.cards.model import Page
from fediverse_node.kernel.clock import parse_rfc3339, to_rfc3339_millis
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.text import clean_line, parse_handle
from fediverse_node.kernel.urls import MAX_URL, split_http, without_fragment

#: The longest tag that is read, how many of them, and the longest title.
_MAX_TAG: Final = 4_096
_MAX_TAGS: Final = 400
_MAX_TITLE: Final = 250
_MAX_DESCRIPTION: Final = 600
_MAX_NAME: Final = 100
_MAX_SIDE: Final = 20_000

_SKIPPED: Final = ("script", "style", "svg")
_OPENING = re.compile(r"<(?:meta|link|title|html)(?=[\s>/])", re.IGNORECASE)
# Possessive: whatever is not a whole tag is given up after one look.
_TAG = re.compile(r"""<\w+(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{3,20})""", re.IGNORECASE)
_CHARSET_HEADER = re.compile(r"""charset\s*=\s*"?([A-Za-z0-9_-]{3,20})""", re.IGNORECASE)
#: Codecs that a page may ask for. Others of Python's decode no text, or need quadratic time.
_CODECS = re.compile(
    r"utf-?(?:8|16(?:le|be)?)|us-ascii|iso-8859-\d{1,2}|windows-125\d|windows-874|koi8-[ru]|shift[_-]jis|euc-(?:jp|kr)"
    r"|gb2312|gbk|gb18030|big5|iso-2022-jp|tis-620",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?=[-_]|$)")


@dataclass(slots=True)
class Found:
    """What stands in a page, before any of it is judged.

    Attributes:
        meta: by `property` or `name`, in lower case; the first of each.
        oembed: where the page's oEmbed document is.
    """

    meta: dict[str, str] = field(default_factory=dict)
    title: str = ""
    language: str = ""
    oembed: str | None = None


class _OneTag(HTMLParser):
    """Reads the attributes of one tag."""

    def __init__(self) -> None:
        super().__init__()
        self.name = ""
        self.attributes: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The one tag there is."""
        self.name = tag
        self.attributes = {name: value or "" for name, value in reversed(attrs)}


def text_of(body: bytes, content_type: str) -> str:
    """*body* as text: by what the server says, else by what the page says, else as UTF-8."""
    named = _CHARSET_HEADER.search(content_type)
    inside = _CHARSET.search(body[:2048])
    name = named[1] if named is not None else inside[1].decode("ascii") if inside is not None else "utf-8"
    if not _CODECS.fullmatch(name):
        name = "utf-8"
    try:
        return body.decode(name, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def look(text: str) -> Found:
    """What *text*, the HTML of a page, has in it that is of use."""
    found = Found()
    text = _without_scripts(text)
    for number, match in enumerate(_OPENING.finditer(text)):
        if number >= _MAX_TAGS:
            break
        whole = _TAG.match(text, match.start(), match.start() + _MAX_TAG)
        if whole is not None:
            _take(found, whole, text)
    return found


def page_of(found: Found, url: str) -> Page | None:
    """The page at *url*, as far as it says anything; None where it has no title."""
    meta = found.meta
    title = _line(meta.get("og:title") or meta.get("twitter:title") or found.title, _MAX_TITLE)
    if not title:
        return None
    image = _address(_first(meta, "og:image:secure_url", "og:image", "og:image:url", "twitter:image"), url)
    language = _LANGUAGE.match(_first(meta, "og:locale") or found.language)
    creator = meta.get("fediverse:creator", "").strip()
    return Page(
        title=title,
        description=_line(
            _first(meta, "og:description", "twitter:description", "description"), _MAX_DESCRIPTION
        ),
        language=language[0].lower() if language is not None else None,
        image=image,
        image_description=_line(_first(meta, "og:image:alt", "twitter:image:alt"), 1_500) if image else "",
        width=_side(meta.get("og:image:width")) if image else 0,
        height=_side(meta.get("og:image:height")) if image else 0,
        provider=_line(_first(meta, "og:site_name", "application-name"), _MAX_NAME),
        author=_line(_first(meta, "author", "article:author_name"), _MAX_NAME),
        author_url=_address(_first(meta, "article:author", "og:article:author"), url) or "",
        creator=creator if len(creator) <= _MAX_NAME and parse_handle(creator) is not None else None,
        published_at=_moment(_first(meta, "article:published_time", "og:article:published_time")),
    )


def oembed_of(body: bytes, url: str) -> Page | None:
    """What an oEmbed document at *url* says (https://oembed.com, 2.3); its HTML is not looked at."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    said = {name: value for name, value in document.items() if isinstance(value, str)}
    image = said.get("thumbnail_url") or (said.get("url", "") if said.get("type") == "photo" else "")
    title = _line(said.get("title", ""), _MAX_TITLE)
    if not title:
        return None
    return Page(
        title=title,
        image=_address(image, url),
        width=_side(document.get("thumbnail_width")),
        height=_side(document.get("thumbnail_height")),
        provider=_line(said.get("provider_name", ""), _MAX_NAME),
        author=_line(said.get("author_name", ""), _MAX_NAME),
        author_url=_address(said.get("author_url", ""), url) or "",
    )


def joined(page: Page | None, said: Page | None) -> Page | None:
    """*page* with what it does not say itself from *said*, its oEmbed document."""
    if page is None or said is None:
        return page or said
    more: dict[str, Any] = {}
    if page.image is None and said.image is not None:
        more = {"image": said.image, "width": said.width, "height": said.height}
    more |= {"provider": page.provider or said.provider}
    if not page.author:
        more |= {"author": said.author, "author_url": said.author_url}
    return msgspec.structs.replace(page, **more)


def _without_scripts(text: str) -> str:
    """*text* without its scripts and comments, in which anything may look like a tag. In linear time."""
    pairs = [(f"<{name}", f"</{name}") for name in _SKIPPED]
    for opening, closing in [*pairs, ("<!--", "-->")]:
        low, kept, end = text.lower() if opening[1] != "!" else text, [], 0
        if len(low) != len(text):  # a few letters have two in lower case
            low = text
        while (start := low.find(opening, end)) >= 0:
            kept.append(text[end:start])
            close = low.find(closing, start)
            end = close + len(closing) if close >= 0 else len(text)
        text = "".join([*kept, text[end:]])
    return text


def _take(found: Found, whole: re.Match[str], text: str) -> None:
    parser = _OneTag()
    parser.feed(whole[0])
    attributes = parser.attributes
    if parser.name == "meta":
        name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
        if name and attributes.get("content"):
            found.meta.setdefault(name, attributes["content"])
    elif parser.name == "link" and attributes.get("type", "").strip().lower() == "application/json+oembed":
        found.oembed = found.oembed or attributes.get("href")
    elif parser.name == "title" and not found.title:
        inner = text[whole.end() : whole.end() + _MAX_TAG]
        found.title = html.unescape(inner.partition("<")[0])
    elif parser.name == "html":
        found.language = found.language or attributes.get("lang", "")


def _first(meta: dict[str, str], *names: str) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _line(text: str, longest: int) -> str:
    line = " ".join(clean_line(text[: longest * 4]).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _address(text: str, base: str) -> str | None:
    """*text* as an address of the web, seen from the page at *base*; None where it is none."""
    text = text.strip()
    if not text or len(text) > MAX_URL:
        return None
    try:
        found = without_fragment(urljoin(base, text))
        split_http(found)
    except (NotValid, ValueError):
        return None
    # An http picture on an https page is no picture a browser shows, and our proxy fetches both alike.
    return found if len(found) <= MAX_URL and urlsplit(found).hostname else None


def _side(said: object) -> int:
    text = str(said).strip() if isinstance(said, str | int) else ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    return number if number <= _MAX_SIDE else 0


def _moment(text: str) -> str | None:
    found = parse_rfc3339(text.strip()[:64])
    return None if found is None else to_rfc3339_millis(found)
