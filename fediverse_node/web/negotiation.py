"""Which representation a client wants (RFC 9110 12.5.1), with the habits of this field.

A server that lists an ActivityPub type gets ActivityPub, even when it lists `text/html` first or
with a higher weight: several do, and none of them can use a page (kitsune-soc/kitsune#163).
`*/*` alone is a person's tool or a link preview, and gets the page. Plain `application/json` gets
ActivityPub where no page would do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache

from aiohttp import web

from fediverse_node.activitystreams.vocabulary import AS2

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MAX_ACCEPT = 1024


def by_accept(document: Handler, page: Handler) -> Handler:
    """A handler that answers with *document* to servers and with *page* to people."""

    async def choose(request: web.Request) -> web.StreamResponse:
        accept = ", ".join(request.headers.getall("Accept", []))
        return await (document if wants_activitypub(accept) else page)(request)

    return choose


def wants_activitypub(accept: str | None) -> bool:
    """Whether to answer with an ActivityPub document rather than a page."""
    return _wants_activitypub(accept[:_MAX_ACCEPT]) if accept else False


def wants_html(accept: str | None) -> bool:
    """Whether the client is a browser, or says nothing against pages while not asking for data."""
    if not accept:
        return False
    ranges = dict(_ranges(accept[:_MAX_ACCEPT]))
    return any(ranges.get(kind, 0) > 0 for kind in ("text/html", "application/xhtml+xml", "text/*"))


@lru_cache(maxsize=256)
def _wants_activitypub(accept: str) -> bool:
    return any(
        weight > 0 and (kind == "application/activity+json" or _is_profiled(kind, accept))
        for kind, weight in _ranges(accept)
    ) or (_lists(accept, "application/json") and not wants_html(accept))


def _lists(accept: str, wanted: str) -> bool:
    return any(kind == wanted and weight > 0 for kind, weight in _ranges(accept))


def _is_profiled(kind: str, accept: str) -> bool:
    # Plain ld+json without the profile is accepted too: Mastodon before 2020 and several crawlers
    # send it, and nothing else of ours is JSON-LD. With another profile it is something else.
    return kind == "application/ld+json" and ("profile=" not in accept or AS2 in accept)


def _ranges(accept: str) -> list[tuple[str, float]]:
    """Media ranges with their weights; what cannot be read is passed over."""
    found = []
    for part in _split(accept):
        kind, *parameters = part.split(";")
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.strip().partition("=")
            if name.strip().lower() == "q":
                weight = _weight(value.strip())
        found.append((kind.strip().lower(), weight))
    return found


def _split(accept: str) -> list[str]:
    """At commas outside of quotes: a profile may hold several addresses."""
    parts, current, quoted = [], "", False
    for character in accept:
        if character == '"':
            quoted = not quoted
        if character == "," and not quoted:
            parts.append(current)
            current = ""
        else:
            current += character
    return [*parts, current]


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
