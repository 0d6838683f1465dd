"""What every answer with a file has in common, whoever made it.

Browsers may guess no other type, and whatever opens a file as a document finds itself in a sandbox without
scripts (WEB-14, WEB-15). The same headers are sent on our own origin and on a separate one.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.kinds import Kind
from fediverse_node.web import problems

SANDBOX: Final = {
    "Content-Security-Policy": "default-src 'none'; form-action 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
#: A browser keeps it for a day. A cache that many share asks again after a minute: what was deleted here
#: must be gone there, too (PRI-11).
_OPEN: Final = "public, max-age=86400, s-maxage=60, immutable"
_CLOSED: Final = "private, max-age=86400, immutable"


class FileAnswer(web.FileResponse):
    """A file that may vanish between the look-up and the opening: then nothing must be kept of the answer."""

    def set_status(self, status: int, reason: str | None = None) -> None:
        """Take back, with the status, what was said about caching."""
        super().set_status(status, reason)
        if status >= 400:
            self.headers["Cache-Control"] = "no-store"
            self.headers["Content-Type"] = "text/plain; charset=utf-8"
            self.headers.popall("Content-Disposition", None)


def headers(kind: Kind, *, name: str, is_open: bool) -> dict[str, str]:
    """Headers of a file.

    Args:
        kind: what it is; nobody is asked.
        name: for whoever saves it, without the ending; made of ours only: quotes and line breaks of others
            have no way into it (WEB-13).
        is_open: whether caches on the way may keep it.
    """
    place = "inline" if kind.inline else "attachment"
    return {
        **SANDBOX,
        "Content-Type": kind.media_type,
        "Content-Disposition": f'{place}; filename="{name}.{kind.ending}"',
        "Cache-Control": _OPEN if is_open else _CLOSED,
        "Access-Control-Allow-Origin": "*",
    }


def refusal(request: web.Request, error: NodeError) -> web.Response:
    """Plain text: here is never a page and never a document that another server could take for ours."""
    made = problems.answer(request, error)
    kept = {name: made.headers[name] for name in ("Cache-Control", "Retry-After") if name in made.headers}
    return web.Response(status=made.status, text=str(error), headers={**SANDBOX, **kept})
