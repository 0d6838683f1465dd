"""The typed keys under which the doors find what they need. Strings are never used as keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from fediverse_node.accounts.proving import Proving
from fediverse_node.actors.addresses import Addresses
from fediverse_node.cards.keeping import Cards
from fediverse_node.federation.discovery.apps import AppDirectory
from fediverse_node.federation.inbox.model import Inbox
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.media.copies import Copies
from fediverse_node.node import Node
from fediverse_node.uploads.intake import Uploads
from fediverse_node.web.caching import Documents
from fediverse_node.web.figures import Figures
from fediverse_node.web.kept import Kept
from fediverse_node.web.rate_limits import RateLimits

NODE: web.AppKey[Node] = web.AppKey("node", Node)
ADDRESSES: web.AppKey[Addresses] = web.AppKey("addresses", Addresses)
DOCUMENTS: web.AppKey[Documents] = web.AppKey("documents", Documents)
INBOX: web.AppKey[Inbox] = web.AppKey("inbox", Inbox)
DESK: web.AppKey[Desk] = web.AppKey("desk", Desk)
#: Of pictures and files of other servers.
COPIES: web.AppKey[Copies] = web.AppKey("copies", Copies)
#: Previews of pages that posts link to.
CARDS: web.AppKey[Cards] = web.AppKey("cards", Cards)
#: Of pictures of our own people.
UPLOADS: web.AppKey[Uploads] = web.AppKey("uploads", Uploads)
#: Of apps that describe themselves.
APPS: web.AppKey[AppDirectory] = web.AppKey("apps", AppDirectory)
FIGURES: web.AppKey[Figures] = web.AppKey("figures", Figures)
#: Parts of statuses that stay the same while their post does, by the post's id.
STATUS_PARTS: web.AppKey[Kept[int, Any]] = web.AppKey("status_parts", Kept[int, Any])
ACCOUNT_PARTS: web.AppKey[Kept[int, Any]] = web.AppKey("account_parts", Kept[int, Any])
RATE_LIMITS: web.AppKey[RateLimits] = web.AppKey("rate_limits", RateLimits)
PROVING: web.AppKey[Proving] = web.AppKey("proving", Proving)

#: `(request, status, text)` → the page a person sees instead of what they asked for.
ErrorPage = Callable[[web.Request, int, str], web.Response]
ERROR_PAGE: web.AppKey[ErrorPage] = web.AppKey("error_page")

#: The address of the client, found through trusted proxies; empty on a Unix socket.
CLIENT: web.RequestKey[str] = web.RequestKey("client", str)
#: Names one request in answers (`X-Request-Id`) and in the log.
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
