"""What there is, for apps that have just heard of this server (RFC 8414)."""

from __future__ import annotations

import msgspec
from aiohttp import web

from fediverse_node.oauth import scopes
from fediverse_node.web.keys import ADDRESSES

_HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=180"}


async def metadata(request: web.Request) -> web.Response:
    """`GET /.well-known/oauth-authorization-server`."""
    addresses = request.app[ADDRESSES]
    proofs = ["client_secret_basic", "client_secret_post", "none"]
    body = {
        # Answers name it, too: an app that knows several servers can tell whose answer it got (OAU-04).
        "issuer": addresses.origin,
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": addresses.profile(addresses.domain),
        "authorization_endpoint": addresses.oauth_authorization,
        "token_endpoint": addresses.oauth_token,
        "revocation_endpoint": f"{addresses.origin}/oauth/revoke",
        "userinfo_endpoint": f"{addresses.origin}/oauth/userinfo",
        "app_registration_endpoint": f"{addresses.origin}/api/v1/apps",
        "scopes_supported": sorted(scopes.KNOWN),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": proofs,
        "revocation_endpoint_auth_methods_supported": proofs,
        "code_challenge_methods_supported": ["S256"],
        "ui_locales_supported": ["en", "ar"],
    }
    return web.Response(body=msgspec.json.encode(body), content_type="application/json", headers=_HEADERS)
