"""`/settings/ai`: what a person hides of models' posts, and whether a model writes their own."""

from __future__ import annotations

import logging
from typing import Final

from aiohttp import web

from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile
from fediverse_node.moderation import ai_filters
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import DESK, NODE
from fediverse_node.web.pages.ai_strings import words
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.sessions import check_form, current, see_other, to_sign_in

log = logging.getLogger(__name__)

PATH: Final = "/settings/ai"
_MAX_FORM: Final = 4096


async def show(request: web.Request) -> web.Response:
    """`GET /settings/ai`."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    says, actor_id = words(language(request).language), person.actor.id
    hides = await request.app[NODE].db.read(lambda tx: ai_filters.of_person(tx, actor_id))
    return private_page(
        request,
        "ai_settings.html",
        Head(title=says.settings),
        person,
        a=says,
        done=says.done if request.query.get("done") == "saved" else None,
        hides=hides,
        autonomous=person.actor.details.autonomous,
    )


async def save(request: web.Request) -> web.Response:
    """`POST /settings/ai` (`hides`, `autonomous`)."""
    sent, person = await read_form(request, _MAX_FORM), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    hides, actor = ai_filters.filter_named(sent.get("hides", "")), person.actor
    autonomous = sent.get("autonomous") == "yes"
    if autonomous != actor.details.autonomous:
        await change_profile(request.app[DESK], actor, ProfileChanges(autonomous=autonomous))
    await request.app[NODE].db.write(lambda tx: ai_filters.choose(tx, actor.id, hides))
    log.info("ai_settings.saved", extra={"account": person.account.id, "hides": hides})
    return see_other(f"{PATH}?done=saved")
