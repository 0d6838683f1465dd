"""All SQL of the moderation room about servers and single suspensions.

A suspended server's actors are marked as suspended themselves, so that no read path has to know of it;
those that were suspended one by one have a row of their own, and stay so when their server is let in.
"""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa

from fediverse_node.actors.model import Actor
from fediverse_node.actors.tables import actors
from fediverse_node.kernel.urls import authority_of
from fediverse_node.moderation.model import DomainBlock, names_of
from fediverse_node.moderation.policy import BELL, policy
from fediverse_node.moderation.tables import domain_blocks, silences, suspensions
from fediverse_node.storage.tx import Row, Tx

#: Rows that one statement names.
_AT_ONCE = 500


def every(tx: Tx) -> list[DomainBlock]:
    """What was decided about servers, by name."""
    statement = sa.select(*(domain_blocks.c[name] for name in DomainBlock.__dataclass_fields__))
    return [DomainBlock(**row._mapping) for row in tx.execute(statement.order_by(domain_blocks.c.domain))]  # noqa: SLF001 SQLAlchemy's public name


def find(tx: Tx, domain: str) -> DomainBlock | None:
    """What was decided about exactly this domain."""
    return next((each for each in every(tx) if each.domain == domain), None)


def save(tx: Tx, found: DomainBlock) -> None:
    """Decide about a server, or decide anew."""
    tx.upsert(domain_blocks, {**asdict(found), "created_at": tx.now}, key=["domain"])
    tx.ring(BELL)


def remove(tx: Tx, domain: str) -> bool:
    """Decide nothing about a server any more. False when nothing was."""
    tx.ring(BELL)
    return tx.execute(domain_blocks.delete().where(domain_blocks.c.domain == domain)).rowcount == 1


def suspend_actors(tx: Tx, domain: str) -> list[int]:
    """Mark the actors of *domain* and below it. Gives those that were not yet."""
    ids = [row[0] for row in _at(tx, domain, actors.c.suspended_at.is_(None))]
    _mark(tx, ids, suspended=True)
    return ids


def let_in(tx: Tx, domain: str) -> int:
    """Take the mark off the actors of *domain*, but for those suspended themselves or by another rule."""
    alone = actors.c.id.not_in(sa.select(suspensions.c.actor_id))
    rules = policy(tx)
    found = _at(tx, domain, sa.and_(actors.c.suspended_at.is_not(None), alone))
    freed = [row[0] for row in found if not rules.is_out(row[1], row[2])]
    _mark(tx, freed, suspended=False)
    return len(freed)


def suspend(tx: Tx, actor: Actor) -> None:
    """Suspend one actor."""
    tx.insert_new(suspensions, {"actor_id": actor.id, "created_at": tx.now})
    tx.execute(
        actors.update()
        .where(actors.c.id == actor.id, actors.c.suspended_at.is_(None))
        .values(suspended_at=tx.now, updated_at=tx.now)
    )
    tx.ring(BELL)


def unsuspend(tx: Tx, actor: Actor) -> bool:
    """Let one actor act again. False while its whole server is shut out."""
    tx.execute(suspensions.delete().where(suspensions.c.actor_id == actor.id))
    tx.ring(BELL)
    if not actor.local and policy(tx).is_out(actor.domain, actor.uri):
        return False
    tx.execute(actors.update().where(actors.c.id == actor.id).values(suspended_at=None, updated_at=tx.now))
    return True


def silence(tx: Tx, actor: Actor) -> None:
    """Let one actor be heard only by those who follow them."""
    tx.insert_new(silences, {"actor_id": actor.id, "created_at": tx.now})
    tx.ring(BELL)


def unsilence(tx: Tx, actor: Actor) -> None:
    """Let one actor be heard by everybody again, unless their whole server is silenced."""
    tx.execute(silences.delete().where(silences.c.actor_id == actor.id))
    tx.ring(BELL)


def _at(tx: Tx, domain: str, where: sa.ColumnElement[bool]) -> list[Row]:
    """(id, domain, uri) of remote actors of *domain*, with any port, and below it; by handle or by id.

    The pattern only narrows the search: an address may hold another server's name in its path.
    """
    near = sa.or_(
        actors.c.domain.contains(domain, autoescape=True), actors.c.uri.contains(domain, autoescape=True)
    )
    statement = sa.select(actors.c.id, actors.c.domain, actors.c.uri).where(
        sa.not_(actors.c.local), near, where
    )
    return [
        row for row in tx.all(statement) if domain in {*names_of(row[1]), *names_of(authority_of(row[2]))}
    ]


def _mark(tx: Tx, ids: list[int], *, suspended: bool) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        some = actors.c.id.in_(ids[start : start + _AT_ONCE])
        tx.execute(actors.update().where(some).values(suspended_at=tx.now if suspended else None))
