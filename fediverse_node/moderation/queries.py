"""SQL of the moderation room about people: blocks, mutes, shunned servers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fediverse_node.actors.tables import actors
from fediverse_node.moderation.model import Block, Mute, Stance
from fediverse_node.moderation.policy import BELL, policy
from fediverse_node.moderation.tables import blocks, mutes, shunned_domains
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Row, Tx

_BLOCK = tuple(field.name for field in fields(Block))
_MUTE = tuple(field.name for field in fields(Mute))
_ME = sa.bindparam("me", type_=sa.BigInteger)
_THEM: sa.BindParameter[int] = sa.bindparam("them", expanding=True)
# Asked with many pages, so they are built once.
_BLOCKS_OF = (
    sa.select(blocks.c.actor_id, blocks.c.target_id, actors.c.uri)
    .join_from(
        blocks,
        actors,
        sa.or_(
            sa.and_(blocks.c.actor_id == _ME, actors.c.id == blocks.c.target_id),
            sa.and_(blocks.c.target_id == _ME, actors.c.id == blocks.c.actor_id),
        ),
    )
    .where(sa.or_(blocks.c.actor_id == _ME, blocks.c.target_id == _ME))
)
_BLOCKS_WITH = _BLOCKS_OF.where(sa.or_(blocks.c.target_id.in_(_THEM), blocks.c.actor_id.in_(_THEM)))
_MUTES_OF = sa.select(*(mutes.c[name] for name in _MUTE)).where(mutes.c.actor_id == _ME)
_MUTES_WITH = _MUTES_OF.where(mutes.c.target_id.in_(_THEM))
_DOMAINS_OF = sa.select(shunned_domains.c.domain).where(shunned_domains.c.actor_id == _ME)
_PAIR = sa.select(*(blocks.c[name] for name in _BLOCK)).where(
    blocks.c.actor_id == sa.bindparam("by"), blocks.c.target_id == sa.bindparam("of")
)
#: Blocks or mutes of one person that are kept in memory, and people for whom they are.
MAX_KEPT = 1_000
MAX_STANCES = 2_000
_SOME_BLOCKS = _BLOCKS_OF.limit(MAX_KEPT + 1)
_SOME_MUTES = _MUTES_OF.limit(MAX_KEPT + 1)
NEUTRAL = Stance(muting={})


def block(tx: Tx, found: Block) -> bool:
    """Store a block. False when the pair has one already."""
    added = tx.insert_new(blocks, {name: getattr(found, name) for name in _BLOCK})
    if added:
        tx.ring(BELL)
    return added


def find_block(tx: Tx, actor_id: int, target_id: int) -> Block | None:
    """The block of this pair."""
    if not policy(tx).concerns(actor_id):
        return None
    row = tx.first(_PAIR, {"by": actor_id, "of": target_id})
    return None if row is None else Block(**dict(zip(_BLOCK, row, strict=True)))


def block_by_uri(tx: Tx, uri: str) -> Block | None:
    """The block that this Block activity made."""
    row = tx.first(sa.select(*(blocks.c[name] for name in _BLOCK)).where(blocks.c.uri == uri))
    return None if row is None else Block(**dict(zip(_BLOCK, row, strict=True)))


def unblock(tx: Tx, found: Block) -> bool:
    """Forget a block. False when it was gone."""
    removed = tx.execute(blocks.delete().where(blocks.c.id == found.id)).rowcount == 1
    if removed:
        tx.ring(BELL)
    return removed


def mute(tx: Tx, actor_id: int, target_id: int, *, notifications: bool, expires_at: datetime | None) -> None:
    """Let a person hear nothing of an actor; a second time changes how."""
    values = {
        "id": tx.new_id(),
        "actor_id": actor_id,
        "target_id": target_id,
        "notifications": notifications,
        "expires_at": expires_at,
        "created_at": tx.now,
    }
    tx.upsert(mutes, values, key=["actor_id", "target_id"])
    tx.ring(BELL)


def carry_mutes(tx: Tx, old_id: int, new_id: int) -> int:
    """Whoever hears nothing of *old_id* hears nothing of *new_id*, its new home. Gives how many that are."""
    rows = tx.all(sa.select(mutes).where(mutes.c.target_id == old_id, mutes.c.actor_id != new_id))
    for row in rows:
        mute(tx, row.actor_id, new_id, notifications=row.notifications, expires_at=row.expires_at)
    return len(rows)


def blockers(tx: Tx, target_id: int, *, limit: int) -> list[int]:
    """The people here who block an actor, those who did first before the others."""
    if not policy(tx).concerns(target_id):
        return []
    statement = sa.select(blocks.c.actor_id).join_from(blocks, actors, actors.c.id == blocks.c.actor_id)
    here = statement.where(blocks.c.target_id == target_id, actors.c.local, actors.c.deleted_at.is_(None))
    return [row[0] for row in tx.all(here.order_by(blocks.c.id).limit(limit))]


def unmute(tx: Tx, actor_id: int, target_id: int) -> None:
    """Forget a mute."""
    tx.execute(mutes.delete().where(mutes.c.actor_id == actor_id, mutes.c.target_id == target_id))
    tx.ring(BELL)


def shun(tx: Tx, actor_id: int, domain: str) -> None:
    """Let a person hear nothing of a server (canonical)."""
    values = {"id": tx.new_id(), "actor_id": actor_id, "domain": domain, "created_at": tx.now}
    tx.insert_new(shunned_domains, values)
    tx.ring(BELL)


def unshun(tx: Tx, actor_id: int, domain: str) -> None:
    """Let a person hear a server again."""
    where = sa.and_(shunned_domains.c.actor_id == actor_id, shunned_domains.c.domain == domain)
    tx.execute(shunned_domains.delete().where(where))
    tx.ring(BELL)


def stance(tx: Tx, actor_id: int | None, others: Iterable[int]) -> Stance:
    """How an actor stands to *others*, and perhaps to more.

    No statement for whoever has nothing to do with any of this, nor for whoever was asked for lately; for
    the rest three. Of somebody with very many blocks or mutes only those with *others* are read.
    """
    rules = policy(tx)
    if actor_id is None or not rules.concerns(actor_id):
        return NEUTRAL
    kept = rules.stances.get(actor_id)
    if kept is None:
        kept, whole = _read(tx, actor_id, others)
        # Not what was read before the rules changed: `rules` may be younger than this transaction.
        if whole and rules.read_at is not None and tx.now >= rules.read_at:
            if len(rules.stances) >= MAX_STANCES:
                rules.stances.clear()
            rules.stances[actor_id] = kept
    over = [id_ for id_, mute in kept.muting.items() if mute.expires_at and mute.expires_at <= tx.now]
    if not over:
        return kept
    return replace(kept, muting={id_: mute for id_, mute in kept.muting.items() if id_ not in over})


def apart(tx: Tx, actor_id: int, others: Iterable[int]) -> frozenset[int]:
    """Those of *others* who block the actor, or whom it blocks."""
    them = frozenset(others)
    found = stance(tx, actor_id, them)
    return them & (found.blocking | found.blocked_by)


def _read(tx: Tx, me: int, others: Iterable[int]) -> tuple[Stance, bool]:
    """The stance, and whether it is to everybody."""
    between = tx.all(_SOME_BLOCKS, {"me": me})
    muted = tx.all(_SOME_MUTES, {"me": me})
    whole = len(between) <= MAX_KEPT and len(muted) <= MAX_KEPT
    if not whole:
        them = {"me": me, "them": list(set(others))}
        between, muted = tx.all(_BLOCKS_WITH, them), tx.all(_MUTES_WITH, them)
    made = Stance(
        blocking=frozenset(row[1] for row in between if row[0] == me),
        blocked_by=frozenset(row[0] for row in between if row[1] == me),
        muting={mute.target_id: mute for mute in map(_mute, muted)},
        domains=frozenset(row[0] for row in tx.all(_DOMAINS_OF, {"me": me})),
        apart_uris=frozenset(row[2] for row in between),
    )
    return made, whole


def turns_away(tx: Tx, person_id: int, actor_id: int, domain: str) -> bool:
    """Whether a person here takes nothing from an actor: blocked by them, or of a server they shun."""
    if not policy(tx).concerns(person_id):
        return False
    found = stance(tx, person_id, [actor_id])
    return actor_id in found.blocking or found.shuns(domain)


def blocks_page(tx: Tx, actor_id: int, page: Page) -> list[tuple[int, int]]:
    """(id of the block, id of the blocked), newest first."""
    return _targets(tx, blocks, actor_id, page)


def mutes_page(tx: Tx, actor_id: int, page: Page) -> list[Mute]:
    """Mutes that are in force, newest first."""
    statement: sa.Select[Any] = sa.select(*(mutes.c[name] for name in _MUTE)).where(
        mutes.c.actor_id == actor_id,
        sa.or_(mutes.c.expires_at.is_(None), mutes.c.expires_at > tx.now),
    )
    return [_mute(row) for row in paging.rows(tx, statement, mutes.c.id, page)]


def shunned_page(tx: Tx, actor_id: int, page: Page) -> list[tuple[int, str]]:
    """(id, domain) of the servers a person does not hear, newest first."""
    statement: sa.Select[Any] = sa.select(shunned_domains.c.id, shunned_domains.c.domain).where(
        shunned_domains.c.actor_id == actor_id
    )
    return [(row[0], row[1]) for row in paging.rows(tx, statement, shunned_domains.c.id, page)]


def _targets(tx: Tx, table: sa.Table, actor_id: int, page: Page) -> list[tuple[int, int]]:
    statement: sa.Select[Any] = sa.select(table.c.id, table.c.target_id).where(table.c.actor_id == actor_id)
    return [(row[0], row[1]) for row in paging.rows(tx, statement, table.c.id, page)]


def _mute(row: Row) -> Mute:
    return Mute(**dict(zip(_MUTE, row, strict=True)))
