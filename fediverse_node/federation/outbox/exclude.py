"""Shutting out: what the operator decides about servers and about single accounts.

The other side is told nothing: a server that is shut out gets no more mail, and one that asks gets a 403.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import sessions
from fediverse_node.actors import errands
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import claims
from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import DomainBlock, names_of
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines.parting import leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a decision about a server did: actors hidden or shown again, letters that were not sent."""

    hidden: int = 0
    shown: int = 0
    turned_back: int = 0


def decide(tx: Tx, found: DomainBlock, *, own_domain: str) -> Effect:
    """Make *found* the rule for its server. Following ends at once where that is shut out.

    Raises:
        NotValid: it is this server, or one that this server belongs to.
    """
    if found.domain in names_of(own_domain):
        raise NotValid(f"{found.domain} is this server.")
    before = servers.find(tx, found.domain)
    servers.save(tx, found)
    if found.severity != "suspend":
        was_out = before is not None and before.severity == "suspend"
        return Effect(shown=servers.let_in(tx, found.domain) if was_out else 0)
    hidden = servers.suspend_actors(tx, found.domain)
    for actor_id in hidden:
        leave(tx, actor_id)
    hosts = [host for host in claims.waiting_hosts(tx) if found.domain in names_of(host)]
    return Effect(hidden=len(hidden), turned_back=sum(claims.turn_back(tx, host) for host in hosts))


def withdraw(tx: Tx, domain: str) -> Effect | None:
    """Take the rule for a server back. None when there was none."""
    if not servers.remove(tx, domain):
        return None
    return Effect(shown=servers.let_in(tx, domain))


def suspend(tx: Tx, actor: Actor) -> None:
    """Suspend one account: it acts no more, is shown nowhere, follows and is followed no more.

    Whoever is signed in to it is signed out, and has to sign in anew should it ever come back. Each yes
    to training ends with it, and does not come back.

    Raises:
        NotValid: it is this server's own.
    """
    if actor.local and actor.type == "Application":
        raise NotValid("This server's own actor cannot be suspended.")
    servers.suspend(tx, actor)
    if not actor.local:
        leave(tx, actor.id)
        return
    errands.ask(tx, actor.id, "lapse")
    account = accounts.by_actor(tx, actor.id)
    if account is not None:
        sessions.end_others(tx, account.id)


def changes(rules: Sequence[DomainBlock], wanted: Sequence[DomainBlock]) -> list[tuple[str, DomainBlock]]:
    """What taking over *wanted* would do to *rules*: (`add` or `change`, the new rule) by difference."""
    known = {rule.domain: rule for rule in rules}
    return [
        ("change" if rule.domain in known else "add", rule)
        for rule in wanted
        if known.get(rule.domain) != rule
    ]
