"""Pages for one person: kept by nobody, listed by nobody, and with a header that says whose they are.

They are sent as they are, never packed: a page that holds a form's token beside words that somebody else
chose would give the token away by its length (BREACH).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from fediverse_node.consent import channels
from fediverse_node.consent.model import Decision
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.web.keys import ADDRESSES
from fediverse_node.web.pages.rendering import HTML, Head, html
from fediverse_node.web.sessions import SignedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who is signed in, for the header. Templates know it as `me`; forms take `me.form_token`."""

    name: str
    handle: str
    form_token: str


def refuse_scripts(request: web.Request) -> None:
    """Raises NotAllowed where a script asks for what only somebody who goes there should get.

    A web client at `/app/` (and whatever gets into it) shares our origin: it could read the token of a form
    from a page that it fetched, and then send that form. Browsers say what a request is for (Fetch Metadata).
    """
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        raise NotAllowed("This page is for people: open it in a tab of its own.")


def private_page(
    request: web.Request,
    template: str,
    head: Head,
    person: SignedIn | None,
    *,
    status: int = 200,
    **values: Any,
) -> web.Response:
    """A page for *person*; for nobody, where they are about to become somebody.

    Search engines are told to leave it out, whatever *head* says.
    """
    refuse_scripts(request)
    me = None
    if person is not None:
        actor = person.actor
        me = Me(name=actor.display_name, handle=actor.handle, form_token=person.form_token)
    signals = channels.headers(Decision(), request.app[ADDRESSES])
    robots = ", ".join(("noindex", "nofollow", signals.get("X-Robots-Tag", ""))).removesuffix(", ")
    return web.Response(
        status=status,
        text=html(request, template, replace(head, indexable=False), me=me, **values),
        headers={
            **signals,
            "Content-Type": HTML,
            "Cache-Control": "no-store",
            "Vary": "Accept, Accept-Language, Cookie",
            "X-Robots-Tag": robots,
        },
    )
