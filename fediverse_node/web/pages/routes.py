"""Every address of this door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from fediverse_node.web.negotiation import by_accept
from fediverse_node.web.pages import (
    ai_settings,
    apps,
    assets,
    authorize,
    client,
    compose,
    datasets,
    deliveries,
    feeds,
    history,
    home,
    house_words,
    interaction,
    my_consent,
    oembed,
    own_data,
    own_posts,
    own_profile,
    passkeys,
    post,
    profile,
    robots,
    routes_joining,
    scheduled,
    searching,
    security,
    settings,
    sign_in,
    sign_in_code,
    sitemap,
    taking_part,
    texts,
)
from fediverse_node.webclient.place import BASE

NAME = r"{name:[A-Za-z0-9_]{1,30}}"
ID = r"{id:\d{1,19}}"
TAG = r"{tag:[^/.]{1,200}}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROUTES: list[web.RouteDef] = [
    web.get(r"/static/{digest:[0-9a-f]{16}}/{name:[a-z]+\.[a-z]+}", assets.static),
    *(web.get(f"/tags/{TAG}.{kind}", feeds.of_tag) for kind in ("atom", "rss")),
    web.get("/tags/{tag}", home.tag),
    *house_words.ROUTES,
    web.get("/terms/training", by_accept(texts.tdm_policy, texts.training_terms)),
    web.get("/robots.txt", robots.robots),
    *(web.get(path, datasets.show) for path in ("/datasets", datasets.PATH)),
    web.post("/datasets/users", datasets.register),
    web.get(robots.RSL, robots.rsl),
    web.get(BASE.rstrip("/"), client.begin),
    web.get(f"{BASE}{{path:.*}}", client.show),
    web.get(sitemap.PATH, sitemap.index),
    web.get(f"/sitemap/{NAME}.xml", sitemap.of_person),
    web.get(oembed.PATH, oembed.oembed),
    *(web.get(f"/@{NAME}.{kind}", feeds.of_person) for kind in ("atom", "rss")),
    *(web.get(f"/@{NAME}{feeds.WITH_REPLIES}.{kind}", feeds.of_person) for kind in ("atom", "rss")),
    web.get(f"/@{NAME}/{ID}/history", history.history),
    web.get(f"/deliveries/{deliveries.KEYED}", deliveries.show),
    web.post(f"/deliveries/{deliveries.KEYED}/retry", deliveries.again),
    web.get("/authorize_interaction", interaction.authorize),
    web.post("/authorize_interaction", taking_part.act),
    web.post("/remote_interaction", interaction.send_on),
    web.get("/login", sign_in.show),
    web.post("/login", sign_in.sign_in),
    web.get(sign_in_code.PATH, sign_in_code.show),
    web.post(sign_in_code.PATH, sign_in_code.send),
    web.post(f"{passkeys.SIGN_IN}/options", passkeys.for_script(passkeys.request_options)),
    web.post(passkeys.SIGN_IN, passkeys.for_script(passkeys.sign_in)),
    web.post("/logout", sign_in.sign_out),
    *routes_joining.ROUTES,
    web.get(compose.COMPOSE, compose.form),
    web.post(compose.COMPOSE, compose.send),
    web.get(own_posts.OWN_POSTS, own_posts.own_posts),
    web.post(own_posts.OWN_POSTS, own_posts.decide),
    web.get(scheduled.PATH, scheduled.show),
    web.post(scheduled.PATH, scheduled.change),
    web.get(own_data.PATH, own_data.show),
    web.post(f"{own_data.PATH}/archive", own_data.download),
    web.post(f"{own_data.PATH}/import", own_data.bring),
    web.get(searching.PATH, searching.show),
    web.get("/settings", settings.show),
    web.post("/settings/sessions", settings.end_sessions),
    web.post("/settings/password", settings.change_password),
    web.get(security.PATH, security.show),
    web.post(security.FACTOR, security.change_factor),
    web.post(security.REMOVAL, security.remove_passkey),
    web.post(f"{passkeys.ADD}/options", passkeys.for_script(passkeys.creation_options)),
    web.post(passkeys.ADD, passkeys.for_script(passkeys.create)),
    web.get(own_profile.PATH, own_profile.show),
    web.post(own_profile.PATH, own_profile.save),
    web.get(ai_settings.PATH, ai_settings.show),
    web.post(ai_settings.PATH, ai_settings.save),
    web.get(my_consent.PATH, my_consent.show),
    web.post(my_consent.PATH, my_consent.settings),
    web.post(f"{my_consent.PATH}/withdraw", my_consent.withdraw),
    web.get(f"{my_consent.PATH}/receipts.jsonl", my_consent.receipts),
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
