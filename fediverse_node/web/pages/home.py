"""Pages about the whole server: its front, and what it says about a hashtag."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.actors import queries as actors
from fediverse_node.kernel.text import hashtag_key
from fediverse_node.posts import lists
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import quiet
from fediverse_node.visibility.rule import ANONYMOUS
from fediverse_node.web import cursors
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE
from fediverse_node.web.pages.rendering import Head, language, page
from fediverse_node.web.pages.views import person, views

POSTS = 20
PEOPLE = 12
_MAX_CURSOR = 64
_MAX_TAG = 200


async def home(request: web.Request) -> web.Response:
    """`/`: what this server is, who lives here, and what they said last."""
    node, addresses, words = request.app[NODE], request.app[ADDRESSES], language(request)
    instance = node.config.instance

    def read(tx: Tx) -> Document:
        people = [person(actor, addresses) for actor in actors.newest_local(tx, PEOPLE)]
        listed = lists.public(tx, Page(limit=POSTS), local=True)
        found = quiet.heard(tx, listed, ANONYMOUS, in_public=True)
        head = Head(
            title=instance.name,
            description=instance.description,
            canonical=f"{addresses.origin}/",
            alternate=addresses.instance_actor,
        )
        return page(request, "home.html", head, people=people, posts=views(tx, found, addresses, words))

    key = f"{words.language} /"
    return respond(request, await request.app[DOCUMENTS].get(key, lambda: node.db.read(read)))


async def tag(request: web.Request) -> web.Response:
    """`/tags/name`: public posts with a hashtag, from everywhere."""
    node, addresses, words = request.app[NODE], request.app[ADDRESSES], language(request)
    name = request.match_info["tag"][:_MAX_TAG]
    cursor = request.query.get("page", "")[:_MAX_CURSOR]
    address = addresses.tag(hashtag_key(name))

    def read(tx: Tx) -> Document:
        wanted = cursors.decode(cursor, limit=POSTS) if cursor else Page(limit=POSTS)
        found = lists.tagged(tx, hashtag_key(name), wanted)
        heard = quiet.heard(tx, found, ANONYMOUS, in_public=True)
        older = cursors.encode("before", found[-1].id) if len(found) == POSTS else None
        newer = cursors.encode("after", found[0].id) if found and cursor else None
        return page(
            request,
            "tag.html",
            Head(title=f"#{name}", canonical=address, indexable=False),
            tag=name,
            posts=views(tx, heard, addresses, words),
            newer=f"{address}?page={newer}" if newer else None,
            older=f"{address}?page={older}" if older else None,
        )

    key = f"{words.language} #{name}?{cursor}"
    return respond(request, await request.app[DOCUMENTS].get(key, lambda: node.db.read(read)))
