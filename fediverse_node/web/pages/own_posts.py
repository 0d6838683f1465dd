"""`/settings/posts`: what somebody wrote, for themselves: what they allow, where it went, deleting it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, get_args

from aiohttp import web
from markupsafe import Markup

from fediverse_node.announcements import queries as announcements
from fediverse_node.consent import decisions
from fediverse_node.consent.licences import LICENCES
from fediverse_node.consent.model import CREDITS, UNNAMED, Entry
from fediverse_node.deliveries import links
from fediverse_node.federation.outbox.amending import allow_as
from fediverse_node.federation.outbox.edit import set_training_use
from fediverse_node.federation.outbox.labels import DISCLOSURE
from fediverse_node.federation.outbox.own import own_post
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.federation.outbox.reviewing import mark_reviewed
from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import lists
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import viewer_for
from fediverse_node.web import cursors
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import ADDRESSES, DESK, NODE, RATE_LIMITS
from fediverse_node.web.pages import ai_strings, consent_strings, scheduled_strings
from fediverse_node.web.pages.deciding import BOXES, NOTHING_TICKED, PICTURE, StateView, state_of, ticked
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import PostView, views
from fediverse_node.web.pages.writing_strings import words
from fediverse_node.web.problems import status_of
from fediverse_node.web.rate_limits import ACCOUNT, DELETES
from fediverse_node.web.sessions import SignedIn, check_form, current, see_other, to_sign_in

OWN_POSTS: Final = "/settings/posts"
POSTS: Final = 20
_MAX_FORM: Final = 4096
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnView:
    """One post and what its author can do with it.

    Attributes:
        visibility: in the words of the page.
        public: only then a yes to training is possible.
        sensitive: a yes has to say that it holds all the same.
        state: what stands about its use.
        pictures: those that can be allowed, too.
        licence: by its SPDX name; empty for none.
        unread: a model had a part in it, and its author has not said that they read it.
    """

    post: PostView
    visibility: str
    public: bool
    sensitive: bool
    state: StateView
    pictures: tuple[PictureView, ...]
    licence: str
    unread: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """A picture of a post of theirs: the name of its box, what it shows, and whether it is allowed."""

    box: str
    alt: str
    allowed: bool


async def own_posts(request: web.Request) -> web.Response:
    """`GET /settings/posts` (`page`, or `post` for that one alone)."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    return await _shown(request, person, request.query.get("page", ""))


async def decide(request: web.Request) -> web.Response:
    """`POST /settings/posts` (`post`, `do`: allow, split, withdraw, review, trace or delete)."""
    sent = await read_form(request, _MAX_FORM)
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    page = sent.get("page", "")
    request.app[RATE_LIMITS].take(ACCOUNT, f"page {person.account.id}")
    try:
        post_id, deed = parse_id(sent.get("post", "")), _DEEDS.get(sent.get("do", ""))
        if post_id is None or deed is None:
            raise NotValid("This button is not known here. Reload the page.")
        done = await deed(request, person, post_id, sent)
    except NodeError as error:
        return await _shown(request, person, page, problem=error)
    if done.startswith("/"):
        return see_other(done)
    back = f"&page={page}" if _CURSOR.fullmatch(page) else ""
    return see_other(f"{OWN_POSTS}?done={done}{back}")


async def _allow(request: web.Request, person: SignedIn, post_id: int, sent: Mapping[str, str]) -> str:
    to = ticked(sent).allowance
    await set_training_use(request.app[DESK], person.actor, post_id, allow=True, method="page", to=to)
    return "allowed"


async def _split(request: web.Request, person: SignedIn, post_id: int, sent: Mapping[str, str]) -> str:
    if not ticked(sent).uses:
        raise NotValid("Tick at least one use that you allow.")
    desk, to, licence = request.app[DESK], ticked(sent).allowance, sent.get("licence")
    if licence is None:
        return await _allow(request, person, post_id, sent)
    await allow_as(desk, person.actor, post_id, to=to, licence=licence, method="page")
    return "allowed"


async def _review(request: web.Request, person: SignedIn, post_id: int, _: Mapping[str, str]) -> str:
    await mark_reviewed(request.app[DESK], person.actor, post_id)
    return "reviewed"


async def _withdraw(request: web.Request, person: SignedIn, post_id: int, _: Mapping[str, str]) -> str:
    await set_training_use(request.app[DESK], person.actor, post_id, allow=False, method="page")
    return "withdrawn"


