"""Sitemaps (sitemaps.org, 0.9) of those who allow search engines to list them, and of nobody else.

`/sitemap.xml` names one file for each of these people: their profile, and their public posts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Final
from xml.sax.saxutils import escape

from aiohttp import web

from fediverse_node.actors import indexable as people
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotFound
from fediverse_node.posts import indexable as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE
from fediverse_node.web.pages.profile import local_actor

PATH: Final = "/sitemap.xml"
#: As many as one file may name.
MOST: Final = 50_000
#: A crawler comes once a day or so. What somebody hides or deletes answers with 404 at once all the same.
KEEP_SECONDS: Final = 600.0
_NAMESPACE: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'

_Make = Callable[[], Awaitable[Document]]


async def index(request: web.Request) -> web.Response:
    """`/sitemap.xml`: the files."""
    origin = request.app[ADDRESSES].origin

    def read(tx: Tx) -> Document:
        files = (
            f"<sitemap><loc>{origin}/sitemap/{name}.xml</loc></sitemap>" for name in people.names(tx, MOST)
        )
        return _document("sitemapindex", files)

    return await _respond(request, lambda: request.app[NODE].db.read(read), keep_seconds=KEEP_SECONDS)


async def of_person(request: web.Request) -> web.Response:
    """`/sitemap/name.xml`: the profile of one of them, and their posts, the newest first."""
    return await _respond(request, lambda: request.app[NODE].db.read(lambda tx: _of_person(tx, request)))


async def _respond(request: web.Request, make: _Make, *, keep_seconds: float = 0) -> web.Response:
    return respond(request, await request.app[DOCUMENTS].get(request.path, make, keep_seconds=keep_seconds))


def _of_person(tx: Tx, request: web.Request) -> Document:
    addresses, actor = request.app[ADDRESSES], local_actor(tx, request)
    if not actor.indexable or actor.moved_to is not None:
        raise NotFound
    found = (
        f"<url><loc>{escape(addresses.post_page(actor.username, id_))}</loc>"
        f"<lastmod>{to_rfc3339(changed)}</lastmod></url>"
        for id_, changed in posts.own(tx, actor.id, MOST - 1)
    )
    return _document("urlset", (f"<url><loc>{addresses.profile(actor.username)}</loc></url>", *found))


def _document(kind: str, entries: Iterable[str]) -> Document:
    lines = "\n".join(entries)
    return Document(
        body=f"{_XML}<{kind} {_NAMESPACE}>\n{lines}\n</{kind}>\n".encode(),
        content_type="application/xml; charset=utf-8",
        headers=headers(vary="Accept-Encoding"),
    )
