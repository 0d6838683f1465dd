"""`/compose`: where people write, with a plain form that needs no script.

Looking at it changes nothing and asks nobody, whatever an intent (FEP-3b86) filled in. What was typed
comes back with every answer but the one that says that the post is out.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from fediverse_node.actors import queries as actors
from fediverse_node.assist.prompts import ACTIONS
from fediverse_node.assist.suggest import Ask, suggest_whole
from fediverse_node.consent.licences import LICENCES
from fediverse_node.consent.model import CREDITS, UNNAMED
from fediverse_node.federation.outbox import labels, scheduling
from fediverse_node.federation.outbox.labels import AiPart
from fediverse_node.federation.outbox.publish import publish
from fediverse_node.kernel.errors import NodeError, NotAllowed, NotNow, NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.visibility.rule import viewer_for
from fediverse_node.web.keys import ADDRESSES, DESK, NODE, RATE_LIMITS
from fediverse_node.web.pages import (
    ai_strings,
    consent_strings,
    picture_strings,
    pictures,
    scheduled_strings,
    writing,
    zones,
)
from fediverse_node.web.pages.deciding import BOXES
from fediverse_node.web.pages.named import known, looked_up
from fediverse_node.web.pages.own_posts import OWN_POSTS
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.scheduled import PATH as SCHEDULED
from fediverse_node.web.pages.views import PostView, views
from fediverse_node.web.pages.writing import Typed
from fediverse_node.web.pages.writing_strings import LANGUAGES, WritingStrings, words
from fediverse_node.web.problems import status_of
from fediverse_node.web.rate_limits import ACCOUNT
from fediverse_node.web.sessions import (
    SignedIn,
    check_form,
    current,
    require_own_form,
    see_other,
    to_sign_in,
)

log = logging.getLogger(__name__)

COMPOSE: Final = "/compose"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What stands above the form, and the status that goes with it."""

    status: int = 200
    problem: str | None = None
    #: by whoever refused it, in English
    reason: str | None = None
    notices: tuple[str, ...] = ()
    beside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What the form stands beside.

    Attributes:
        parent: what is answered, when it is here.
        tools: the models that helped.
        pictures: those that were sent, and places for more.
    """

    parent: PostView | None = None
    tools: tuple[str, ...] = ()
    pictures: tuple[pictures.PictureView, ...] = ()


async def form(request: web.Request) -> web.Response:
    """`GET /compose`, also as an intent: `content`, `name`, `summary`, `inReplyTo`."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    typed = writing.from_intent(request.query, person.account, language=language(request).language)
    typed = await request.app[NODE].db.read(lambda tx: _answering(tx, request, person, typed))
    return await _shown(request, person, typed)


async def send(request: web.Request) -> web.Response:
    """`POST /compose`: publish it, or do with it what the pressed button (`do`) says."""
    person = await current(request)
    async with pictures.filled(request, keep=person is not None) as filled:
        return await _sent(request, person, filled)


async def _sent(request: web.Request, person: SignedIn | None, filled: pictures.Filled) -> web.Response:
    sent, says = filled.texts, _says(request)
    if person is None:
        require_own_form(request)
        said = _Said(status=403, problem=says.signed_out, beside=True)
        return await _shown(request, None, writing.from_form(sent), said)
    typed = writing.from_form(sent)
    try:
        check_form(request, sent, person)
    except NotAllowed:
        # Whoever made this form may have ticked the box; its words are only words, and come back.
        return await _shown(
            request,
            person,
            replace(typed.undecided(), reviewed=False),
            _Said(status=403, problem=says.out_of_date),
        )
    try:
        request.app[RATE_LIMITS].take(ACCOUNT, f"page {person.account.id}")
        typed, problem = await pictures.taken_in(request, person, typed, filled)
        if problem is not None:
            raise problem
        return await _done(request, person, typed, sent)
    except NodeError as error:
        log.info("compose.refused", extra={"reason": type(error).__name__, "detail": error.detail})
        reason = says.nothing_written if not typed.text and not typed.pictures else str(error)
        said = _Said(status=status_of(error, api=True), problem=says.problem, reason=reason)
        response = await _shown(request, person, typed, said)
        if isinstance(error, NotNow):
            response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
        return response


async def _done(
    request: web.Request, person: SignedIn, typed: Typed, sent: Mapping[str, str]
) -> web.Response:
    deed = sent.get("do", "")
    if deed in ACTIONS:
        return await _suggested(request, person, typed, deed)
    if deed not in _DEEDS:
        raise NotValid("This button is not known here. Reload the page.")
    return await _DEEDS[deed](request, person, typed)


async def _publish(request: web.Request, person: SignedIn, typed: Typed) -> web.Response:
    if not typed.reminded and not all(each.alt for each in typed.pictures):
        remind = picture_strings.words(language(request).language).remind
        return await _shown(request, person, replace(typed, reminded=True), _Said(notices=(remind,)))
    db = request.app[NODE].db
    parent = await _parent(request, person, typed)
    earlier = await db.read(lambda tx: _earlier(tx, person, typed))
    asked, parent_id = not person.account.never_ask, parent.id if parent else None
    draft = writing.draft_of(typed, parent_id=parent_id, asked=asked, earlier=earlier)
    if typed.at:
        at = zones.moment_of(typed.at, typed.zone)
        await scheduling.schedule(request.app[DESK], person.actor, draft, at=at)
        return see_other(f"{SCHEDULED}?done=taken")
    await publish(request.app[DESK], person.actor, draft)
    return see_other(f"{OWN_POSTS}?done=published")


