"""Reads what a client sends: bounded in size and in time, as the bytes they are.

aiohttp would unpack a compressed body before anybody saw it; the runner turns that off, and here it
is refused: the bytes that are verified must be the bytes that were signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container
from urllib.parse import parse_qs

from aiohttp import web

from fediverse_node.kernel.errors import NotValid, TooLarge

#: Seconds for a whole body. A client that sends one byte at a time is let go.
BODY_SECONDS = 30.0
_MAX_FIELDS = 60


async def read_body(request: web.Request, limit: int) -> bytes:
    """The body of *request*, at most *limit* bytes.

    Raises:
        TooLarge: it is longer, or says so.
        NotValid: it did not come whole in time.
        web.HTTPUnsupportedMediaType: it is compressed.
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise web.HTTPUnsupportedMediaType
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge(f"A body here has at most {limit} bytes.")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise TooLarge(f"A body here has at most {limit} bytes.")
    except TimeoutError as error:
        raise NotValid("The body did not arrive in time.") from error
    except web.RequestPayloadError as error:
        raise NotValid("The body did not arrive whole.") from error
    return bytes(body)


async def read_form(request: web.Request, limit: int, *, exact: Container[str] = ()) -> dict[str, str]:
    """The fields of a small form, the first of each name, without the blanks around them.

    Those named in *exact* are left as they were typed; of all others NULs are dropped, too.

    Raises:
        NotValid: it cannot be read, or has more fields than any form of ours.
        As `read_body`.
    """
    body = await read_body(request, limit)
    try:
        sent = parse_qs(body.decode("utf-8"), max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise NotValid("The form cannot be read.") from error
    return {name: given[0] if name in exact else _plain(given[0]) for name, given in sent.items()}


def _plain(text: str) -> str:
    # Nobody types a NUL, and PostgreSQL fails when it is asked for one.
    return text.replace("\0", "").strip()
