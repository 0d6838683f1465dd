"""Every address of this door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from fediverse_node.web.negotiation import by_accept
from fediverse_node.web.pages import (
    apps,
    assets,
    authorize,
    compose,
    deliveries,
    history,
    home,
    interaction,
    own_posts,
    post,
    profile,
    robots,
    settings,
    sign_in,
    taking_part,
    texts,
)

NAME = r"{name:[A-Za-z0-9_]{1,30}}"
ID = r"{id:\d{1,19}}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROUTES: list[web.RouteDef] = [
    web.get(r"/static/{digest:[0-9a-f]{16}}/{name:[a-z]+\.[a-z]+}", assets.static),
    web.get("/tags/{tag}", home.tag),
    web.get("/terms/training", by_accept(texts.tdm_policy, texts.training_terms)),
    web.get("/robots.txt", robots.robots),
    web.get(f"/@{NAME}/{ID}/history", history.history),
    web.get(f"/deliveries/{deliveries.KEYED}", deliveries.show),
    web.post(f"/deliveries/{deliveries.KEYED}/retry", deliveries.again),
    web.get("/authorize_interaction", interaction.authorize),
    web.post("/authorize_interaction", taking_part.act),
    web.post("/remote_interaction", interaction.send_on),
    web.get("/login", sign_in.show),
    web.post("/login", sign_in.sign_in),
    web.post("/logout", sign_in.sign_out),
    web.get(compose.COMPOSE, compose.form),
    web.post(compose.COMPOSE, compose.send),
    web.get(own_posts.OWN_POSTS, own_posts.own_posts),
    web.post(own_posts.OWN_POSTS, own_posts.decide),
    web.get("/settings", settings.show),
    web.post("/settings/sessions", settings.end_sessions),
    web.post("/settings/password", settings.change_password),
    web.get("/settings/apps", apps.show),
    web.post("/settings/apps", apps.end),
    *(web.get(path, authorize.show) for path in ("/oauth/authorize", "/oauth/authorize/")),
    *(web.post(path, authorize.decide) for path in ("/oauth/authorize", "/oauth/authorize/")),
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
