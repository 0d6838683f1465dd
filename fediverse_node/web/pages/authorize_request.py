"""What an app asks a person for, and whether it may ask so (RFC 6749, 4.1.1).

What is wrong with the app or with where its answer should go is shown and never sent anywhere. What else is
wrong is shown, too, with a link that tells the app: nobody is sent on unasked by a request that anybody
can write (RFC 9700, 4.11.2).
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.activitystreams.read_app import AppDoc
from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.kernel.urls import authority_of
from fediverse_node.oauth import apps, scopes
from fediverse_node.oauth.model import App
from fediverse_node.oauth.redirects import OUT_OF_BAND, place_of, with_answer
from fediverse_node.web.forms import Fields
from fediverse_node.web.keys import ADDRESSES, APPS, NODE, RATE_LIMITS
from fediverse_node.web.rate_limits import REMOTE_LOOKUP
from fediverse_node.web.sessions import SignedIn

log = logging.getLogger(__name__)

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_MAX_STATE: Final = 4096
_MAX_SUMMARY: Final = 500
#: What a request may say, and a form hands on.
PARAMETERS: Final = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge",
    "code_challenge_method", "lang",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AppView:
    """Who asks.

    Attributes:
        known: when it registered here.
        described: when it describes itself.
        host: where it says it lives: its own claim when it registered, checked when it describes itself.
    """

    client_id: str
    name: str
    summary: str
    host: str | None
    redirect_uris: tuple[str, ...]
    known: App | None = None
    described: AppDoc | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that a person may say yes to."""

    app: AppView
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    challenge: str | None

    @property
    def place(self) -> str | None:
        """Where the answer goes, for people and for policies; None when it is shown."""
        return None if self.redirect_uri == OUT_OF_BAND else place_of(self.redirect_uri)


class CannotAsk(NotValid):
    """A request that nobody is asked about.

    Args:
        problem: the word for it, see `AuthorizeStrings.problems`.
        way_back: the address that tells the app; None where it must not be told.
    """

    def __init__(self, problem: str, way_back: str | None = None) -> None:
        super().__init__(f"This app cannot be let in: {problem}.")
        self.problem = problem
        self.way_back = way_back


async def asked(request: web.Request, fields: Fields, person: SignedIn, *, language: str) -> Asked:
    """What is asked of *person* by the parameters in *fields*.

    Raises:
        CannotAsk: nobody can be asked for this. TooMany: too many apps were looked up for this person.
    """
    app = await _app(request, fields.text("client_id") or "", person, language)
    redirect_uri = fields.text("redirect_uri") or ""
    if redirect_uri not in app.redirect_uris:
        raise CannotAsk("redirect")
    state = fields.text("state")
    if state is not None and len(state) > _MAX_STATE:
        raise CannotAsk("redirect")
    wanted = _wanted(app, fields)
    if not person.account.moderates:
        # What looks after the server can only be granted by somebody who does; the rest is asked for.
        wanted = scopes.of_people(wanted)
    error = _fault(app, fields) or (None if wanted else "invalid_scope")
    if error is not None:
        told = answer(request, redirect_uri, state, {"error": error})
        raise CannotAsk(error, None if redirect_uri == OUT_OF_BAND else told)
    challenge = fields.text("code_challenge") or None
    return Asked(app=app, redirect_uri=redirect_uri, scopes=wanted, state=state, challenge=challenge)


def answer(request: web.Request, redirect_uri: str, state: str | None, told: dict[str, str]) -> str:
    """The address that tells an app *told*, with the `state` it sent (OAU-03) and who says it (RFC 9207)."""
    with_state = told if state is None else {**told, "state": state}
    return with_answer(redirect_uri, {**with_state, "iss": request.app[ADDRESSES].origin})


async def _app(request: web.Request, client_id: str, person: SignedIn, language: str) -> AppView:
    if "://" in client_id:
        return await _described(request, client_id, person, language)
    known = await request.app[NODE].db.read(lambda tx: apps.by_client_id(tx, client_id))
    if known is None:
        raise CannotAsk("client")
    return AppView(
        client_id=known.client_id,
        name=known.name,
        summary="",
        host=authority_of(known.website) if known.website else None,
        redirect_uris=known.redirect_uris,
        known=known,
    )


async def _described(request: web.Request, client_id: str, person: SignedIn, language: str) -> AppView:
    directory = request.app[APPS]
    if not directory.knows(client_id):
        request.app[RATE_LIMITS].take(REMOTE_LOOKUP, str(person.account.id))
    try:
        found = await directory.app(client_id)
        host = authority_of(client_id)
        name = apps.shown_name(to_plain_text(_in(found.name, language))) or host
        apps.require_sound(name=name, redirect_uris=found.redirect_uris, website=client_id)
    except NodeError as error:
        log.info("app.unreadable", extra={"reason": type(error).__name__, "detail": error.detail})
        raise CannotAsk("unreachable") from error
    return AppView(
        client_id=client_id,
        name=name,
        summary=to_plain_text(_in(found.summary, language))[:_MAX_SUMMARY],
        host=host,
        redirect_uris=found.redirect_uris,
        described=found,
    )


def _in(texts: dict[str, str], language: str) -> str:
    """The text in this language, else the one in none, else any."""
    return texts.get(language) or texts.get("") or texts.get("en") or next(iter(texts.values()), "")


def _fault(app: AppView, fields: Fields) -> str | None:
    """What is wrong with the kind of request, if anything."""
    if fields.text("response_type") != "code":
        return "unsupported_response_type"
    challenge, method = fields.text("code_challenge"), fields.text("code_challenge_method")
    if not challenge:
        needed = app.known is None or app.known.public
        return "invalid_request" if needed or method else None
    # Without a method it would be `plain`, which proves nothing to whoever saw the request.
    return None if method == "S256" and _CHALLENGE.fullmatch(challenge) else "invalid_request"


def _wanted(app: AppView, fields: Fields) -> tuple[str, ...]:
    """The scopes that are asked for; none when they are too many.

    An app that describes itself may name some that are its own idea: they are ignored (FEP-d8c2).
    """
    sent = scopes.split(fields.text("scope") or "")
    if app.known is None:
        return tuple(scope for scope in sent if scope in scopes.DESCRIBED) or scopes.DEFAULT
    wanted = sent or scopes.DEFAULT
    known = all(scope in scopes.KNOWN for scope in wanted)
    return wanted if known and scopes.all_covered(app.known.scopes, wanted) else ()
