"""Every address of this door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from fediverse_node.web.federation import (
    actors,
    collections,
    inbox,
    nodeinfo,
    objects,
    vocabulary,
    wellknown,
)

#: The alphabet of local names; anything else is no address of ours.
NAME = r"{name:[A-Za-z0-9_]{1,30}}"
ID = r"{id:\d{1,19}}"
_PERSON = f"/users/{NAME}"
_POST = f"{_PERSON}/posts/{ID}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROUTES: list[web.RouteDef] = [
    web.get("/.well-known/webfinger", wellknown.webfinger),
    web.get("/.well-known/host-meta", wellknown.host_meta),
    web.get("/.well-known/host-meta.json", wellknown.host_meta_json),
    web.get("/.well-known/tdmrep.json", wellknown.tdmrep),
    web.get("/.well-known/nodeinfo", nodeinfo.discovery),
    web.get(r"/nodeinfo/{version:2\.[01]}", nodeinfo.nodeinfo),
    web.post("/inbox", inbox.shared_inbox),
    web.post("/actor/inbox", inbox.instance_inbox),
    web.post(f"{_PERSON}/inbox", inbox.personal_inbox),
    web.get("/actor", actors.instance),
    *(
        web.get(f"{actor}/{name}", handler)
        for actor in ("/actor", _PERSON)
        for name, handler in (
            ("outbox", collections.outbox),
            ("followers", collections.followers),
            ("following", collections.following),
            ("featured", collections.featured),
        )
    ),
    web.get(f"{_PERSON}/tags", collections.featured_tags),
    web.get(f"{_POST}/replies", collections.replies),
    web.get(f"{_POST}/likes", collections.likes),
    web.get(f"{_POST}/shares", collections.shares),
    web.get(f"/activities/{ID}", objects.activity),
]

#: Addresses that are a document for servers and a page for people (`web.negotiation` chooses).
NEGOTIATED: Mapping[str, Handler] = {
    "/": actors.instance,
    "/about": actors.instance,
    _PERSON: actors.person,
    f"/@{NAME}": actors.person,
    _POST: objects.post,
    f"/@{NAME}/{ID}": objects.post,
    "/ns/ai-provenance": vocabulary.namespace,
}
