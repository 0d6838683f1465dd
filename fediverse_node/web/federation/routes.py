"""Every address of this door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from fediverse_node.web.federation import (
    actors,
    c2s_door,
    c2s_inbox,
    c2s_media,
    c2s_outbox,
    c2s_proxy,
    c2s_read,
    collections,
    emojis,
    inbox,
    nodeinfo,
    objects,
    quotes,
    synchronisation,
    vocabulary,
    wellknown,
)
from fediverse_node.web.preflight import preflight

#: The alphabet of local names; anything else is no address of ours.
NAME = r"{name:[A-Za-z0-9_]{1,30}}"
ID = r"{id:\d{1,19}}"
_PERSON = f"/users/{NAME}"
_POST = f"{_PERSON}/posts/{ID}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_preflight = preflight(
    methods="GET, POST, OPTIONS",
    headers="Authorization, Content-Type, Accept, Idempotency-Key",
    more=c2s_door.HEADERS,
)

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
            ("outbox", c2s_read.outbox if actor == _PERSON else collections.outbox),
            ("followers", collections.followers),
            ("following", collections.following),
            ("featured", collections.featured),
        )
    ),
    web.get(f"{_PERSON}/tags", collections.featured_tags),
    web.get(f"{_POST}/replies", collections.replies),
    web.get(f"{_POST}/context", collections.context),
    web.get(f"{_PERSON}/followers_synchronization", synchronisation.followers),
    web.get(f"{_POST}/likes", collections.likes),
    web.get(f"{_POST}/shares", collections.shares),
    web.get(f"{_PERSON}/quotes/{ID}", quotes.authorization),
    web.get(f"/activities/{ID}", c2s_read.activity),
    web.get(f"{_PERSON}/inbox", c2s_door.for_apps(c2s_inbox.inbox)),
    web.post(f"{_PERSON}/outbox", c2s_door.for_apps(c2s_outbox.publish)),
    web.post(f"{_PERSON}/proxy", c2s_door.for_apps(c2s_proxy.proxy)),
    web.post(f"{_PERSON}/uploads", c2s_door.for_apps(c2s_media.upload)),
    *(web.options(f"{_PERSON}/{name}", _preflight) for name in ("inbox", "outbox", "proxy", "uploads")),
    web.options(f"/activities/{ID}", _preflight),
    web.get("/emoji/{code:[A-Za-z0-9_]{2,30}}", emojis.emoji),
    web.get("/emoji/files/{digest:[0-9a-f]{64}}.{kind:png|gif|webp}", emojis.picture),
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
