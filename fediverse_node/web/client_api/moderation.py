"""Routes about whom a person does not want to hear, and what they tell whoever runs the server."""

from __future__ import annotations

import hashlib

from fediverse_node.actors import queries as actors
from fediverse_node.federation.outbox import block as use_case
from fediverse_node.federation.outbox import report as report_use_case
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.storage.paging import Page
from fediverse_node.web.client_api.accounts import relationship
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.paging import MAX_ACCOUNTS, cursors, page_of
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id

_MAX_DOMAINS = 200
_CATEGORIES = ("spam", "legal", "violation", "other")


async def block(act: Act) -> Answer:
    """Block an account."""
    await use_case.block(act.desk, act.person.actor, path_id(act.path, "account"))
    return await act.look(relationship)


async def unblock(act: Act) -> Answer:
    """Block an account no longer."""
    await use_case.unblock(act.desk, act.person.actor, path_id(act.path, "account"))
    return await act.look(relationship)


async def mute(act: Act) -> Answer:
    """Hear an account no longer, for `duration` seconds or for good; by default also in notifications."""
    await use_case.mute(
        act.desk,
        act.person.actor,
        path_id(act.path, "account"),
        notifications=act.fields.flag("notifications") is not False,
        seconds=act.fields.number("duration", default=0, most=int(use_case.MAX_MUTE.total_seconds())),
    )
    return await act.look(relationship)


async def unmute(act: Act) -> Answer:
    """Hear an account again."""
    await use_case.unmute(act.desk, act.person.actor, path_id(act.path, "account"))
    return await act.look(relationship)


def blocks(view: View) -> Answer:
    """Whom the caller blocks."""
    page = _page(view)
    return _people(view, moderation.blocks_page(view.tx, view.person.actor.id, page), page)


def mutes(view: View) -> Answer:
    """Whom the caller does not hear, and until when."""
    page = _page(view)
    found = moderation.mutes_page(view.tx, view.person.actor.id, page)
    answer = _people(view, [(mute.id, mute.target_id) for mute in found], page)
    ends = {str(mute.target_id): mute.expires_at for mute in found}
    for account in answer.body:
        until = ends[account["id"]]
        account["mute_expires_at"] = to_rfc3339_millis(until) if until else None
    return answer


def domain_blocks(view: View) -> Answer:
    """The servers that the caller does not hear."""
    page = page_of(view.fields, default=100, most=_MAX_DOMAINS)
    found = moderation.shunned_page(view.tx, view.person.actor.id, page)
    return Answer(body=[domain for _, domain in found], cursors=cursors([id_ for id_, _ in found], page))


async def block_domain(act: Act) -> Answer:
    """Hear nothing of a server."""
    await use_case.shun(act.desk, act.person.actor, _domain(act))
    return Answer(body={})


async def unblock_domain(act: Act) -> Answer:
    """Hear a server again."""
    await use_case.unshun(act.desk, act.person.actor, _domain(act))
    return Answer(body={})


async def report(act: Act) -> Answer:
    """Report an account, and posts of it, to whoever runs this server; with `forward` to the other's, too."""
    target_id = act.fields.id("account_id")
    if target_id is None:
        raise NotValid("Say whom you report: account_id.")
    category = act.fields.choice("category", _CATEGORIES) or "other"
    made = await report_use_case.report(
        act.desk,
        act.person.actor,
        target_id,
        post_ids=_ids(act.fields.texts("status_ids")),
        comment=act.fields.text("comment") or "",
        forward=bool(act.fields.flag("forward")),
        category=category,
    )

    def shown(view: View) -> Answer:
        target = actors.by_ids(view.tx, [target_id])
        body = {
            "id": str(made.id),
            "action_taken": False,
            "action_taken_at": None,
            "category": category,
            "comment": made.comment,
            "forwarded": made.forwarded,
            "created_at": to_rfc3339_millis(made.created_at),
            "status_ids": act.fields.texts("status_ids") or None,
            "rule_ids": None,
            "collection_ids": None,
            "target_account": accounts(view, target.values()).get(target_id),
        }
        return Answer(body=body)

    return await act.look(shown)


def instance_domain_blocks(view: View) -> Answer:
    """The servers that this one silences or shuts out."""
    return Answer(body=[_rule(rule) for rule in servers.every(view.tx) if rule.severity != "noop"])


def _rule(rule: DomainBlock) -> JsonDict:
    return {
        "domain": _obfuscated(rule.domain) if rule.obfuscate else rule.domain,
        "digest": hashlib.sha256(rule.domain.encode()).hexdigest(),
        "severity": rule.severity,
        "comment": rule.public_comment,
    }


def _obfuscated(domain: str) -> str:
    """As Mastodon writes it: the middle of the name in asterisks, dots kept."""
    hidden = len(domain) // 4 or 1
    return "".join(
        letter if letter == "." or place < hidden or place >= len(domain) - hidden else "*"
        for place, letter in enumerate(domain)
    )


def _domain(act: Act) -> str:
    domain = act.fields.text("domain")
    if not domain:
        raise NotValid("Say which server: domain.")
    return domain


def _ids(texts: list[str]) -> list[int]:
    if any(not (text.isascii() and text.isdigit() and len(text) < 19) for text in texts):
        raise NotValid("status_ids must be ids of posts.")
    return [int(text) for text in texts]


def _page(view: View) -> Page:
    return page_of(view.fields, default=40, most=MAX_ACCOUNTS)


def _people(view: View, found: list[tuple[int, int]], page: Page) -> Answer:
    """A page of accounts in the order of what relates them; also those that are suspended or gone."""
    people = actors.by_ids(view.tx, [actor_id for _, actor_id in found]) if found else {}
    entities = accounts(view, people.values())
    return Answer(
        body=[entities[actor_id] for _, actor_id in found if actor_id in entities],
        cursors=cursors([id_ for id_, _ in found], page),
    )
