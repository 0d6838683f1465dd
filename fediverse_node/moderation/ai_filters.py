"""Who does not want to see what models wrote: single people, and the operator for everybody's timelines."""

from __future__ import annotations

from typing import Final, get_args

import sqlalchemy as sa

from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation.model import AiFilter
from fediverse_node.moderation.policy import BELL, HIDES_AI, policy
from fediverse_node.moderation.tables import ai_filters, house_rules
from fediverse_node.storage.tx import Tx

#: The weakest first.
FILTERS: Final[tuple[AiFilter, ...]] = get_args(AiFilter)
_OF = sa.select(ai_filters.c.hides).where(ai_filters.c.actor_id == sa.bindparam("of"))


def filter_named(text: str) -> AiFilter:
    """The filter of this name.

    Raises:
        NotValid: there is none.
    """
    found = next((each for each in FILTERS if each == text), None)
    if found is None:
        raise NotValid(f"An AI filter is one of: {', '.join(FILTERS)}.")
    return found


def of_person(tx: Tx, actor_id: int | None) -> AiFilter:
    """What a person does not want to see. No statement, while few people here want that."""
    if actor_id is None:
        return "off"
    hiding = policy(tx).hiding_ai
    if hiding is not None:
        return hiding.get(actor_id, "off")
    found: AiFilter | None = tx.scalar(_OF, {"of": actor_id})
    return found or "off"


def for_timeline(tx: Tx, actor_id: int | None, *, in_public: bool) -> AiFilter:
    """What a timeline leaves out for a person (None: a stranger): a public one, what either of both hides."""
    own = of_person(tx, actor_id)
    return max(own, policy(tx).hides_ai, key=FILTERS.index) if in_public else own


def choose(tx: Tx, actor_id: int, hides: AiFilter) -> None:
    """Let a person not see such posts, or see them again."""
    if hides == "off":
        tx.execute(ai_filters.delete().where(ai_filters.c.actor_id == actor_id))
    else:
        tx.upsert(ai_filters, {"actor_id": actor_id, "hides": hides}, key=["actor_id"])
    tx.ring(BELL)


def choose_for_all(tx: Tx, hides: AiFilter) -> None:
    """Leave such posts out of the public timelines of this server, or show them again."""
    tx.upsert(house_rules, {"name": HIDES_AI, "value": hides}, key=["name"])
    tx.ring(BELL)


def leaves_out(hides: AiFilter, disclosure: str | None) -> bool:
    """Whether a post with this label is left out."""
    if hides == "off" or disclosure is None:
        return False
    return disclosure == "ai-autonomous" or (hides == "all" and disclosure == "ai-assisted")
