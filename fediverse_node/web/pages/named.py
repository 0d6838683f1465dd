"""What a person who is signed in means by an address: as it is here, and looked up when they say so."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fediverse_node.activitystreams.values import is_web_address
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.lookup import at_hand, lookup
from fediverse_node.federation.profiles import featured
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.text import parse_handle
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import may_see, viewer_for
from fediverse_node.web.keys import DESK, NODE, RATE_LIMITS
from fediverse_node.web.rate_limits import REMOTE_LOOKUP
from fediverse_node.web.sessions import SignedIn

_MAX: Final = 2048


def address_in(text: str) -> str:
    """*text*, when it can name somebody or something: an address of the web, or a whole handle.

    Raises:
        NotValid: it cannot.
    """
    text = text.strip()
    handle = parse_handle(text)
    named = is_web_address(text) or (handle is not None and handle.host)
    # PostgreSQL fails when it is asked for a NUL.
    if len(text) > _MAX or "\0" in text or not named:
        raise NotValid("Give the address of a post or a profile as ?uri=.")
    return text


def known(tx: Tx, request: web.Request, person: SignedIn, text: str) -> Actor | Post | None:
    """What *text* names, if it is here and *person* may see it; of a boost, what is boosted."""
    found = at_hand(tx, request.app[DESK].discovery, text)
    if isinstance(found, Actor):
        return found if found.active else None
    if found is None or not may_see(tx, found, viewer_for(person.actor)):
        return None
    return posts.by_id(tx, found.boost_of_id) if found.boost_of_id is not None else found


async def looked_up(request: web.Request, person: SignedIn, text: str) -> Actor | Post:
    """What *text* names, asked from its own server where need be: *person* has pressed a button.

    Raises:
        NotFound: nothing, or nothing for them.
        NotNow: they looked up a lot lately.
        As `lookup`.
    """
    db = request.app[NODE].db
    here = await db.read(lambda tx: known(tx, request, person, text))
    if here is not None:
        return here
    request.app[RATE_LIMITS].take(REMOTE_LOOKUP, str(person.account.id))
    found = await lookup(request.app[DESK].discovery, text)
    if isinstance(found, Actor):
        actor = found
        await db.write(lambda tx: featured.want(tx, actor))
        return actor
    post = found
    seen = await db.read(lambda tx: known(tx, request, person, post.uri))
    if not isinstance(seen, Post):
        raise NotFound("There is no such post.")
    return seen
