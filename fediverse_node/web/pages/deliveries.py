"""Where a post went, for its author, behind a link that works for a quarter of an hour.

The address is the key: it is guessed by nobody, kept as a digest only, stands in no log, and is sent to no
other server (`Referrer-Policy`). A form of another site cannot know it, and would be refused if it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.actors import queries as actors
from fediverse_node.consent import channels
from fediverse_node.consent.model import Decision
from fediverse_node.deliveries import backlog, links
from fediverse_node.deliveries.links import TraceLink
from fediverse_node.deliveries.model import TraceRow
from fediverse_node.federation.delivery.trace import retry
from fediverse_node.kernel.errors import NotFound
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.keys import ADDRESSES, NODE, RATE_LIMITS
from fediverse_node.web.pages.delivery_strings import words
from fediverse_node.web.pages.rendering import HTML, Head, html, language
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import Moment, moment
from fediverse_node.web.rate_limits import Rate
from fediverse_node.web.sessions import require_own_form

KEYED: Final = r"{token:[A-Za-z0-9_-]{43}}"
#: Each may make us knock at many servers.
RETRIES: Final = Rate(name="retries_by_link", count=10, seconds=300)
_MAX_FORM: Final = 2048
_HEADERS: Final = {
    "Vary": "Accept, Accept-Language",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """One line of the page."""

    host: str
    activity: str
    state: str
    attempts: int
    tried: Moment | None
    answer: str
    next: Moment | None


async def show(request: web.Request) -> web.Response:
    """`GET /deliveries/TOKEN`."""
    return respond(request, await request.app[NODE].db.read(lambda tx: _page(tx, request)))


async def again(request: web.Request) -> web.Response:
    """`POST /deliveries/TOKEN/retry` (`host`): try now what has not arrived, there or everywhere."""
    require_own_form(request)
    sent = await read_form(request, _MAX_FORM)
    host = sent.get("host", "").lower() or None
    db = request.app[NODE].db
    link = await db.read(lambda tx: _opened(tx, request))
    request.app[RATE_LIMITS].take(RETRIES, str(link.actor_id))
    tried = await db.write(
        lambda tx: retry(tx, link.post_id, actor_id=link.actor_id, host=host, patient=True)
    )
    strings = words(language(request).language)
    note = strings.trying if tried else strings.nothing_to_try
    return respond(request, await db.read(lambda tx: _page(tx, request, note=note)))


def _opened(tx: Tx, request: web.Request) -> TraceLink:
    link = links.opened_by(tx, request.match_info["token"])
    if link is None:
        raise NotFound("There is nothing here, or not any more. Ask for a new link.")
    return link


def _page(tx: Tx, request: web.Request, *, note: str | None = None) -> Document:
    link, strings, addresses = _opened(tx, request), language(request), request.app[ADDRESSES]
    author = actors.by_id(tx, link.actor_id)
    if author is None or not author.active:
        raise NotFound
    letters = [_view(row, strings) for row in backlog.trace_of(tx, link.post_id, link.actor_id)]
    says = words(strings.language)
    body = html(
        request,
        "deliveries.html",
        Head(title=says.title, indexable=False),
        d=says,
        letters=letters,
        unfinished=sum(letter.state != "delivered" for letter in letters),
        post=addresses.post_page(author.username, link.post_id),
        retry=f"{addresses.deliveries_page(request.match_info['token'])}/retry",
        expires=moment(link.expires_at, strings),
        note=note,
    )
    signals = channels.headers(Decision(), addresses)
    robots = ", ".join(("noindex", "nofollow", signals.get("X-Robots-Tag", ""))).removesuffix(", ")
    headers = {**signals, **_HEADERS, "X-Robots-Tag": robots}
    return Document(body=body.encode(), content_type=HTML, headers=headers)


def _view(row: TraceRow, strings: Strings) -> LetterView:
    answer = f"HTTP {row.last_status}" if row.last_status else ""
    return LetterView(
        host=row.host,
        activity=row.activity,
        state=row.state,
        attempts=row.attempts,
        tried=moment(row.tried_at, strings) if row.tried_at else None,
        answer=" ".join(part for part in (answer, row.last_error) if part),
        next=moment(row.next_try, strings) if row.next_try else None,
    )
