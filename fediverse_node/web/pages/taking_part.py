"""`/authorize_interaction` for somebody who is signed in: follow, answer, boost, favourite, from here.

Other servers send our people to this page (OStatus' `subscribe`, FEP-3b86's intents). Looking at it
changes nothing and asks nobody; each button is a form of this page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from aiohttp import web

from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox import follow, react
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NodeError, NotNow, NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.posts import reactions
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN, viewer_for
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import ADDRESSES, DESK, NODE, RATE_LIMITS
from fediverse_node.web.pages.named import address_in, known, looked_up
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.views import PersonView, PostView, person, views
from fediverse_node.web.pages.writing_strings import words
from fediverse_node.web.problems import status_of
from fediverse_node.web.rate_limits import ACCOUNT
from fediverse_node.web.sessions import SIGN_IN, SignedIn, check_form, current, see_other

_MAX_FORM: Final = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What the address names, and what there is between it and whoever is looking.

    Attributes:
        following: the state of their follow.
        myself: it is they themselves.
        may_boost: it is for everybody.
    """

    who: PersonView | None = None
    what: PostView | None = None
    following: str | None = None
    myself: bool = False
    may_boost: bool = False
    boosted: bool = False
    favourited: bool = False


async def act(request: web.Request) -> web.Response:
    """`POST /authorize_interaction` (`uri`, `do`: look, follow, boost or favourite)."""
    sent = await read_form(request, _MAX_FORM)
    uri = address_in(sent.get("uri", ""))
    signed_in = await current(request)
    if signed_in is None:
        return see_other(sign_in_for(uri))
    check_form(request, sent, signed_in)
    request.app[RATE_LIMITS].take(ACCOUNT, f"page {signed_in.account.id}")
    try:
        uri = await _done(request, signed_in, uri, sent.get("do", ""))
    except NodeError as error:
        return await shown(request, signed_in, uri, problem=error)
    return see_other(page_for(uri))


async def shown(
    request: web.Request, signed_in: SignedIn, uri: str, *, problem: NodeError | None = None
) -> web.Response:
    """The page for *uri* (from `address_in`), as *signed_in* may see it."""
    strings = language(request)
    says = words(strings.language)
    scene = await request.app[NODE].db.read(lambda tx: _scene(tx, request, signed_in, uri))
    response = private_page(
        request,
        "taking_part.html",
        Head(title=says.part_title),
        signed_in,
        status=status_of(problem, api=True) if problem is not None else 200,
        w=says,
        uri=uri,
        reply=f"/compose?inReplyTo={quote(uri, safe='')}",
        scene=scene,
        problem=problem,
    )
    if isinstance(problem, NotNow):
        response.headers["Retry-After"] = str(max(1, round(problem.retry_after)))
    return response


def page_for(uri: str) -> str:
    """The path of the page for *uri*."""
    return f"/authorize_interaction?uri={quote(uri, safe='')}"


def sign_in_for(uri: str) -> str:
    """The way to the sign-in page and from there to the page for *uri*."""
    return f"{SIGN_IN}?next={quote(page_for(uri), safe='')}"


async def _done(request: web.Request, signed_in: SignedIn, uri: str, deed: str) -> str:
    found = await looked_up(request, signed_in, uri)
    if deed != "look":
        kind, do = _DEEDS.get(deed, (None, None))
        if kind is None or do is None or not isinstance(found, kind):
            raise NotValid("This button is not known here. Reload the page.")
        await do(request, signed_in, found.id)
    return found.uri


async def _follow(request: web.Request, signed_in: SignedIn, actor_id: int) -> None:
    await follow.follow(request.app[DESK], signed_in.actor, actor_id)


async def _boost(request: web.Request, signed_in: SignedIn, post_id: int) -> None:
    await react.boost(request.app[DESK], signed_in.actor, post_id)


async def _favourite(request: web.Request, signed_in: SignedIn, post_id: int) -> None:
    await react.favourite(request.app[DESK], signed_in.actor, post_id)


_Deed = Callable[[web.Request, SignedIn, int], Awaitable[None]]
_DEEDS: Final[Mapping[str, tuple[type[Actor | Post], _Deed]]] = {
    "follow": (Actor, _follow),
    "boost": (Post, _boost),
    "favourite": (Post, _favourite),
}


def _scene(tx: Tx, request: web.Request, signed_in: SignedIn, uri: str) -> _Scene:
    addresses, me = request.app[ADDRESSES], signed_in.actor
    found = known(tx, request, signed_in, uri)
    if isinstance(found, Actor):
        there = follows.find(tx, me.id, found.id)
        return _Scene(
            who=person(found, addresses),
            following=there.state if there is not None else None,
            myself=found.id == me.id,
        )
    if found is None:
        return _Scene()
    return _Scene(
        what=views(tx, [found], addresses, language(request), viewer=viewer_for(me))[0],
        may_boost=found.visibility in OPEN,
        boosted=posts.boost_by(tx, me.id, found.id) is not None,
        favourited=reactions.favourite_uri(tx, found.id, me.id) is not None,
    )
