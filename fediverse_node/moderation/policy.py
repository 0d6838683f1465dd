"""The part of this room that nearly every request asks, read once and kept in memory."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.moderation.model import AiFilter, DomainBlock, Policy
from fediverse_node.moderation.tables import (
    ai_filters,
    blocks,
    domain_blocks,
    house_rules,
    mutes,
    shunned_domains,
    silences,
    suspensions,
)
from fediverse_node.storage.tx import Row, Tx

#: Rung by whatever changes a table of this room that `policy` reads.
BELL = "moderation"
#: More actors than these are asked for in the rows each time.
MAX_CONCERNED = 20_000

_DOMAINS = sa.select(
    domain_blocks.c.domain,
    domain_blocks.c.severity,
    domain_blocks.c.reject_media,
    domain_blocks.c.reject_reports,
    domain_blocks.c.public_comment,
    domain_blocks.c.obfuscate,
)
_SHUNNED = sa.select(shunned_domains.c.domain).distinct().limit(MAX_CONCERNED + 1)
_HIDING_AI = sa.select(ai_filters.c.actor_id, ai_filters.c.hides).limit(MAX_CONCERNED + 1)
#: The name of the rule that says what public timelines leave out.
HIDES_AI = "hides_ai"
_HIDES_AI = sa.select(house_rules.c.value).where(house_rules.c.name == HIDES_AI)
_SUSPENDED = sa.select(suspensions.c.actor_id)
_SILENCED = sa.select(silences.c.actor_id)
_CONCERNED = sa.union(
    sa.select(blocks.c.actor_id),
    sa.select(blocks.c.target_id),
    sa.select(mutes.c.actor_id),
    sa.select(shunned_domains.c.actor_id),
).subquery()
_SOME_CONCERNED = sa.select(_CONCERNED.c.actor_id).limit(MAX_CONCERNED + 1)


def policy(tx: Tx) -> Policy:
    """What was decided here. No statement, unless it was changed or is a few seconds old."""
    return tx.remembered(BELL, _read)


def _read(tx: Tx) -> Policy:
    concerned = [row[0] for row in tx.all(_SOME_CONCERNED, {})]
    shunned = [row[0] for row in tx.all(_SHUNNED, {})]
    hiding: dict[int, AiFilter] = {row[0]: row[1] for row in tx.all(_HIDING_AI, {})}
    return Policy(
        read_at=tx.now,
        shunned=frozenset(shunned) if len(shunned) <= MAX_CONCERNED else None,
        domains={row[0]: _domain_block(row) for row in tx.all(_DOMAINS, {})},
        hides_ai=tx.scalar(_HIDES_AI, {}) or "off",
        hiding_ai=hiding if len(hiding) <= MAX_CONCERNED else None,
        suspended=frozenset(row[0] for row in tx.all(_SUSPENDED, {})),
        silenced=frozenset(row[0] for row in tx.all(_SILENCED, {})),
        concerned=frozenset(concerned) if len(concerned) <= MAX_CONCERNED else None,
    )


def _domain_block(row: Row) -> DomainBlock:
    names = ("domain", "severity", "reject_media", "reject_reports", "public_comment", "obfuscate")
    return DomainBlock(**dict(zip(names, row, strict=True)))
