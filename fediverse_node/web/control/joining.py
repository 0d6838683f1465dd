"""Operations on who comes in, how, and who looks after the server."""

from __future__ import annotations

from typing import Final

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import standing
from fediverse_node.accounts.model import Account, Role
from fediverse_node.actors.model import Actor
from fediverse_node.joining import admitting, invitations, links, queries, roster
from fediverse_node.joining.model import Invitation
from fediverse_node.joining.sign_up import sender_of
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.email import check_address
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.moderation import acts
from fediverse_node.node import Node
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.operation import JsonDict, Progress

_ROLES: Final[dict[str, Role | None]] = {"none": None, "moderator": "moderator", "owner": "owner"}
_MOST_ACTS: Final = 200


async def invite(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{uses?, days?, note}` → the invitation; None for no end."""
    del progress
    uses, days, note = arguments["uses"], arguments["days"], arguments["note"]
    made = await node.db.write(lambda tx: invitations.create(tx, uses=uses, days=days, note=note))
    return _invitation(node, made, None, works=True)


async def list_invitations(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{invitations: [...]}`, newest first."""
    del arguments, progress

    def unit(tx: Tx) -> list[JsonDict]:
        found = invitations.listing(tx)
        owners = {
            each.account_id: accounts.with_actor(tx, each.account_id) for each in found if each.account_id
        }
        return [
            _invitation(node, each, owners.get(each.account_id or 0), works=each.works(tx.now))
            for each in found
        ]

    return {"invitations": await node.db.read(unit)}


async def revoke_invitation(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{code}` → `{code}`: nobody comes in by it any more."""
    del progress

    def unit(tx: Tx) -> JsonDict:
        found = invitations.by_code(tx, arguments["code"].rstrip("/").rpartition("/")[2])
        if found is None:
            raise NotFound("There is no such invitation. `invite list` shows those there are.")
        invitations.revoke(tx, found.id)
        return {"code": found.code}

    return await node.db.write(unit)


async def waiting(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{accounts: [...]}`: who signed up and is not in yet, the oldest first."""
    del arguments, progress

    def unit(tx: Tx) -> list[JsonDict]:
        ids = queries.waiting_ids(tx)
        people = standing.actors_of(tx, ids)
        found = roster.entries(tx, [people[id_] for id_ in ids if id_ in people])
        return [_entry(entry) for entry in found]

    return {"accounts": await node.db.read(unit)}


async def approve(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{handle, waits}`: still true while the address is not confirmed."""
    del progress

    def unit(tx: Tx) -> JsonDict:
        account, actor = account_named(tx, arguments["name"])
        now = admitting.approve(tx, sender_of(node.config), account, actor)
        acts.note(tx, None, "approve", actor.handle)
        return {"handle": actor.handle, "waits": now.waits}

    return await node.db.write(unit)


async def refuse(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{handle}`: the account is gone, and its name free."""
    del progress

    def unit(tx: Tx) -> JsonDict:
        account, actor = account_named(tx, arguments["name"])
        admitting.refuse(tx, account, actor)
        acts.note(tx, None, "reject", actor.handle)
        return {"handle": actor.handle}

    return await node.db.write(unit)


async def confirm(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, address?}` → `{handle, address, waits}`: the address of the account is its owner's."""
    del progress
    address = check_address(arguments["address"]) if arguments.get("address") else None

    def unit(tx: Tx) -> JsonDict:
        account, actor = account_named(tx, arguments["name"])
        if address is not None:
            queries.set_email(tx, account.id, address, confirmed=True)
        known = queries.emails_of(tx, [account.id]).get(account.id)
        if known is None and not account.unconfirmed:
            raise NotValid(f"{actor.handle} has no e-mail address here. Give one with --address.")
        now = admitting.confirm(tx, sender_of(node.config), account, actor)
        return {"handle": actor.handle, "address": known.address if known else None, "waits": now.waits}

    return await node.db.write(unit)


async def reset_link(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{handle, link}`: an address that sets a new password once, within an hour."""
    del progress
    sender = sender_of(node.config)

    def unit(tx: Tx) -> JsonDict:
        account, actor = account_named(tx, arguments["name"])
        if account.disabled_at is not None or not actor.active:
            raise NotValid(
                f"{actor.handle} may not sign in: the account is not in yet, disabled or suspended."
            )
        acts.note(tx, None, "reset-link", actor.handle)
        return {"handle": actor.handle, "link": sender.link("reset", links.create(tx, account.id, "reset"))}

    return await node.db.write(unit)


async def set_role(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, role}` → `{handle, role}`: what the account may do for the server.

    Raises:
        NotValid: it would take the last owner away (ADM-01).
    """
    del progress
    role = _ROLES[arguments["role"]]

    def unit(tx: Tx) -> JsonDict:
        account, actor = account_named(tx, arguments["name"])
        if account.role == "owner" and role != "owner" and not _other_owners(tx, account):
            raise NotValid(f"{actor.handle} is the only owner. Make somebody else one first.")
        standing.give_role(tx, account.id, role)
        acts.note(tx, None, f"role.{role}", actor.handle)
        return {"handle": actor.handle, "role": role}

    return await node.db.write(unit)


async def list_acts(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{acts: [...]}`: what those who look after the server did last, newest first."""
    del arguments, progress

    def unit(tx: Tx) -> list[JsonDict]:
        found = acts.listing(tx, limit=_MOST_ACTS)
        people = {
            each.account_id: accounts.with_actor(tx, each.account_id) for each in found if each.account_id
        }
        return [
            {
                "at": to_rfc3339(each.created_at),
                "by": _handle(people.get(each.account_id)) if each.account_id else None,
                "action": each.action,
                "target": each.target,
                "note": each.note,
            }
            for each in found
        ]

    return {"acts": await node.db.read(unit)}


def _other_owners(tx: Tx, account: Account) -> bool:
    return any(each.role == "owner" and each.id != account.id for each, _ in standing.with_role(tx))


def _handle(person: tuple[Account, Actor] | None) -> str | None:
    return None if person is None else person[1].handle


def _invitation(
    node: Node, found: Invitation, owner: tuple[Account, Actor] | None, *, works: bool
) -> JsonDict:
    return {
        "code": found.code,
        "link": f"{node.config.origin}/join/{found.code}",
        "by": _handle(owner),
        "note": found.note,
        "uses_left": found.uses_left,
        "used": found.used,
        "expires_at": to_rfc3339(found.expires_at) if found.expires_at else None,
        "works": works,
    }


def _entry(entry: roster.Entry) -> JsonDict:
    account, asked = entry.account, entry.sign_up
    assert account is not None
    return {
        "name": entry.actor.username,
        "handle": entry.actor.handle,
        "pending": account.pending,
        "unconfirmed": account.unconfirmed,
        "email": entry.email.address if entry.email else None,
        "reason": asked.reason if asked else "",
        "at": to_rfc3339(account.created_at),
    }
