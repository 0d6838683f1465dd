"""Public posts for feed readers: somebody's own, with or without answers to others, and those with a hashtag.

Of a person only their own words: no boosts, no quoted text, no pictures, which are decided about one by one.
A post behind a warning shows the warning alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import channels
from fediverse_node.consent.decisions import decisions
from fediverse_node.consent.model import Decision
from fediverse_node.kernel.text import hashtag_key
from fediverse_node.posts import lists
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import quiet
from fediverse_node.visibility.rule import ANONYMOUS, visible
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE
from fediverse_node.web.pages import feed_formats
from fediverse_node.web.pages.feed_formats import ATOM, RSS, Feed, Item, joint
from fediverse_node.web.pages.profile import local_actor

POSTS: Final = 20
MAX_TAG: Final = 200
#: The end of the path of a feed that has answers to others in it, too.
WITH_REPLIES: Final = "/with_replies"
#: When a feed that is of no person began, so that an empty one is always the same.
_BEGINNING: Final = datetime(2020, 1, 1, tzinfo=UTC)

_Read = Callable[[Tx, web.Request], tuple[Feed, list[Item]]]


async def of_person(request: web.Request) -> web.Response:
    """`/@name.atom` and `/@name.rss`, and below `/@name/` also `with_replies`."""
    return await _respond(request, _of_person)


async def of_tag(request: web.Request) -> web.Response:
    """`/tags/name.atom` and `/tags/name.rss`: what the page of the hashtag begins with."""
    return await _respond(request, _of_tag)


async def _respond(request: web.Request, read: _Read) -> web.Response:
    node = request.app[NODE]
    make = lambda: node.db.read(lambda tx: _document(tx, request, read))  # noqa: E731 a closure to hand on
    return respond(request, await request.app[DOCUMENTS].get(request.path, make))


def _document(tx: Tx, request: web.Request, read: _Read) -> Document:
    addresses = request.app[ADDRESSES]
    kind = ATOM if request.path.endswith(".atom") else RSS
    feed, items = read(tx, request)
    more = {"Access-Control-Allow-Origin": "*", **channels.headers(joint(items), addresses)}
    return Document(
        body=feed_formats.write(kind, feed, items, addresses),
        content_type=f"{kind}; charset=utf-8",
        headers=headers(vary="Accept-Encoding", more=more),
    )


def _of_person(tx: Tx, request: web.Request) -> tuple[Feed, list[Item]]:
    addresses, actor = request.app[ADDRESSES], local_actor(tx, request)
    replies = f"{WITH_REPLIES}." in request.path
    wanted = Page(limit=POSTS)
    found = lists.by_actor(tx, actor.id, wanted, visibilities=("public",), boosts=False, replies=replies)
    shown = visible(tx, found, ANONYMOUS)
    said = decisions(tx, [subject_of(post, actor) for post in shown])
    items = [
        Item(post=post, url=addresses.post_page(actor.username, post.id), decision=said[post.uri])
        for post in shown
    ]
    feed = Feed(
        here=f"{addresses.origin}{request.path}",
        page=addresses.profile(actor.username),
        title=actor.display_name,
        description=actor.handle,
        since=actor.published_at or actor.created_at,
        author=actor,
    )
    return feed, items


def _of_tag(tx: Tx, request: web.Request) -> tuple[Feed, list[Item]]:
    addresses, name = request.app[ADDRESSES], request.match_info["tag"][:MAX_TAG]
    found = lists.tagged(tx, hashtag_key(name), Page(limit=POSTS))
    page = addresses.tag(hashtag_key(name))
    feed = Feed(
        here=f"{page}.{request.path.rpartition('.')[2]}",
        page=page,
        title=f"#{name}",
        description=f"#{name}, {addresses.domain}",
        since=_BEGINNING,
    )
    heard = quiet.heard(tx, found, ANONYMOUS, in_public=True)
    return feed, _items(tx, visible(tx, heard, ANONYMOUS), addresses)


def _items(tx: Tx, shown: list[Post], addresses: Addresses) -> list[Item]:
    writers = actors.by_ids(tx, {post.actor_id for post in shown})
    own = [subject_of(post, writers[post.actor_id]) for post in shown if post.local]
    said = decisions(tx, own)
    return [
        Item(
            post=post,
            url=addresses.post_page(writers[post.actor_id].username, post.id)
            if post.local
            else post.url or post.uri,
            # Of what others wrote elsewhere, nobody decided anything here.
            decision=said.get(post.uri, Decision()),
            author=writers[post.actor_id],
        )
        for post in shown
        if post.boost_of_id is None
    ]
