"""Routes about people, for those who look after the server.

Nobody acts upon themselves or upon somebody of the same role. Each act is written down with who did it
(ADM-01), in the transaction that does it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fediverse_node.accounts import standing
from fediverse_node.accounts.model import Account
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox import exclude
from fediverse_node.federation.profiles import lapse
from fediverse_node.joining import admitting, roster
from fediverse_node.joining.roster import STATUSES, Search
from fediverse_node.joining.sign_up import sender_of
from fediverse_node.kernel.errors import NotAllowed, NotFound, NotValid
from fediverse_node.moderation import acts, reports, servers
from fediverse_node.moderation.model import canonical_domain
from fediverse_node.oauth import tokens
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.entities_admin import admin_accounts, of_actors
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.paging import cursors, page_of
from fediverse_node.web.client_api.view import Act, Answer, View, path_id

_MOST: Final = 80
_KINDS: Final = ("none", "disable", "sensitive", "silence", "suspend")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Whom something is done to; `account` is None for people elsewhere."""

    actor: Actor
    account: Account | None

    def at_home(self) -> Account:
        """The account.

        Raises:
            NotValid: they live elsewhere.
        """
        if self.account is None:
            raise NotValid(f"{self.actor.handle} does not live here.")
        return self.account


def listing(view: View) -> Answer:
    """Everybody known here, the newest first, in Mastodon's older way of asking."""
    fields = view.fields
    wanted = [status for status in STATUSES if fields.flag(status)]
    place = {"local": True, "remote": False}
    asked = [where for name, where in place.items() if fields.flag(name)]
    return _found(view, status=wanted[0] if wanted else None, local=asked[0] if len(asked) == 1 else None)


def listing_v2(view: View) -> Answer:
    """Everybody known here, the newest first; `origin`, `status`, `permissions=staff` and more narrow it."""
    origin = view.fields.choice("origin", ("local", "remote"))
    status = view.fields.choice("status", STATUSES)
    return _found(view, status=status, local=None if origin is None else origin == "local")


def show(view: View) -> Answer:
    """One of them."""
    actor_id = path_id(view.path, "account")
    found = of_actors(view, [actor_id]).get(actor_id)
    if found is None:
        raise NotFound("There is no such account.")
    return Answer(body=found)


async def approve(act: Act) -> Answer:
    """Let somebody in who waits for it."""
    sender = sender_of(act.house.config)
    return await _done(act, "approve", lambda tx, to: admitting.approve(tx, sender, to.at_home(), to.actor))


async def reject(act: Act) -> Answer:
    """Remove the account of somebody who waits to come in. Its name is free again."""
    shown = await act.look(show)
    await _done(act, "reject", lambda tx, to: admitting.refuse(tx, to.at_home(), to.actor), shows=False)
    return shown


async def act_upon(act: Act) -> Answer:
    """Do `type` to an account: `none`, `disable`, `silence` or `suspend`; a `report_id` is resolved by it.

    `sensitive` is refused: there is no such thing here.
    """
    kind = act.fields.choice("type", _KINDS)
    if kind is None or kind == "sensitive":
        raise NotValid("type must be one of: none, disable, silence, suspend.")
    report_id, note, by = act.fields.id("report_id"), act.fields.text("text") or "", act.person.account.id

    def do(tx: Tx, to: _Target) -> None:
        _ACTIONS[kind](tx, to)
        if report_id is not None:
            reports.close(tx, report_id, by=by)
        elif kind == "suspend":
            reports.close_all_about(tx, to.actor.id, by=by)

    await _done(act, kind, do, note=note, shows=False)
    return Answer(body={})


async def enable(act: Act) -> Answer:
    """Let somebody sign in again."""
    return await _done(act, "enable", lambda tx, to: standing.enable(tx, to.at_home().id))


async def unsilence(act: Act) -> Answer:
    """Let somebody be heard by everybody again."""
    return await _done(act, "unsilence", lambda tx, to: servers.unsilence(tx, to.actor))


