"""Somebody's public posts for feed readers: Atom (RFC 4287) and RSS 2.0, each with what may be done with it.

Only their own words: no boosts, no quoted text, no pictures, which are decided about one by one. A post
behind a warning shows the warning alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import channels
from fediverse_node.consent.decisions import decisions
from fediverse_node.consent.model import Decision
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.posts import lists
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS, visible
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE
from fediverse_node.web.pages.profile import local_actor

ATOM: Final = "application/atom+xml"
RSS: Final = "application/rss+xml"
POSTS: Final = 20
_MAX_TITLE: Final = 80
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
#: What XML 1.0 has no way to write.
_UNWRITABLE: Final = {code: None for code in range(0x20) if code not in {9, 10, 13}} | {
    0xFFFE: None,
    0xFFFF: None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    post: Post
    url: str
    decision: Decision

    @property
    def updated(self) -> datetime:
        return self.post.edited_at or self.post.published_at

    @property
    def title(self) -> str:
        said = self.post.title or self.post.summary or to_plain_text(self.post.content_html)
        text = " ".join(said.split())
        return text if len(text) <= _MAX_TITLE else f"{text[: _MAX_TITLE - 1].rstrip()}…"

    @property
    def content(self) -> str:
        return escape(self.post.summary) if self.post.summary else self.post.content_html


async def atom(request: web.Request) -> web.Response:
    """`/@name.atom`."""
    return await _respond(request, ATOM)


async def rss(request: web.Request) -> web.Response:
    """`/@name.rss`."""
    return await _respond(request, RSS)


async def _respond(request: web.Request, kind: str) -> web.Response:
    node = request.app[NODE]
    make = lambda: node.db.read(lambda tx: _read(tx, request, kind))  # noqa: E731 a closure to hand on
    return respond(request, await request.app[DOCUMENTS].get(request.path, make))


def _read(tx: Tx, request: web.Request, kind: str) -> Document:
    addresses, actor = request.app[ADDRESSES], local_actor(tx, request)
    wanted = Page(limit=POSTS)
    found = lists.by_actor(tx, actor.id, wanted, visibilities=("public",), boosts=False, replies=False)
    shown = visible(tx, found, ANONYMOUS)
    said = decisions(tx, [subject_of(post, actor) for post in shown])
    items = [
        _Item(post=post, url=addresses.post_page(actor.username, post.id), decision=said[post.uri])
        for post in shown
    ]
    here = f"{addresses.origin}{request.path}"
    text = (_atom if kind == ATOM else _rss)(actor, items, addresses, here)
    more = {"Access-Control-Allow-Origin": "*", **channels.headers(_joint(items), addresses)}
    return Document(
        body=text.translate(_UNWRITABLE).encode(),
        content_type=f"{kind}; charset=utf-8",
        headers=headers(vary="Accept-Encoding", more=more),
    )


def _joint(items: Sequence[_Item]) -> Decision:
    """What the whole file may say: a yes only where every post in it says yes."""
    return Decision(train_ai=bool(items) and all(item.decision.train_ai for item in items))


def _atom(actor: Actor, items: Sequence[_Item], addresses: Addresses, here: str) -> str:
    updated = max((item.updated for item in items), default=actor.published_at or actor.created_at)
    entries = "".join(_atom_entry(item, addresses) for item in items)
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom">\n<id>{escape(here)}</id>\n'
        f"<title>{escape(actor.display_name)}</title>\n<updated>{to_rfc3339(updated)}</updated>\n"
        f'<link rel="self" href={quoteattr(here)}/>\n'
        f"<link href={quoteattr(addresses.profile(actor.username))}/>\n"
        f"<author><name>{escape(actor.display_name)}</name><uri>{escape(actor.uri)}</uri></author>\n"
        f"<rights>{escape(channels.rights(_joint(items), addresses))}</rights>\n{entries}</feed>\n"
    )


def _atom_entry(item: _Item, addresses: Addresses) -> str:
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
        f"<link href={quoteattr(item.url)}/>{proof}{label}"
        f'<content type="html">{escape(item.content)}</content>'
        f"<rights>{escape(channels.rights(item.decision, addresses))}</rights></entry>\n"
    )


def _rss(actor: Actor, items: Sequence[_Item], addresses: Addresses, here: str) -> str:
    entries = "".join(_rss_item(item, addresses) for item in items)
    return (
        f'{_XML}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>'
        f"<title>{escape(actor.display_name)}</title><link>{escape(addresses.profile(actor.username))}</link>"
        f"<description>{escape(actor.handle)}</description>"
        f'<atom:link rel="self" type="{RSS}" href={quoteattr(here)}/>'
        f"<dc:rights>{escape(channels.rights(_joint(items), addresses))}</dc:rights>\n"
        f"{entries}</channel></rss>\n"
    )


def _rss_item(item: _Item, addresses: Addresses) -> str:
    post, label = item.post, ""
    if post.ai_disclosure:
        domain = quoteattr(f"{addresses.namespace}aiDisclosure")
        label = f"<category domain={domain}>{escape(post.ai_disclosure)}</category>"
    return (
        f'<item><guid isPermaLink="false">{escape(post.uri)}</guid><title>{escape(item.title)}</title>'
        f"<link>{escape(item.url)}</link>{label}"
        f"<pubDate>{format_datetime(post.published_at.astimezone(UTC), usegmt=True)}</pubDate>"
        f"<description>{escape(item.content)}</description>"
        f"<dc:rights>{escape(channels.rights(item.decision, addresses))}</dc:rights></item>\n"
    )
