"""Signed GETs, as a peer with authorized fetch sends them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import aiohttp
from yarl import URL

from tests.fakes.remote_server import RemoteActor, cavage

_COVERED = ("(request-target)", "host", "date")
_AS2 = "application/activity+json"


def reading_headers(who: RemoteActor, url: str, *, at: datetime | None = None) -> dict[str, str]:
    """The headers of a GET of *url* that *who* signs."""
    parts = URL(url, encoded=True)
    headers = {"Host": parts.raw_authority, "Date": format_datetime(at or datetime.now(UTC), usegmt=True)}
    signature = cavage(
        who.key, key_id=who.key_id, method="GET", target=parts.raw_path_qs, headers=headers, covered=_COVERED
    )
    return {**headers, "Accept": _AS2, "Signature": signature}


async def read_as(
    who: RemoteActor, url: str, http: aiohttp.ClientSession, *, at: datetime | None = None
) -> tuple[int, Any]:
    """What *who* is answered at *url*."""
    async with http.get(URL(url, encoded=True), headers=reading_headers(who, url, at=at)) as answer:
        return answer.status, await answer.json(content_type=None)
