"""`/search`: people, hashtags and posts, for whoever is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from fediverse_node.activitystreams.values import is_web_address
from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.text import HASH_SIGNS, find_hashtags, hashtag_key, parse_handle
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.search import finding, hashtags, people
from fediverse_node.search.finding import Wanted
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import viewer_for
from fediverse_node.web import cursors
from fediverse_node.web.keys import ADDRESSES, NODE, RATE_LIMITS
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.searching_strings import words
from fediverse_node.web.pages.views import PersonView, PostView, person, views
from fediverse_node.web.problems import status_of
from fediverse_node.web.rate_limits import SEARCH
from fediverse_node.web.sessions import SignedIn, current, to_sign_in

PATH: Final = "/search"
POSTS: Final = 20
_PEOPLE: Final = 10
_TAGS: Final = 10
_MAX_QUERY: Final = 2048
_MAX_CURSOR: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What was found. `older`: the cursor of the page behind this one."""

    people: list[PersonView]
    tags: list[tuple[str, str]]
    posts: list[PostView]
    older: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.people or self.tags or self.posts)


async def show(request: web.Request) -> web.Response:
    """`GET /search` (`q`, `page`)."""
    visitor = await current(request)
    if visitor is None:
        return to_sign_in(request)
    query = request.query.get("q", "").replace("\0", "").strip()[:_MAX_QUERY]
    cursor = request.query.get("page", "")[:_MAX_CURSOR]
    says = words(language(request).language)
    found, problem = None, None
    if query:
        request.app[RATE_LIMITS].take(SEARCH, str(visitor.account.id))
        try:
            found = await request.app[NODE].db.read(lambda tx: _results(tx, request, visitor, query, cursor))
        except NodeError as error:
            problem = error
    older = f"{PATH}?{urlencode({'q': query, 'page': found.older})}" if found and found.older else None
    return private_page(
        request,
        "search.html",
        Head(title=says.search),
        visitor,
        status=status_of(problem, api=True) if problem is not None else 200,
        s=says,
        query=query,
        found=found,
        problem=problem,
        elsewhere=_elsewhere(query, found),
        older=older,
    )


def _results(tx: Tx, request: web.Request, visitor: SignedIn, query: str, cursor: str) -> Results:
    addresses, viewer = request.app[ADDRESSES], viewer_for(visitor.actor)
    where = cursors.decode(cursor, limit=POSTS) if cursor else Page(limit=POSTS)
    found = _posts(tx, visitor, query, where)
    shown = views(tx, found, addresses, language(request), viewer=viewer)
    if cursor:
        some, tags = [], []
    else:
        some = [each for each in people.known(tx, query, viewer.actor_id, limit=_PEOPLE) if each.active]
        name = find_hashtags(f"#{query.lstrip(HASH_SIGNS)}")[:1]
        is_one = name == [query.lstrip(HASH_SIGNS)]
        tags = hashtags.beginning(tx, hashtag_key(name[0]), viewer, limit=_TAGS) if is_one else []
    return Results(
        people=[person(each, addresses) for each in some[:_PEOPLE]],
        tags=[(tag, addresses.tag(tag)) for tag in tags],
        posts=shown,
        older=cursors.encode("before", found[-1].id) if len(found) == POSTS else None,
    )


def _posts(tx: Tx, visitor: SignedIn, query: str, where: Page) -> list[Post]:
    if is_web_address(query):
        known = posts.by_uri(tx, query)
        return [known] if known is not None else []
    if "@" in query and parse_handle(query) is not None:
        return []
    wanted = Wanted(limit=where.limit, max_id=where.max_id, min_id=where.min_id)
    return finding.find(tx, query, visitor.actor, wanted)


def _elsewhere(query: str, found: Results | None) -> str | None:
    """The page that looks up on another server what is not known here."""
    handle = parse_handle(query)
    if found is None or not found.nothing or not (is_web_address(query) or (handle and handle.host)):
        return None
    uri = query if is_web_address(query) else f"acct:{str(handle).removeprefix('@')}"
    return f"/authorize_interaction?{urlencode({'uri': uri})}"
