"""What another server says it runs (NodeInfo 2.x). For its operator's eyes; nothing is decided by it."""

from __future__ import annotations

from typing import Any, Final

from fediverse_node.activitystreams.load import load_json
from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.urls import same_origin
from fediverse_node.outbound.client import Outbound

SCHEMA: Final = "http://nodeinfo.diaspora.software/ns/schema/"
#: Both documents are a few hundred bytes.
_LIMIT: Final = 64 * 1024
_LONGEST: Final = 80


async def software_of(outbound: Outbound, host: str, *, scheme: str = "https") -> str | None:
    """`name version`; None when *host* does not say, or not in words that can be shown."""
    origin = f"{scheme}://{host}"
    try:
        index = await _document(outbound, f"{origin}/.well-known/nodeinfo")
        address = _address(index, origin)
        return None if address is None else _name(await _document(outbound, address))
    except NodeError:
        return None


async def _document(outbound: Outbound, url: str) -> dict[str, Any]:
    answer = await outbound.get(url, accept="application/json", limit=_LIMIT, redirects=1)
    if answer.status != 200:
        return {}
    return load_json(answer.body, limit=_LIMIT)


def _address(index: dict[str, Any], origin: str) -> str | None:
    """The newest 2.x document, if it is on the same server: nobody sends us on to a third."""
    links = index.get("links")
    found = {
        link["rel"]: link["href"]
        for link in (links if isinstance(links, list) else [])[:20]
        if isinstance(link, dict) and isinstance(link.get("rel"), str) and isinstance(link.get("href"), str)
    }
    offered = [found[rel] for rel in sorted(found, reverse=True) if rel.startswith(f"{SCHEMA}2.")]
    return next((address for address in offered if same_origin(address, origin)), None)


def _name(document: dict[str, Any]) -> str | None:
    software = document.get("software")
    if not isinstance(software, dict) or not isinstance(software.get("name"), str):
        return None
    version = software.get("version")
    text = f"{software['name']} {version if isinstance(version, str) else ''}".strip()[:_LONGEST]
    # A terminal shows it, and a web page may.
    return text if text.isascii() and text.isprintable() else None