async def _delete(request: web.Request, person: SignedIn, post_id: int, _: Mapping[str, str]) -> str:
    request.app[RATE_LIMITS].take(DELETES, str(person.account.id))
    await retract(request.app[DESK], person.actor, post_id)
    return "deleted"


async def _trace(request: web.Request, person: SignedIn, post_id: int, _: Mapping[str, str]) -> str:
    def unit(tx: Tx) -> str:
        post = own_post(tx, person.actor, post_id)
        token, _ = links.new_link(tx, post.id, person.actor.id)
        return token

    token = await request.app[NODE].db.write(unit)
    addresses = request.app[ADDRESSES]
    return addresses.deliveries_page(token).removeprefix(addresses.origin)


#: What each button does; gives the word for it, or the path of the page that it leads to.
_DEEDS: Final[Mapping[str, Callable[[web.Request, SignedIn, int, Mapping[str, str]], Awaitable[str]]]] = {
    "allow": _allow,
    "split": _split,
    "withdraw": _withdraw,
    "review": _review,
    "trace": _trace,
    "delete": _delete,
}


async def _shown(
    request: web.Request, person: SignedIn, cursor: str, *, problem: NodeError | None = None
) -> web.Response:
    strings = language(request)
    says = words(strings.language)
    only = parse_id(request.query.get("post", ""))
    wanted = cursors.decode(cursor, limit=POSTS) if cursor else Page(limit=POSTS)
    wanted = wanted if only is None else Page(max_id=only + 1, min_id=only - 1, limit=1)
    own, announced = await request.app[NODE].db.read(
        lambda tx: (_own(tx, request, person, wanted), announcements.current(tx))
    )
    older = cursors.encode("before", own[-1].post.id) if len(own) == POSTS else None
    newer = cursors.encode("after", own[0].post.id) if own and cursor else None
    return private_page(
        request,
        "own_posts.html",
        Head(title=strings.your_posts),
        person,
        status=status_of(problem, api=True) if problem is not None else 200,
        w=says,
        own=own,
        # Sanitised when it was written.
        announced=[(each.id, Markup(each.content_html)) for each in announced],  # noqa: S704
        scheduled=scheduled_strings.words(strings.language).title,
        c=consent_strings.words(strings.language),
        boxes=BOXES,
        credits=(UNNAMED, *CREDITS),
        fresh=replace(NOTHING_TICKED, credit=person.account.credit or UNNAMED),
        licences=LICENCES,
        a=ai_strings.words(strings.language),
        asked=not person.account.never_ask,
        problem=problem,
        note=None if problem is not None else says.done.get(request.query.get("done", "")),
        page=cursor,
        newer=f"{OWN_POSTS}?page={newer}" if newer else None,
        older=f"{OWN_POSTS}?page={older}" if older else None,
    )


def _own(tx: Tx, request: web.Request, person: SignedIn, wanted: Page) -> list[OwnView]:
    strings = language(request)
    found = lists.by_actor(tx, person.actor.id, wanted, visibilities=get_args(Visibility), boosts=False)
    shown = views(tx, found, request.app[ADDRESSES], strings, viewer=viewer_for(person.actor))
    mine = {post.id: post for post in found}
    entries = decisions.states(tx, [post.uri for post in found])
    return [_view(view, mine[view.id], entries, person, strings) for view in shown]


def _view(
    view: PostView, post: Post, entries: Mapping[str, Entry], person: SignedIn, strings: Strings
) -> OwnView:
    subject = subject_of(post, person.actor)
    state = state_of(subject, entries.get(post.uri), strings)
    return OwnView(
        post=view,
        visibility=words(strings.language).visibilities[post.visibility][0],
        public=subject.public,
        sensitive=subject.sensitive,
        state=state,
        pictures=tuple(_pictures(post, state)),
        licence=post.licence or "",
        unread=post.ai_disclosure == DISCLOSURE and not post.human_reviewed,
    )


def _pictures(post: Post, state: StateView) -> Iterator[PictureView]:
    for item in post.attachments:
        if item.sha256 and item.file_id is not None:
            allowed = item.sha256 in state.ticks.media
            yield PictureView(box=f"{PICTURE}{item.file_id}", alt=item.name or "", allowed=allowed)
