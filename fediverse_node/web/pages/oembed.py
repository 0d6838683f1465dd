"""What other sites show of a public post when somebody puts its address there (oEmbed 1.0).

It is a quotation with a link and without a script: whoever embeds it runs nothing of ours.
"""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import msgspec
from aiohttp import web

from fediverse_node.actors import queries as actors
from fediverse_node.consent import channels
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS, may_see
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE
from fediverse_node.web.pages.rendering import language
from fediverse_node.web.pages.views import PostView, joint_decision, views

PATH: Final = "/api/oembed"
#: How long others may show it without asking again: what is deleted or taken back should not stay for long.
CACHE_SECONDS: Final = 3600
_WIDTH: Final = 550
_MAX_URL: Final = 500
_OURS = re.compile(r"/(?:@([A-Za-z0-9_]{1,30})/|users/([A-Za-z0-9_]{1,30})/posts/)(\d{1,19})")


async def oembed(request: web.Request) -> web.Response:
    """`GET /api/oembed?url=…`, with `maxwidth`, as JSON.

    Raises:
        NotFound: *url* is no post of ours that everybody may see.
        NotValid: there is no *url*, or *maxwidth* is no number.
        web.HTTPNotImplemented: it was asked for as XML.
    """
    if request.query.get("format", "json") != "json":
        raise web.HTTPNotImplemented
    url, width = request.query.get("url", "")[:_MAX_URL], _width(request.query.get("maxwidth", ""))
    if not url:
        raise NotValid("Say of which post, as url=….")
    node, words = request.app[NODE], language(request)
    key = f"{words.language} oembed {width} {url}"
    make = lambda: node.db.read(lambda tx: _read(tx, request, url, width))  # noqa: E731 a closure to hand on
    return respond(request, await request.app[DOCUMENTS].get(key, make))


def _width(text: str) -> int:
    if not text:
        return _WIDTH
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII):
        raise NotValid("maxwidth is a number of pixels.")
    return min(int(text), _WIDTH)


def _read(tx: Tx, request: web.Request, url: str, width: int) -> Document:
    addresses, words = request.app[ADDRESSES], language(request)
    post = _post(tx, request, url)
    [found] = views(tx, [post], addresses, words)
    answer = {
        "version": "1.0",
        "type": "rich",
        "title": found.title or found.excerpt,
        "author_name": found.author.name,
        "author_url": found.author.url,
        "provider_name": request.app[NODE].config.instance.name,
        "provider_url": f"{addresses.origin}/",
        "cache_age": CACHE_SECONDS,
        "html": _quotation(post, found),
        "width": width,
        "height": None,
    }
    more = {"Access-Control-Allow-Origin": "*", **channels.headers(joint_decision([found]), addresses)}
    return Document(
        body=msgspec.json.encode(answer),
        content_type="application/json; charset=utf-8",
        headers=headers(vary="Accept-Language", more=more),
    )


def _post(tx: Tx, request: web.Request, url: str) -> Post:
    """The post at *url*, which may be its id or its page; what is not for everybody is not there."""
    addresses = request.app[ADDRESSES]
    match = _OURS.fullmatch(url.removeprefix(addresses.origin)) if url.startswith(addresses.origin) else None
    if match is None or parse_id(match[3]) is None:
        raise NotFound
    writer = actors.local_by_name(tx, match[1] or match[2])
    found = posts.by_uri(tx, addresses.post(writer.username, int(match[3]))) if writer is not None else None
    if writer is None or not writer.active or found is None or not may_see(tx, found, ANONYMOUS):
        raise NotFound
    return found


def _quotation(written: Post, post: PostView) -> str:
    """What it says, or its warning; what a model had to do with it; who said it, and where."""
    spoken = f" lang={quoteattr(post.language)}" if post.language else ""
    label = "" if post.ai is None else f"<p><small>{escape(post.ai.text)}</small></p>"
    said = f"<p>{escape(post.warning)}</p>" if post.warning else written.content_html
    return (
        f'<blockquote cite={quoteattr(post.url)} dir="auto"{spoken}>{said}{label}'
        f"<footer>— <a href={quoteattr(post.url)}>{escape(post.author.name)} ({escape(post.author.handle)}), "
        f"{escape(post.published.text)}</a></footer></blockquote>"
    )
