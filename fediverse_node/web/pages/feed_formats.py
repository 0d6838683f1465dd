"""A feed in Atom (RFC 4287) and in RSS 2.0, each entry with what may be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import channels
from fediverse_node.consent.model import Decision
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.posts.model import Post

ATOM: Final = "application/atom+xml"
RSS: Final = "application/rss+xml"
_MAX_TITLE: Final = 80
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
#: What XML 1.0 has no way to write.
_UNWRITABLE: Final = {code: None for code in range(0x20) if code not in {9, 10, 13}} | {
    0xFFFE: None,
    0xFFFF: None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post of a feed.

    Attributes:
        author: where the feed is not of one person.
    """

    post: Post
    url: str
    decision: Decision
    author: Actor | None = None

    @property
    def updated(self) -> datetime:
        """When it was last changed."""
        return self.post.edited_at or self.post.published_at

    @property
    def title(self) -> str:
        """Its title, its warning, or how it begins."""
        said = self.post.title or self.post.summary or to_plain_text(self.post.content_html)
        text = " ".join(said.split())
        return text if len(text) <= _MAX_TITLE else f"{text[: _MAX_TITLE - 1].rstrip()}…"

    @property
    def content(self) -> str:
        """HTML: what it says, or the warning before it alone."""
        return escape(self.post.summary) if self.post.summary else self.post.content_html


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed is about.

    Attributes:
        here: its own address, which is its id, too.
        page: the same for people.
        author: where it is of one person.
        since: when it was last changed, if there is nothing in it.
    """

    here: str
    page: str
    title: str
    description: str
    since: datetime
    author: Actor | None = None


def joint(items: Sequence[Item]) -> Decision:
    """What the whole file may say: a yes only where every post in it says yes."""
    return Decision(train_ai=bool(items) and all(item.decision.train_ai for item in items))


def write(kind: str, feed: Feed, items: Sequence[Item], addresses: Addresses) -> bytes:
    """The feed as *kind*, which is `ATOM` or `RSS`."""
    text = (_atom if kind == ATOM else _rss)(feed, items, addresses)
    return text.translate(_UNWRITABLE).encode()


def _atom(feed: Feed, items: Sequence[Item], addresses: Addresses) -> str:
    updated = max((item.updated for item in items), default=feed.since)
    entries = "".join(_atom_entry(item, addresses) for item in items)
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom">\n<id>{escape(feed.here)}</id>\n'
        f"<title>{escape(feed.title)}</title>\n<updated>{to_rfc3339(updated)}</updated>\n"
        f'<link rel="self" href={quoteattr(feed.here)}/>\n'
        f"<link href={quoteattr(feed.page)}/>\n{_atom_author(feed.author)}"
        f"<rights>{escape(channels.rights(joint(items), addresses))}</rights>\n{entries}</feed>\n"
    )


def _atom_author(author: Actor | None) -> str:
    if author is None:
        return ""
    name, uri = escape(author.display_name or author.handle), escape(author.uri)
    return f"<author><name>{name}</name><uri>{uri}</uri></author>\n"


def _atom_entry(item: Item, addresses: Addresses) -> str:
    post, language = item.post, item.post.language
    spoken = f" xml:lang={quoteattr(language)}" if language else ""
    label = ""
    if post.ai_disclosure:
        scheme = quoteattr(f"{addresses.namespace}aiDisclosure")
        label = f"<category scheme={scheme} term={quoteattr(post.ai_disclosure)}/>"
    receipt = item.decision.receipt
    proof = (
        "" if receipt is None else f'<link rel="describedby" href="{escape(addresses.receipt(receipt))}"/>'
    )
    return (
        f"<entry{spoken}><id>{escape(post.uri)}</id><title>{escape(item.title)}</title>"
        f"<published>{to_rfc3339(post.published_at)}</published><updated>{to_rfc3339(item.updated)}</updated>"
        f"<link href={quoteattr(item.url)}/>{proof}{label}{_atom_author(item.author)}"
        f'<content type="html">{escape(item.content)}</content>'
        f"<rights>{escape(channels.rights(item.decision, addresses))}</rights></entry>\n"
    )


def _rss(feed: Feed, items: Sequence[Item], addresses: Addresses) -> str:
    entries = "".join(_rss_item(item, addresses) for item in items)
    return (
        f'{_XML}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>'
        f"<title>{escape(feed.title)}</title><link>{escape(feed.page)}</link>"
        f"<description>{escape(feed.description)}</description>"
        f'<atom:link rel="self" type="{RSS}" href={quoteattr(feed.here)}/>'
        f"<dc:rights>{escape(channels.rights(joint(items), addresses))}</dc:rights>\n"
        f"{entries}</channel></rss>\n"
    )


def _rss_item(item: Item, addresses: Addresses) -> str:
    post, label = item.post, ""
    if post.ai_disclosure:
        domain = quoteattr(f"{addresses.namespace}aiDisclosure")
        label = f"<category domain={domain}>{escape(post.ai_disclosure)}</category>"
    creator = "" if item.author is None else f"<dc:creator>{escape(item.author.handle)}</dc:creator>"
    return (
        f'<item><guid isPermaLink="false">{escape(post.uri)}</guid><title>{escape(item.title)}</title>'
        f"<link>{escape(item.url)}</link>{label}{creator}"
        f"<pubDate>{format_datetime(post.published_at.astimezone(UTC), usegmt=True)}</pubDate>"
        f"<description>{escape(item.content)}</description>"
        f"<dc:rights>{escape(channels.rights(item.decision, addresses))}</dc:rights></item>\n"
    )
