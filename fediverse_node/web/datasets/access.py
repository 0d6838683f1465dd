"""Who gets what: the operator's rule, and whose key it is."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.consent import channels
from fediverse_node.consent.model import Decision
from fediverse_node.datasets import users
from fediverse_node.datasets.model import User
from fediverse_node.kernel.errors import NotAuthenticated, NotFound
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bearers import bearer_of
from fediverse_node.web.keys import ADDRESSES, CLIENT, NODE, RATE_LIMITS
from fediverse_node.web.rate_limits import DATASET, address_key


def require_published(request: web.Request) -> None:
    """Raises NotFound unless the operator publishes releases."""
    if not request.app[NODE].config.datasets.publish:
        raise NotFound


def take(request: web.Request) -> None:
    """Count a request for data, by the address it comes from."""
    require_published(request)
    if request[CLIENT]:
        request.app[RATE_LIMITS].take(DATASET, address_key(request[CLIENT]))


def is_open(request: web.Request) -> bool:
    """Whether files need no key."""
    return request.app[NODE].config.datasets.access == "open"


def user_of(tx: Tx, request: web.Request) -> User:
    """Whose key was sent.

    Raises:
        NotAuthenticated: none was, or it is nobody's, or it has ended.
    """
    key = bearer_of(request)
    if key is None:
        raise NotAuthenticated("This needs a key. Send it as: Authorization: Bearer …")
    return users.by_key(tx, key)


def signals(request: web.Request) -> dict[str, str]:
    """What is said about training with what holds only posts whose authors allow it."""
    return channels.headers(Decision(train_ai=True, dataset=True), request.app[ADDRESSES])