async def _show(request: web.Request, person: SignedIn, typed: Typed) -> web.Response:
    return await _shown(request, person, typed)


async def _fetch(request: web.Request, person: SignedIn, typed: Typed) -> web.Response:
    parent = await _parent(request, person, typed)
    if parent is not None:
        typed = await request.app[NODE].db.read(lambda tx: _to_answer(tx, person, typed, parent))
    return await _shown(request, person, typed)


async def _detach(request: web.Request, person: SignedIn, typed: Typed) -> web.Response:
    return await _shown(request, person, replace(typed, answering=""))


async def _undo(request: web.Request, person: SignedIn, typed: Typed) -> web.Response:
    return await _shown(request, person, typed.without_suggestion() if typed.before else typed)


_DEEDS: Final[Mapping[str, Callable[[web.Request, SignedIn, Typed], Awaitable[web.Response]]]] = {
    "publish": _publish,
    "show": _show,
    "fetch": _fetch,
    "detach": _detach,
    "undo": _undo,
}


async def _suggested(request: web.Request, person: SignedIn, typed: Typed, action: str) -> web.Response:
    node = request.app[NODE]
    into = typed.into if action == "translate" else ""
    ask = Ask(account_id=person.account.id, action=action, text=typed.text, language=into)
    found = await suggest_whole(node.db, node.provider, node.config.assist, ask)
    unticked = (_says(request).training_unticked,) if typed.ticks.purposes else ()
    typed = typed.with_suggestion(found.text, found.handle)
    if into in LANGUAGES:
        typed = replace(typed, language=into)
    return await _shown(request, person, typed, _Said(notices=(*found.notices, *unticked)))


async def _parent(request: web.Request, person: SignedIn, typed: Typed) -> Post | None:
    """What is answered, looked up where it is not here; None for a post of its own.

    Raises:
        NotValid: the address names somebody, and not a post.
        As `looked_up`.
    """
    if not typed.answering:
        return None
    found = await looked_up(request, person, typed.answering)
    if not isinstance(found, Post):
        raise NotValid("This address names no post that could be answered.")
    return found


def _answering(tx: Tx, request: web.Request, person: SignedIn, typed: Typed) -> Typed:
    found = known(tx, request, person, typed.answering) if typed.answering else None
    return _to_answer(tx, person, typed, found) if isinstance(found, Post) else typed


def _to_answer(tx: Tx, person: SignedIn, typed: Typed, parent: Post) -> Typed:
    people = posts.mentions_of(tx, [parent.id]).get(parent.id, [])
    author = actors.by_ids(tx, [parent.actor_id])[parent.actor_id]
    spoken_to = {author.uri: author.handle, **{each.actor_uri: each.name for each in people}}
    return typed.to_answer(parent, [name for uri, name in spoken_to.items() if uri != person.actor.uri])


def _earlier(tx: Tx, person: SignedIn, typed: Typed) -> AiPart:
    """What all suggestions but the newest make the post say; the newest is redeemed when it is published."""
    part = labels.NONE
    for handle in typed.suggestions[:-1]:
        found = suggestions.by_handle(tx, handle, person.account.id)
        part = labels.with_suggestion(part, found) if found is not None else part
    return part


def _scene(tx: Tx, request: web.Request, person: SignedIn, typed: Typed) -> _Scene:
    strings, addresses = language(request), request.app[ADDRESSES]
    found = known(tx, request, person, typed.answering) if typed.answering else None
    parents = [found] if isinstance(found, Post) else []
    shown = views(tx, parents, addresses, strings, viewer=viewer_for(person.actor))
    used = [suggestions.by_handle(tx, handle, person.account.id) for handle in typed.suggestions]
    return _Scene(
        parent=shown[0] if shown else None,
        tools=tuple(dict.fromkeys(f"{each.model} ({each.provider})" for each in used if each is not None)),
        pictures=tuple(pictures.shown(tx, request, person, typed.pictures)),
    )


async def _shown(
    request: web.Request, person: SignedIn | None, typed: Typed, said: _Said | None = None
) -> web.Response:
    node, says, said = request.app[NODE], _says(request), said or _Said()
    scene = _Scene()
    if person is not None:
        scene = await node.db.read(lambda tx: _scene(tx, request, person, typed))
    title = says.reply_title if typed.answering else says.title
    return private_page(
        request,
        "compose.html",
        Head(title=title),
        person,
        status=said.status,
        heading=title,
        s=scheduled_strings.words(language(request).language),
        zones=zones.ZONES,
        w=says,
        a=ai_strings.words(language(request).language),
        c=consent_strings.words(language(request).language),
        p=picture_strings.words(language(request).language),
        most=node.config.media.upload_megabytes,
        accepted=pictures.accepted(request),
        film_limit=pictures.film_megabytes(request),
        offers_pictures=node.config.media.account_megabytes > 0,
        boxes=BOXES,
        asked=person is None or not person.account.never_ask,
        licences=LICENCES,
        credits=(UNNAMED, *CREDITS),
        proposed_credit=(person.account.credit if person is not None else None) or UNNAMED,
        f=typed,
        said=said,
        scene=scene,
        languages=_languages(typed.language),
        into=_languages(typed.into),
        assist=ACTIONS if node.provider is not None else (),
    )


def _languages(chosen: str) -> Mapping[str, str]:
    return LANGUAGES if not chosen or chosen in LANGUAGES else {**LANGUAGES, chosen: chosen}


def _says(request: web.Request) -> WritingStrings:
    return words(language(request).language)
