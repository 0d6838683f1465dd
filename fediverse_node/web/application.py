"""Puts the doors into one house."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.accounts.proving import Proving
from fediverse_node.actors.addresses import Addresses
from fediverse_node.cards.keeping import Cards
from fediverse_node.consent import channels
from fediverse_node.consent.model import Decision
from fediverse_node.datasets.counting import Downloads
from fediverse_node.federation.discovery.apps import AppDirectory
from fediverse_node.federation.inbox.model import open_inbox
from fediverse_node.federation.outbox.desk import open_desk
from fediverse_node.media.copies import Copies
from fediverse_node.node import Node
from fediverse_node.web import middleware
from fediverse_node.web.caching import Documents
from fediverse_node.web.client_api import routes as client_api
from fediverse_node.web.client_api.streaming import open_streams
from fediverse_node.web.consent import routes as consent
from fediverse_node.web.datasets import routes as datasets
from fediverse_node.web.datasets.files import DOWNLOADS
from fediverse_node.web.datasets.stream import STREAMS, Streams
from fediverse_node.web.federation import routes as federation
from fediverse_node.web.federation.guard import guarded, guarded_route
from fediverse_node.web.figures import Figures
from fediverse_node.web.kept import Kept
from fediverse_node.web.keys import (
    ACCOUNT_PARTS,
    ADDRESSES,
    APPS,
    CARDS,
    COPIES,
    DESK,
    DOCUMENTS,
    ERROR_PAGE,
    FIGURES,
    INBOX,
    NODE,
    PROVING,
    RATE_LIMITS,
    STATUS_PARTS,
    UPLOADS,
)
from fediverse_node.web.media import own, proxy
from fediverse_node.web.media.addresses import ReadersAddresses, budget_of, folder_of
from fediverse_node.web.media.storing import uploads_of
from fediverse_node.web.negotiation import by_accept
from fediverse_node.web.oauth import routes as oauth
from fediverse_node.web.pages import routes as pages
from fediverse_node.web.pages import texts
from fediverse_node.web.pages.bringing import BRINGING, Bringing
from fediverse_node.web.rate_limits import RateLimits
from fediverse_node.web.uploading import refuse_broken_headers

#: The largest body any door reads. aiohttp knows one limit for all; each door checks its own, smaller one.
MAX_BODY = 1 << 20
#: An entry takes about 3 KB. Names in it may be out of date for as long as it is kept.
KEPT_POSTS = 2000
KEPT_POSTS_SECONDS = 600.0


def make_application(node: Node) -> web.Application:
    """The web application of *node*: every door, no worker. Closes nothing that it was given."""
    refuse_broken_headers()
    copies, media = _copies_of(node), node.config.media
    addresses = _addresses_of(node, copies)
    application = web.Application(
        client_max_size=MAX_BODY, middlewares=[middleware.frame(node.config.server.trusted_proxies)]
    )
    application[NODE] = node
    application[ADDRESSES] = addresses
    application[COPIES] = copies
    application[UPLOADS] = uploads_of(node)
    application[CARDS] = Cards(node.db, node.outbound, enabled=node.config.media.link_previews)
    application.on_startup.append(_open_copies)
    application[DOCUMENTS] = Documents(node.db)
    application[INBOX] = inbox = open_inbox(node)
    application[DESK] = open_desk(inbox.discovery, post_characters=node.config.limits.post_characters)
    application[APPS] = AppDirectory(inbox.discovery)
    application[FIGURES] = Figures()
    application[STATUS_PARTS] = Kept(size=KEPT_POSTS, seconds=KEPT_POSTS_SECONDS)
    application[ACCOUNT_PARTS] = Kept(size=KEPT_POSTS, seconds=KEPT_POSTS_SECONDS)
    application[RATE_LIMITS] = RateLimits(enabled=node.config.limits.rate_limits)
    application[PROVING] = Proving()
    application[BRINGING] = Bringing()
    application[STREAMS] = streams = Streams(most=node.config.datasets.streams)
    application.on_shutdown.append(streams.close)
    application[DOWNLOADS] = downloads = Downloads(node.db)
    application.on_shutdown.append(lambda _: downloads.flush())
    application[ERROR_PAGE] = texts.error
    # What nobody decided about is no.
    application.on_response_prepare.append(
        middleware.dresser(
            https=addresses.origin.startswith("https:"),
            signals=channels.headers(Decision(), addresses),
            media=media.origin,
        )
    )
    _add_routes(application)
    open_streams(application, node)
    return application


async def readers_addresses(node: Node) -> Addresses:
    """The address book for readers, of a process that may have no doors."""
    copies = _copies_of(node)
    await copies.open()
    return _addresses_of(node, copies)


def _addresses_of(node: Node, copies: Copies) -> Addresses:
    addresses, media = Addresses(node.config.origin), node.config.media
    if not media.proxy:
        return addresses
    return ReadersAddresses(addresses.origin, copies, media.origin or addresses.origin)


def _copies_of(node: Node) -> Copies:
    return Copies(node.db, node.outbound, root=folder_of(node.config), budget=budget_of(node.config))


async def _open_copies(application: web.Application) -> None:
    await application[COPIES].open()


def _add_routes(application: web.Application) -> None:
    application.add_routes(map(guarded_route, federation.ROUTES))
    application.add_routes(
        [*client_api.ROUTES, *oauth.ROUTES, *pages.ROUTES, *proxy.ROUTES, *own.ROUTES, *consent.ROUTES]
    )
    application.add_routes(datasets.ROUTES)
    for path, document in federation.NEGOTIATED.items():
        application.router.add_get(path, by_accept(guarded(path, document), pages.NEGOTIATED[path]))
