"""`/oauth/userinfo`: who let this app in, in the words of OpenID Connect, as Mastodon has it."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bearers import Need, bearer_of, caller
from fediverse_node.web.keys import ADDRESSES, NODE
from fediverse_node.web.oauth.answers import told

_NEED: Final = Need(scope="profile")


async def userinfo(request: web.Request) -> web.Response:
    """Who it is.

    Raises:
        NotAuthenticated, NotAllowed: there is no good token, or it lacks the scope `profile`.
    """
    bearer, addresses = bearer_of(request), request.app[ADDRESSES]

    def unit(tx: Tx) -> dict[str, Any]:
        found = caller(tx, bearer, _NEED)
        assert found is not None
        return _claims(found.actor, addresses)

    return told(await request.app[NODE].db.read(unit))


def _claims(actor: Actor, addresses: Addresses) -> dict[str, Any]:
    found = {
        "iss": addresses.origin,
        "sub": actor.uri,
        "name": actor.display_name,
        "preferred_username": actor.username,
        "profile": actor.url or actor.uri,
    }
    return found | ({"picture": actor.icon.url} if actor.icon is not None else {})
