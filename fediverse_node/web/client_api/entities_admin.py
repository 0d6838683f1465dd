"""Mastodon's Admin::Account and its relatives, for those who look after the server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from fediverse_node.accounts import standing
from fediverse_node.joining import roster
from fediverse_node.joining.roster import Entry
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.moderation.model import DomainBlock, Report
from fediverse_node.posts import queries as posts
from fediverse_node.web.client_api import entities_status
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.roles import role_entity
from fediverse_node.web.client_api.view import JsonDict, View

#: An id fits into what apps keep ids in.
_ID_BITS: Final = 62


def admin_accounts(view: View, found: Sequence[Entry]) -> dict[int, JsonDict]:
    """Admin::Account entities by actor id. Addresses of the net are not kept here, so there is no `ip`."""
    public = accounts(view, (entry.actor for entry in found))
    inviters = _inviters(view, found)
    return {entry.actor.id: _admin_account(entry, public[entry.actor.id], inviters) for entry in found}


def of_actors(view: View, actor_ids: Iterable[int]) -> dict[int, JsonDict]:
    """The same, of these actors."""
    return admin_accounts(view, roster.entries(view.tx, dict.fromkeys(actor_ids)))


def admin_reports(view: View, found: Sequence[Report]) -> list[JsonDict]:
    """Admin::Report entities. Of the posts those are shown that the one who looks may see (ADM-02)."""
    staff = _actors_of(view, [id_ for each in found for id_ in (each.assigned_to, each.closed_by) if id_])
    people = of_actors(
        view, [*(id_ for each in found for id_ in (each.reporter_id, each.target_id)), *staff.values()]
    )
    named = posts.by_uris(view.tx, [uri for each in found for uri in each.post_uris])
    shown = entities_status.by_id(view, list(named.values()))
    return [
        {
            "id": str(report.id),
            "action_taken": report.closed_at is not None,
            "action_taken_at": to_rfc3339_millis(report.closed_at) if report.closed_at else None,
            "category": report.category or "other",
            "comment": report.comment,
            "forwarded": report.forwarded,
            "created_at": to_rfc3339_millis(report.created_at),
            "updated_at": to_rfc3339_millis(report.closed_at or report.created_at),
            "account": people[report.reporter_id],
            "target_account": people[report.target_id],
            "assigned_account": people.get(staff.get(report.assigned_to or 0, 0)),
            "action_taken_by_account": people.get(staff.get(report.closed_by or 0, 0)),
            "statuses": [
                shown[named[uri].id] for uri in report.post_uris if uri in named and named[uri].id in shown
            ],
            "rules": [],
        }
        for report in found
    ]


def domain_block(rule: DomainBlock) -> JsonDict:
    """Admin::DomainBlock."""
    return {
        "id": str(block_id(rule.domain)),
        "domain": rule.domain,
        "digest": hashlib.sha256(rule.domain.encode()).hexdigest(),
        "created_at": to_rfc3339_millis(rule.created_at) if rule.created_at else None,
        "severity": rule.severity,
        "reject_media": rule.reject_media,
        "reject_reports": rule.reject_reports,
        "private_comment": None,
        "public_comment": rule.public_comment or None,
        "obfuscate": rule.obfuscate,
    }


def block_id(domain: str) -> int:
    """A number for apps: here rules go by the name of the server, and have none."""
    digest = hashlib.sha256(domain.encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - _ID_BITS)


def _admin_account(entry: Entry, public: JsonDict, inviters: dict[int, int]) -> JsonDict:
    actor, account, sign_up = entry.actor, entry.account, entry.sign_up
    inviter = inviters.get(sign_up.invited_by or 0) if sign_up else None
    return {
        "id": str(actor.id),
        "username": actor.username,
        "domain": None if actor.local else actor.domain,
        "created_at": to_rfc3339_millis(actor.created_at),
        "email": entry.email.address if entry.email else None,
        "ip": None,
        "ips": [],
        "locale": account.language if account else None,
        "invite_request": sign_up.reason or None if sign_up else None,
        "role": role_entity(account.role if account else None),
        "confirmed": account is None or not account.unconfirmed,
        "approved": account is None or not account.pending,
        "disabled": account is not None and account.disabled_at is not None,
        "silenced": entry.silenced,
        "sensitized": False,
        "suspended": entry.suspended,
        "account": {**public, "suspended": entry.suspended},
        "created_by_application_id": str(sign_up.app_id) if sign_up and sign_up.app_id else None,
        "invited_by_account_id": str(inviter) if inviter else None,
    }


def _inviters(view: View, found: Sequence[Entry]) -> dict[int, int]:
    """Who invited them: actors by account."""
    return _actors_of(view, [e.sign_up.invited_by for e in found if e.sign_up and e.sign_up.invited_by])


def _actors_of(view: View, account_ids: list[int]) -> dict[int, int]:
    return standing.actors_of(view.tx, account_ids) if account_ids else {}
