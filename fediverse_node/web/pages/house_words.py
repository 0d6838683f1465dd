"""`/privacy` and `/terms`: what the operator says, from the files that the configuration names."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from fediverse_node.web.caching import respond
from fediverse_node.web.keys import ADDRESSES, NODE
from fediverse_node.web.own_words import own_words
from fediverse_node.web.pages.rendering import Head, language, page


async def privacy(request: web.Request) -> web.Response:
    """What the operator says about privacy."""
    instance = request.app[NODE].config.instance
    return await _shown(request, instance.privacy_policy, language(request).privacy, "/privacy")


async def terms(request: web.Request) -> web.Response:
    """The operator's terms of use."""
    instance = request.app[NODE].config.instance
    return await _shown(request, instance.terms_of_service, language(request).terms_of_use, "/terms")


async def _shown(request: web.Request, path: str, heading: str, where: str) -> web.Response:
    addresses = request.app[ADDRESSES]
    words = await own_words(path, addresses)
    head = Head(title=heading, canonical=f"{addresses.origin}{where}")
    # Sanitised when it was rendered.
    shown = page(request, "house_words.html", head, heading=heading, text=Markup(words.html))  # noqa: S704
    return respond(request, shown)


ROUTES = [web.get("/privacy", privacy), web.get("/terms", terms)]
