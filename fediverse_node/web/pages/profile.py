"""Somebody's page."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.actors.pages import own_pages
from fediverse_node.hashtags import queries as hashtags
from fediverse_node.kernel.errors import Gone, NotFound
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.posts import lists, pins
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN
from fediverse_node.web import cursors
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, FIGURES, NODE
from fediverse_node.web.pages.emoji_views import with_pictures
from fediverse_node.web.pages.rendering import Head, article, language, page
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import PersonView, moment, person, picture_of, views

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
        image=picture_of(actor, actor.icon, addresses),
        indexable=actor.indexable,
        creator=actor.handle,
        me=own_pages(actor.fields),
    )
    older = cursors.encode("before", found[-1].id) if len(found) == POSTS else None
    newer = cursors.encode("after", found[0].id) if found and cursor else None
    return page(
        request,
        "profile.html",
        head,
        feed=address,
        person=person(actor, addresses),
        banner=picture_of(actor, actor.image, addresses),
        # Sanitised when the profile was stored.
        bio=with_pictures(Markup(actor.summary_html), actor.emojis, addresses),  # noqa: S704
        fields=_fields(actor),
        uri=actor.uri,
        tags=[(each.name, addresses.tag(each.tag)) for each in hashtags.featured(tx, actor.id)],
        new_home=_new_home(tx, actor, addresses),
        pinned=[] if cursor else _pinned(tx, actor, addresses, words),
        figures=request.app[FIGURES].of(tx, [actor.id])[actor.id],
        joined=moment(actor.published_at or actor.created_at, words, time=False),
        posts=[article(post, words) for post in shown],
        newer=f"{address}?page={newer}" if newer else None,
        older=f"{address}?page={older}" if older else None,
    )


def _pinned(tx: Tx, actor: Actor, addresses: Addresses, words: Strings) -> list[Markup]:
    found = views(tx, pins.of_actor(tx, actor.id), addresses, words)
    return [article(post, words, anchor=False) for post in found]


def _fields(actor: Actor) -> list[tuple[str, Markup, bool]]:
    """(name, value, whether the page it names links back)."""
    verified = dict(actor.details.verified)
    return [
        (name, Markup(value), any(page in verified for page in own_pages([("", value)])))  # noqa: S704 sanitised when it was stored
        for name, value in actor.fields
    ]


def _new_home(tx: Tx, actor: Actor, addresses: Addresses) -> PersonView | None:
    """Where somebody moved to, as far as it is known here."""
    found = actors.by_uri(tx, actor.moved_to) if actor.moved_to is not None else None
    return person(found, addresses) if found is not None and found.active else None
