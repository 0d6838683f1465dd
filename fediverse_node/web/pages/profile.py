"""Somebody's page."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import Gone, NotFound
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.posts import lists
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN
from fediverse_node.web import cursors
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, FIGURES, NODE
from fediverse_node.web.pages.rendering import Head, language, page
from fediverse_node.web.pages.views import moment, own_picture, person, views

POSTS = 20
_MAX_CURSOR = 64


async def profile(request: web.Request) -> web.Response:
    """`/@name`: who they are, and their public posts."""
    node = request.app[NODE]
    cursor = request.query.get("page", "")[:_MAX_CURSOR]
    key = f"{language(request).language} {request.path}?{cursor}"
    make = lambda: node.db.read(lambda tx: _read(tx, request, cursor))  # noqa: E731 a closure to hand on
    return respond(request, await request.app[DOCUMENTS].get(key, make))


async def redirect(request: web.Request) -> web.Response:
    """`/users/name`, for people: the page is at `/@name`."""
    raise web.HTTPFound(
        request.app[ADDRESSES].profile(request.match_info["name"]), headers={"Vary": "Accept"}
    )


def local_actor(tx: Tx, request: web.Request) -> Actor:
    """Whom the path names.

    Raises:
        NotFound: nobody of this name is here.
        Gone: the account was deleted.
        web.HTTPMovedPermanently: the name was written in another case.
    """
    name = request.match_info["name"]
    found = actors.local_by_name(tx, name)
    if found is None or found.suspended_at is not None:
        raise NotFound
    if found.deleted_at is not None:
        raise Gone
    if found.username != name:
        addresses = request.app[ADDRESSES]
        where = addresses.origin + request.path.replace(name, found.username, 1)
        raise web.HTTPMovedPermanently(where, headers={"Vary": "Accept"})
    return found


def _read(tx: Tx, request: web.Request, cursor: str) -> Document:
    addresses, words = request.app[ADDRESSES], language(request)
    actor = local_actor(tx, request)
    wanted = cursors.decode(cursor, limit=POSTS) if cursor else Page(limit=POSTS)
    found = lists.by_actor(tx, actor.id, wanted, visibilities=OPEN, replies=False)
    shown = views(tx, found, addresses, words)
    address = addresses.profile(actor.username)
    bio = " ".join(to_plain_text(actor.summary_html).split())
    head = Head(
        title=f"{actor.display_name} ({actor.handle})",
        description=bio[:200],
        canonical=address,
        alternate=actor.uri,
        kind="profile",
        image=own_picture(actor.icon, addresses),
        indexable=actor.indexable,
    )
    older = cursors.encode("before", found[-1].id) if len(found) == POSTS else None
    newer = cursors.encode("after", found[0].id) if found and cursor else None
    return page(
        request,
        "profile.html",
        head,
        person=person(actor, addresses),
        banner=own_picture(actor.image, addresses),
        # Sanitised when the profile was stored.
        bio=Markup(actor.summary_html),  # noqa: S704
        fields=[(name, Markup(value)) for name, value in actor.fields],  # noqa: S704 as above
        figures=request.app[FIGURES].of(tx, [actor.id])[actor.id],
        joined=moment(actor.published_at or actor.created_at, words, time=False),
        posts=shown,
        newer=f"{address}?page={newer}" if newer else None,
        older=f"{address}?page={older}" if older else None,
    )
