"""Changing one's own profile."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fediverse_node.accounts import queries as accounts
from fediverse_node.consent.decisions import credit_named
from fediverse_node.federation.outbox import pin as pinning
from fediverse_node.federation.outbox import portraits
from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile
from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation import ai_filters
from fediverse_node.uploads.intake import Sent
from fediverse_node.uploads.model import SHAPES, Role
from fediverse_node.web.client_api import training
from fediverse_node.web.client_api.entities_account import credential_account
from fediverse_node.web.client_api.entities_status import one_status
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.view import Act, Answer, View, path_id
from fediverse_node.web.rate_limits import UPLOAD

#: What Mastodon takes here as well, and nobody can change here yet.
_NOT_OFFERED = ("source",)
#: Pictures, as files of a multipart form.
FILES: Final = frozenset(SHAPES)


async def update_credentials(act: Act) -> Answer:
    """Change the caller's profile, and tell everybody who follows them.

    Raises:
        NotValid: something was sent that cannot be changed here. Saying that it was would be a lie.
    """
    fields = act.fields
    _check_offered(fields)
    changes = ProfileChanges(
        name=fields.text("display_name"),
        summary=fields.text("note"),
        fields=fields.pairs("fields_attributes", "name", "value"),
        manually_approves=fields.flag("locked"),
        discoverable=fields.flag("discoverable"),
        indexable=fields.flag("indexable"),
        bot=fields.flag("bot"),
        autonomous=fields.flag("ai_autonomous"),
        attribution_domains=_domains(fields),
        hide_collections=fields.flag("hide_collections"),
        icon_description=fields.text("avatar_description"),
        image_description=fields.text("header_description"),
    )
    hides = fields.choice("ai_filter", ai_filters.FILTERS)
    licence, never_ask = training.licence(fields), fields.flag("training_never_ask")
    credit = training.credit(fields)
    changes = replace(changes, portraits=await _portraits(act))
    actor = await change_profile(act.desk, act.person.actor, changes)
    if hides is not None:
        wanted = ai_filters.filter_named(hides)
        await act.desk.db.write(lambda tx: ai_filters.choose(tx, actor.id, wanted))

    account_id = act.person.account.id
    if licence is not None:
        await act.desk.db.write(lambda tx: accounts.set_licence(tx, account_id, licence or None))
    if credit is not None:
        named = credit_named(credit)
        await act.desk.db.write(lambda tx: accounts.set_credit(tx, account_id, named))
    if never_ask is not None:
        await act.desk.db.write(lambda tx: accounts.set_never_ask(tx, account_id, never=never_ask))

    def changed(view: View) -> Answer:
        account = accounts.by_id(view.tx, account_id) or view.person.account
        return Answer(body=credential_account(view, replace(view.person, actor=actor, account=account)))

    return await act.look(changed)


def _check_offered(fields: Fields) -> None:
    for name in _NOT_OFFERED:
        if fields.has(name):
            raise NotValid(f"{name} cannot be changed on this server.")
    for name in FILES:
        if fields.has(name):
            raise NotValid(f"Send {name} as a file of a multipart form.")


async def remove_avatar(act: Act) -> Answer:
    """Take the picture of the caller's profile away."""
    return await _without(act, "avatar")


async def remove_header(act: Act) -> Answer:
    """Take the wide picture of the caller's profile away."""
    return await _without(act, "header")


async def _without(act: Act, role: Role) -> Answer:
    actor = await change_profile(act.desk, act.person.actor, ProfileChanges(portraits={role: portraits.NONE}))
    return await act.look(
        lambda view: Answer(body=credential_account(view, replace(view.person, actor=actor)))
    )


async def _portraits(act: Act) -> dict[Role, int]:
    """The pictures that were sent, made fit for a profile: uploads that nothing shows yet."""
    found: dict[Role, int] = {}
    for role, shape in SHAPES.items():
        if role in act.files:
            act.house.limits.take(UPLOAD, str(act.person.account.id))
            made = await act.house.uploads.add(act.person.account.id, act.files[role], Sent(), shape=shape)
            found[role] = made.id
    return found


async def pin(act: Act) -> Answer:
    """Put a post of the caller's first on their profile."""
    post = await pinning.pin(act.desk, act.person.actor, path_id(act.path, "post"))
    return await act.look(lambda view: Answer(body=one_status(view, post.id)))


async def unpin(act: Act) -> Answer:
    """Take a post down from there."""
    post = await pinning.unpin(act.desk, act.person.actor, path_id(act.path, "post"))
    return await act.look(lambda view: Answer(body=one_status(view, post.id)))


def _domains(fields: Fields) -> tuple[str, ...] | None:
    """The sites that may name an author; an empty list takes all away."""
    return tuple(fields.texts("attribution_domains")) if fields.sent("attribution_domains") else None
