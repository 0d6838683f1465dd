"""One post, with what it answers and what answers it."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.kernel.errors import Gone, NotFound
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import lists
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS, may_see
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.keys import ADDRESSES, CARDS, DOCUMENTS, NODE
from fediverse_node.web.pages.credentials import panels
from fediverse_node.web.pages.link_cards import card_views
from fediverse_node.web.pages.profile import local_actor
from fediverse_node.web.pages.rendering import Head, language, page
from fediverse_node.web.pages.views import joint_decision, views


async def post(request: web.Request) -> web.Response:
    """`/@name/id`. What is not public looks as if it did not exist."""
    node = request.app[NODE]
    key = f"{language(request).language} {request.path}"
    make = lambda: node.db.read(lambda tx: _read(tx, request))  # noqa: E731 a closure to hand on
    return respond(request, await request.app[DOCUMENTS].get(key, make))


async def redirect(request: web.Request) -> web.Response:
    """`/users/name/posts/id`, for people: the page is at `/@name/id`."""
    name, id_ = request.match_info["name"], post_id(request)
    raise web.HTTPFound(request.app[ADDRESSES].post_page(name, id_), headers={"Vary": "Accept"})


def post_id(request: web.Request) -> int:
    """The number in the path.

    Raises:
        NotFound: it is not written as we write it.
    """
    text = request.match_info["id"]
    found = parse_id(text)
    if found is None or str(found) != text:
        raise NotFound
    return found


def _read(tx: Tx, request: web.Request) -> Document:
    addresses, words = request.app[ADDRESSES], language(request)
    actor = local_actor(tx, request)
    uri = addresses.post(actor.username, post_id(request))
    found = posts.by_uri(tx, uri)
    if found is None and posts.tombstone(tx, uri) is not None:
        raise Gone
    if found is None or not may_see(tx, found, ANONYMOUS):
        raise NotFound
    above = lists.ancestors(tx, found.id)
    below = lists.descendants(tx, found.id)
    shown = [*above, found, *below]
    thread = views(tx, shown, addresses, words)
    place = next(index for index, view in enumerate(thread) if view.id == found.id)
    focus = thread[place]
    head = Head(
        title=f"{focus.author.name}: {focus.excerpt[:80]}",
        description=focus.excerpt,
        canonical=addresses.post_page(actor.username, found.id),
        alternate=found.uri,
        kind="article",
        image=None if found.sensitive else focus.picture,
        published=focus.published.iso,
        decision=joint_decision(thread),
        indexable=actor.indexable,
        creator=actor.handle,
    )
    return page(
        request,
        "post.html",
        head,
        ancestors=thread[:place],
        focus=focus,
        interact_uri=found.uri,
        panels=panels(tx, shown, words.language),
        cards=card_views(tx, request.app[CARDS], shown, addresses),
        replies=thread[place + 1 :],
    )
