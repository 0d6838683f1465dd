"""From here to a visitor's own server, and from other servers to our people's apps.

Nothing changes by these pages: what somebody who is signed in can do here is in `taking_part`. Looking at
`/authorize_interaction` asks no other server: anybody could make us fetch anything by a link.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from aiohttp import web

from fediverse_node.activitystreams.values import is_web_address
from fediverse_node.actors import queries as actors
from fediverse_node.federation.discovery.interaction import way_on
from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.kernel.text import parse_handle
from fediverse_node.kernel.urls import authority_of, same_origin
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.keys import ADDRESSES, CLIENT, DESK, NODE, RATE_LIMITS
from fediverse_node.web.pages import taking_part
from fediverse_node.web.pages.named import address_in
from fediverse_node.web.pages.rendering import HTML, Head, html, language
from fediverse_node.web.pages.views import PersonView, PostView, person, views
from fediverse_node.web.pages.writing_strings import words
from fediverse_node.web.rate_limits import Rate, address_key
from fediverse_node.web.sessions import current

#: Each asks another server something for somebody we do not know.
LOOKUPS: Final = Rate(name="remote_interaction", count=20, seconds=300)
_MAX_FORM: Final = 8192
_MAX_TEXT: Final = 2048


async def send_on(request: web.Request) -> web.Response:
    """`POST /remote_interaction` (`handle`, `uri`): the page of a visitor's own server, as a link to follow.

    Not a redirect: where somebody is sent, another server said, and they see it before they go.
    """
    sent = await read_form(request, _MAX_FORM)
    handle, uri = (sent.get(name, "")[:_MAX_TEXT] for name in ("handle", "uri"))
    if not is_web_address(uri) or not same_origin(uri, request.app[ADDRESSES].origin):
        raise NotValid("This form is for what is on this server.")
    request.app[RATE_LIMITS].take(LOOKUPS, address_key(request[CLIENT]))
    address, problem = None, None
    try:
        address = await _way_on(request, handle, uri)
    except NodeError as error:
        strings = language(request)
        # Errors are worded in English; other languages say the same less exactly.
        problem = str(error) if strings.language == "en" else strings.no_way_on
    values = {"uri": uri, "handle": handle, "address": address, "problem": problem}
    host = authority_of(address) if address else None
    return _page(request, status=422 if problem else 200, **values, host=host, leaving=True)


async def authorize(request: web.Request) -> web.Response:
    """`GET /authorize_interaction?uri=`: where other servers send our people, with what it is about."""
    uri = address_in(request.query.get("uri", ""))
    person = await current(request)
    if person is not None:
        return await taking_part.shown(request, person, uri)
    who, what = await request.app[NODE].db.read(lambda tx: _known(tx, request, uri))
    sign_in = (taking_part.sign_in_for(uri), words(language(request).language).sign_in_to_go_on)
    return _page(request, uri=uri, leaving=False, who=who, what=what, sign_in=sign_in)


async def _way_on(request: web.Request, text: str, uri: str) -> str:
    visitor = parse_handle(text)
    if visitor is None or visitor.host is None:
        raise NotValid("A handle looks like @name@example.org.")
    if visitor.host == request.app[ADDRESSES].domain:
        return f"{request.app[ADDRESSES].interaction}?uri={quote(uri, safe='')}"
    return await way_on(request.app[DESK].discovery, visitor, uri)


def _known(tx: Tx, request: web.Request, uri: str) -> tuple[PersonView | None, PostView | None]:
    """Whom or what *uri* names, as far as it is here and for everybody."""
    addresses = request.app[ADDRESSES]
    handle = parse_handle(uri)
    found = actors.by_uri(tx, uri)
    if found is None and handle is not None and handle.host is not None:
        found = actors.by_handle(tx, handle.name, handle.host)
    if found is not None:
        return (person(found, addresses) if found.active else None), None
    post = posts.by_uri(tx, uri)
    shown = views(tx, [post], addresses, language(request)) if post is not None else []
    return None, shown[0] if shown else None


def _page(request: web.Request, *, status: int = 200, leaving: bool, **values: object) -> web.Response:
    words = language(request)
    title = words.interact_title if leaving else words.open_title
    defaults = dict.fromkeys(("handle", "address", "problem", "host", "who", "what", "sign_in"))
    body = html(
        request,
        "interaction.html",
        Head(title=title, indexable=False),
        heading=title,
        leaving=leaving,
        **{**defaults, **values},
    )
    kept = {"Vary": "Accept, Accept-Language, Cookie", "Cache-Control": "no-store"}
    return respond(request, Document(body=body.encode(), content_type=HTML, headers=kept, status=status))
