"""Every address of this door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from fediverse_node.web.pages import (
    assets,
    deliveries,
    history,
    home,
    interaction,
    post,
    profile,
    robots,
    texts,
)

NAME = r"{name:[A-Za-z0-9_]{1,30}}"
ID = r"{id:\d{1,19}}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROUTES: list[web.RouteDef] = [
    web.get(r"/static/{digest:[0-9a-f]{16}}/{name:[a-z]+\.[a-z]+}", assets.static),
    web.get("/tags/{tag}", home.tag),
    web.get("/terms/training", texts.training_terms),
    web.get("/robots.txt", robots.robots),
    web.get(f"/@{NAME}/{ID}/history", history.history),
    web.get(f"/deliveries/{deliveries.KEYED}", deliveries.show),
    web.post(f"/deliveries/{deliveries.KEYED}/retry", deliveries.again),
    web.get("/authorize_interaction", interaction.authorize),
    web.post("/remote_interaction", interaction.send_on),
]

#: Addresses that are a document for servers and a page for people (`web.negotiation` chooses).
NEGOTIATED: Mapping[str, Handler] = {
    "/": home.home,
    "/about": home.home,
    f"/users/{NAME}": profile.redirect,
    f"/@{NAME}": profile.profile,
    f"/users/{NAME}/posts/{ID}": post.redirect,
    f"/@{NAME}/{ID}": post.post,
    "/ns/ai-provenance": texts.namespace,
}
