"""What was published, for machines: the list of releases, one of them with its files, and a feed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import msgspec
from aiohttp import web

from fediverse_node.actors.addresses import Addresses
from fediverse_node.config.sections import Config
from fediverse_node.datasets import conditions, queries
from fediverse_node.datasets.model import File, JsonDict, Release
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.datasets.access import require_published, take
from fediverse_node.web.datasets.files import ended, find, media_type
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE

ATOM: Final = "application/atom+xml; charset=utf-8"
#: Releases that are listed.
LISTED: Final = 100
_FRESH: Final = "public, max-age=30"


async def index(request: web.Request) -> web.Response:
    """`GET /datasets/index.json`: how to get at the data, and every release."""
    require_published(request)
    addresses, config = request.app[ADDRESSES], request.app[NODE].config

    def read(tx: Tx) -> Document:
        found = queries.published(tx, LISTED)
        now = queries.current(tx)
        files = queries.files_of(tx, now.id) if now is not None else []
        body = _about(addresses, config) | {
            "current": _release(now, addresses, files) if now is not None else None,
            "releases": [_release(release, addresses) for release in found],
        }
        return _document(msgspec.json.encode(body), "application/json")

    return await _kept(request, read)


async def release(request: web.Request) -> web.Response:
    """`GET /datasets/RELEASE`: one release with its files; 410 once it has ended."""
    take(request)
    addresses, sha256 = request.app[ADDRESSES], request.match_info["release"]
    db = request.app[NODE].db
    found = await db.read(lambda tx: find(tx, sha256))
    if found.release.state != "current":
        return ended(request, found)
    files = await db.read(lambda tx: queries.files_of(tx, found.release.id))
    body = msgspec.json.encode(_release(found.release, addresses, files))
    return respond(request, _document(body, "application/json"))


async def feed(request: web.Request) -> web.Response:
    """`GET /datasets/releases.atom`."""
    require_published(request)
    addresses = request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        return _document(_atom(queries.published(tx, LISTED), addresses).encode(), ATOM)

    return await _kept(request, read)


async def terms(request: web.Request) -> web.Response:
    """`GET /datasets/terms.md`: what a user of the dataset agrees to, byte for byte as its hash says.

    As plain text, which browsers show instead of storing it.
    """
    require_published(request)
    return respond(request, _document(conditions.CURRENT.text.encode(), "text/plain; charset=utf-8"))


async def _kept(request: web.Request, read: Callable[[Tx], Document]) -> web.Response:
    db = request.app[NODE].db
    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: db.read(read)))


def _about(addresses: Addresses, config: Config) -> JsonDict:
    return {
        "access": config.datasets.access,
        "terms": {
            "id": conditions.CURRENT.id,
            "sha256": conditions.CURRENT.sha256,
            "url": f"{addresses.datasets}/terms.md",
        },
        "consent_terms": addresses.terms,
        "feed": f"{addresses.datasets}/releases.atom",
        "stream": f"{addresses.datasets}/stream",
        "withdrawals": f"{addresses.consent_log}/revocations.jsonl",
        "log_key": f"{addresses.consent_log}/key",
    }


def _release(release: Release, addresses: Addresses, files: list[File] | None = None) -> JsonDict:
    url = addresses.release(release.sha256)
    found: JsonDict = {
        "url": url,
        "manifest_sha256": release.sha256,
        "state": release.state,
        "made_at": to_rfc3339(release.made_at),
        "ended_at": to_rfc3339(release.ended_at) if release.ended_at is not None else None,
        "rows": release.rows,
        "authors": release.authors,
        "settings": release.settings.stored,
    }
    if files is not None:
        found["files"] = [_file(file, url) for file in files]
    return found


def _file(file: File, release: str) -> JsonDict:
    return {
        "path": file.path,
        "url": f"{release}/{file.path}",
        "sha256": file.sha256,
        "size": file.size,
        "media_type": media_type(file.path),
        "downloads": file.downloads,
    }


def _atom(releases: list[Release], addresses: Addresses) -> str:
    here = f"{addresses.datasets}/releases.atom"
    updated = to_rfc3339(max(map(_changed, releases))) if releases else "1970-01-01T00:00:00Z"
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{escape(here)}</id>\n<title>The open dataset of {escape(addresses.domain)}</title>\n"
        f'<updated>{updated}</updated>\n<link rel="self" href={quoteattr(here)}/>\n'
        f"<author><name>{escape(addresses.domain)}</name></author>\n"
    )
    return head + "".join(_entry(each, addresses) for each in releases) + "</feed>\n"


def _changed(release: Release) -> datetime:
    return release.ended_at or release.made_at


def _entry(release: Release, addresses: Addresses) -> str:
    url = addresses.release(release.sha256)
    made = f"{to_rfc3339(release.made_at)}: posts: {release.rows}, authors: {release.authors}"
    return (
        f"<entry><id>{escape(url)}</id><title>{escape(f'{made} ({release.state})')}</title>"
        f"<updated>{to_rfc3339(_changed(release))}</updated>"
        f"<published>{to_rfc3339(release.made_at)}</published><link href={quoteattr(url)}/></entry>\n"
    )


def _document(body: bytes, content_type: str) -> Document:
    found = headers(vary="Accept-Encoding", cache=_FRESH, more={"Access-Control-Allow-Origin": "*"})
    return Document(body=body, content_type=content_type, headers=found)
