"""Pages as Mastodon's apps turn them: `max_id`, `since_id`, `min_id`, and a `Link` header (RFC 8288)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from aiohttp import web

from fediverse_node.storage.paging import Page
from fediverse_node.web.client_api.forms import Fields

DEFAULT_LIMIT = 20
MAX_LIMIT = 40
MAX_ACCOUNTS = 80
_CURSORS = frozenset({"max_id", "since_id", "min_id"})


class HasId(Protocol):
    """Anything that stands in a list ordered by id."""

    @property
    def id(self) -> int:
        """Its id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursors:
    """Where the pages beside this one begin; None where there is no such page."""

    older: int | None = None
    newer: int | None = None


def page_of(query: Fields, *, default: int = DEFAULT_LIMIT, most: int = MAX_LIMIT) -> Page:
    """The page a client asks for.

    Raises:
        NotValid: a cursor is no id, the limit no number.
    """
    return Page(
        max_id=query.id("max_id"),
        since_id=query.id("since_id"),
        min_id=query.id("min_id"),
        limit=query.number("limit", default=default, most=most),
    )


def cursors(ids: list[int], page: Page) -> Cursors:
    """The cursors of a page whose entries have these ids, newest first.

    *ids* are those that were read, also where some of them may not be shown: a page of which
    nothing may be shown must not look like the end.
    """
    if not ids:
        return Cursors()
    return Cursors(older=ids[-1] if len(ids) >= page.limit else None, newer=ids[0])


def ids_of(entries: Sequence[HasId]) -> list[int]:
    """The ids of a page's entries."""
    return [entry.id for entry in entries]


def link_header(origin: str, request: web.Request, where: Cursors) -> str:
    """The `Link` header with absolute addresses; empty when there is nowhere to go."""
    kept = [(name, value) for name, value in request.query.items() if name not in _CURSORS]
    links = []
    for relation, cursor, value in (("next", "max_id", where.older), ("prev", "min_id", where.newer)):
        if value is not None:
            query = urlencode([*kept, (cursor, str(value))])
            links.append(f'<{origin}{request.rel_url.raw_path}?{query}>; rel="{relation}"')
    return ", ".join(links)