async def unsuspend(act: Act) -> Answer:
    """Let somebody act and be shown again."""
    actor_id = path_id(act.path, "account")
    await act.desk.db.read(lambda tx: _target(tx, act.person.account, actor_id))
    # What the suspension ended must not come back, also where nobody has noted it yet.
    await lapse.end_all(act.desk.db, actor_id)
    return await _done(act, "unsuspend", _unsuspend)


async def _done(
    act: Act, action: str, do: Callable[[Tx, _Target], object], *, note: str = "", shows: bool = True
) -> Answer:
    """*do* it to whom the path names, write down who did, and show how they stand now."""
    by, actor_id = act.person.account, path_id(act.path, "account")

    def unit(tx: Tx) -> None:
        to = _target(tx, by, actor_id)
        do(tx, to)
        acts.note(tx, by.id, action, to.actor.handle, text=note)

    await act.desk.db.write(unit)
    return await act.look(show) if shows else Answer(body={})


def _target(tx: Tx, by: Account, actor_id: int) -> _Target:
    actor = actors.by_id(tx, actor_id)
    if actor is None or actor.deleted_at is not None or actor.type == "Application":
        raise NotFound("There is no such account.")
    account = standing.of_actors(tx, [actor_id]).get(actor_id)
    equal = account is not None and account.moderates and (by.role != "owner" or account.role == "owner")
    if account is not None and (account.id == by.id or equal):
        raise NotAllowed(
            "You may not do this to yourself, nor to somebody who has your role or a higher one."
        )
    return _Target(actor=actor, account=account)


def _disable(tx: Tx, to: _Target) -> None:
    account = to.at_home()
    standing.disable(tx, account.id)
    tokens.sign_out_everywhere(tx, account.id)


def _suspend(tx: Tx, to: _Target) -> None:
    if to.account is not None and to.account.waits:
        raise NotValid(f"{to.actor.handle} is not in yet. Approve or reject them.")
    exclude.suspend(tx, to.actor)


def _unsuspend(tx: Tx, to: _Target) -> None:
    if to.account is not None and to.account.waits:
        raise NotValid(f"{to.actor.handle} is not in yet. Approve or reject them.")
    if not servers.unsuspend(tx, to.actor):
        raise NotValid(f"{to.actor.handle} stays hidden while its server is shut out.")


_ACTIONS: Final[dict[str, Callable[[Tx, _Target], None]]] = {
    "none": lambda tx, to: None,  # noqa: ARG005 only written down
    "disable": _disable,
    "silence": lambda tx, to: servers.silence(tx, to.actor),
    "suspend": _suspend,
}


def _found(view: View, *, status: str | None, local: bool | None) -> Answer:
    page, wanted = page_of(view.fields, default=40, most=_MOST), _search(view, status, local)
    found = roster.listing(view.tx, wanted, page) if wanted is not None else []
    shown = admin_accounts(view, found)
    ids = [entry.actor.id for entry in found]
    return Answer(body=[shown[id_] for id_ in ids], cursors=cursors(ids, page))


def _search(view: View, status: str | None, local: bool | None) -> Search | None:  # noqa: FBT001 None is a third
    """What is looked for; None when it cannot be found by it: no address of the net is kept here."""
    fields, invited_by = view.fields, view.fields.id("invited_by")
    inviter = standing.of_actors(view.tx, [invited_by]).get(invited_by) if invited_by else None
    if fields.has("ip") or (invited_by is not None and inviter is None):
        return None
    domain = fields.text("by_domain")
    return Search(
        local=local,
        status=status,
        staff=bool(fields.flag("staff")) or _staff(fields),
        username=fields.text("username") or "",
        name=fields.text("display_name") or "",
        email=fields.text("email") or "",
        domain=canonical_domain(domain) if domain else "",
        invited_by=inviter.id if inviter else None,
    )


def _staff(fields: Fields) -> bool:
    return fields.choice("permissions", ("staff",)) is not None
