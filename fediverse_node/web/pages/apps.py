"""`/settings/apps`: whom somebody let in, and putting an end to it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.ids import parse_id
from fediverse_node.kernel.urls import authority_of
from fediverse_node.oauth import permissions
from fediverse_node.oauth.model import Permission
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import NODE
from fediverse_node.web.pages.authorize_strings import meaning, words
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.sign_in import MAX_FORM
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import Moment, moment
from fediverse_node.web.sessions import check_form, current, see_other, to_sign_in

log = logging.getLogger(__name__)

PATH: Final = "/settings/apps"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionView:
    """One line of the list. `host` is None for what no app asked for."""

    kind: str
    id: int
    name: str
    host: str | None
    by_hand: bool
    since: Moment
    meanings: list[str]


async def show(request: web.Request) -> web.Response:
    """`GET /settings/apps`."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    account_id, strings = person.account.id, language(request)
    found = await request.app[NODE].db.read(lambda tx: permissions.of_account(tx, account_id))
    says = words(strings.language)
    done = says.ended if request.query.get("done") else None
    shown = [_view(each, strings) for each in found]
    return private_page(request, "apps.html", Head(title=says.apps), person, s=says, done=done, apps=shown)


async def end(request: web.Request) -> web.Response:
    """`POST /settings/apps` (`kind`, `id`): it can do nothing from this moment on.

    Raises:
        NotAllowed: it was not sent by that page. NotFound: there is no such thing of theirs.
    """
    sent, person = await read_form(request, MAX_FORM), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    account_id, kind, wanted = person.account.id, sent.get("kind", ""), parse_id(sent.get("id", ""))
    if wanted is None:
        raise NotFound("There is no such app.")
    await request.app[NODE].db.write(lambda tx: permissions.end(tx, account_id, kind, wanted))
    log.info("app.ended", extra={"account": account_id})
    return see_other(f"{PATH}?done=1")


def _view(each: Permission, strings: Strings) -> PermissionView:
    says = words(strings.language)
    host = authority_of(each.website) if each.website else None
    return PermissionView(
        kind=each.kind,
        id=each.id,
        name=each.name,
        host=host,
        by_hand=each.kind == "token",
        since=moment(each.since, strings),
        meanings=[meaning(scope, says, host or "") for scope in each.scopes],
    )
