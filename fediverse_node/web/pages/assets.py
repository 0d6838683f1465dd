"""Style sheet and icon, under addresses that name their content, so that browsers keep them for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from aiohttp import web

from fediverse_node.kernel.errors import NotFound
from fediverse_node.web.caching import Document, headers, respond

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, max-age=60"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, and the digest that stands in its address."""

    name: str
    digest: str
    body: bytes

    @property
    def path(self) -> str:
        """Its address on this server."""
        return f"/static/{self.digest}/{self.name}"


@cache
def assets() -> dict[str, Asset]:
    """All of them, read once. They come with the package, so nothing of the outside chooses a path."""
    found = {}
    for file in (files(__package__) / "static").iterdir():
        if file.name.rpartition(".")[2] in _TYPES:
            body = file.read_bytes()
            found[file.name] = Asset(file.name, hashlib.sha256(body).hexdigest()[:16], body)
    return found


async def static(request: web.Request) -> web.Response:
    """A file; under an address of another version, what there is now, for a moment only."""
    asset = assets().get(request.match_info["name"])
    if asset is None:
        raise NotFound
    cache_for = _FOR_EVER if request.match_info["digest"] == asset.digest else _BRIEFLY
    return respond(request, _document(asset, cache_for))


@cache
def _document(asset: Asset, cache_for: str) -> Document:
    kind = _TYPES[asset.name.rpartition(".")[2]]
    return Document(body=asset.body, content_type=kind, headers=headers(vary="", cache=cache_for))
