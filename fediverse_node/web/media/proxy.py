"""`GET /media/proxy/…`: a copy of a picture or file of another server.

What is sent was not made by us, so nothing about it is believed: the type is what the bytes say, browsers
may guess no other, and whatever opens it as a document finds itself in a sandbox without scripts (WEB-14,
WEB-15). The same headers are sent on our own origin and on a separate one.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fediverse_node.kernel.errors import NodeError, NotFound
from fediverse_node.media.kinds import KINDS
from fediverse_node.media.model import Copy
from fediverse_node.media.signing import PREFIX
from fediverse_node.web import problems
from fediverse_node.web.keys import CLIENT, COPIES, NODE, RATE_LIMITS
from fediverse_node.web.media.admission import admit
from fediverse_node.web.rate_limits import COPY, COPY_FETCH, address_key

_SANDBOX: Final = {
    "Content-Security-Policy": "default-src 'none'; form-action 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
#: A browser keeps it for a day. A cache that many share asks again after a minute: what was deleted here
#: must be gone there, too (PRI-11).
_OPEN: Final = "public, max-age=86400, s-maxage=60, immutable"
_CLOSED: Final = "private, max-age=86400, immutable"


class _CopyResponse(web.FileResponse):
    """A file that may vanish between the look-up and the opening: then nothing must be kept of the answer."""

    def set_status(self, status: int, reason: str | None = None) -> None:
        """Take back, with the status, what was said about caching."""
        super().set_status(status, reason)
        if status >= 400:
            self.headers["Cache-Control"] = "no-store"
            self.headers["Content-Type"] = "text/plain; charset=utf-8"
            self.headers.popall("Content-Disposition", None)


async def copy(request: web.Request) -> web.StreamResponse:
    """The copy that an address of ours names; made first, where there is none."""
    try:
        return await _copy(request)
    except NodeError as error:
        return _refusal(request, error)


async def _copy(request: web.Request) -> web.StreamResponse:
    node, copies, limits = request.app[NODE], request.app[COPIES], request.app[RATE_LIMITS]
    client, path = address_key(request[CLIENT]), request.match_info
    limits.take(COPY, client)
    if not node.config.media.proxy:
        raise NotFound
    url = copies.signer.open(path["signature"], path["owner"], path["encoded"])
    admission = await node.db.read(lambda tx: admit(tx, path["owner"], url))
    found = admission.copy
    if found is None:
        limits.take(COPY_FETCH, client)
        found = await copies.make(admission.wanted)
        # It may have been deleted, or its server been shut out, while it was fetched.
        await node.db.read(lambda tx: admit(tx, path["owner"], url))
    copies.used(found, node.clock())
    return _CopyResponse(copies.folder.path(found.name), headers=_headers(found, is_open=admission.open))


def _headers(found: Copy, *, is_open: bool) -> dict[str, str]:
    kind = KINDS[found.media_type]
    place = "inline" if kind.inline else "attachment"
    return {
        **_SANDBOX,
        "Content-Type": kind.media_type,
        # The name is made of ours only: quotes and line breaks of others have no way into it (WEB-13).
        "Content-Disposition": f'{place}; filename="{found.key[:12]}.{kind.ending}"',
        "Cache-Control": _OPEN if is_open else _CLOSED,
        "Access-Control-Allow-Origin": "*",
    }


def _refusal(request: web.Request, error: NodeError) -> web.Response:
    """Plain text: here is never a page and never a document that another server could take for ours."""
    made = problems.answer(request, error)
    headers = {name: made.headers[name] for name in ("Cache-Control", "Retry-After") if name in made.headers}
    return web.Response(status=made.status, text=str(error), headers={**_SANDBOX, **headers})


_PATH = "{signature:[A-Za-z0-9_-]{16}}/{owner:[a-z0-9]{1,20}}/{encoded:[A-Za-z0-9_-]+}"
ROUTES = [web.get(PREFIX + _PATH, copy)]
