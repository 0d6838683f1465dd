"""Every address of this door."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.web.oauth.answers import HEADERS, for_apps
from fediverse_node.web.oauth.metadata import metadata
from fediverse_node.web.oauth.registration import register, verify
from fediverse_node.web.oauth.token import revoke, token
from fediverse_node.web.oauth.userinfo import userinfo
from fediverse_node.web.preflight import preflight

_preflight = preflight(methods="GET, POST, OPTIONS", headers="Authorization, Content-Type", more=HEADERS)

ROUTES: list[web.AbstractRouteDef] = [
    web.get("/.well-known/oauth-authorization-server", metadata),
    # Below /api/ errors and headers are those of the API; its preflight is answered there, too.
    web.post("/api/v1/apps", register),
    web.get("/api/v1/apps/verify_credentials", verify),
    web.post("/oauth/token", for_apps(token)),
    web.post("/oauth/revoke", for_apps(revoke)),
    web.get("/oauth/userinfo", for_apps(userinfo)),
    web.post("/oauth/userinfo", for_apps(userinfo)),
    *(web.options(f"/oauth/{name}", _preflight) for name in ("token", "revoke", "userinfo")),
]
