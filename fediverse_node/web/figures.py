"""How many follow somebody, whom they follow, and how much they wrote: counted, and kept a little while.

Counting costs a walk along an index, and every post on a page shows its author's figures. So they may
be up to a minute old there; who asks for the account itself gets them counted now. Of somebody who wrote very
much only what is new is counted each time, and the whole every few minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fediverse_node.follows import queries as follows
from fediverse_node.posts import figures as posts
from fediverse_node.posts.figures import Written
from fediverse_node.storage.tx import Tx
from fediverse_node.web.kept import Kept

KEEP_SECONDS = 60.0
#: Posts from which on only new ones are counted, and for how long: so long deleted ones are counted, too.
MANY = 500
KEEP_MANY_SECONDS = 600.0
MAX_ACTORS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """What is known here; of somebody elsewhere it may be a part."""

    followers: int
    following: int
    posts: int
    last_post_at: datetime | None


class Figures:
    """The figures of many actors. Safe to use from any thread.

    Args:
        clock: seconds that only ever grow.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: Kept[int, AccountFigures] = Kept(size=MAX_ACTORS, seconds=KEEP_SECONDS, clock=clock)
        self._many: Kept[int, Written] = Kept(size=MAX_ACTORS, seconds=KEEP_MANY_SECONDS, clock=clock)

    def of(self, tx: Tx, actor_ids: Iterable[int], *, fresh: bool = False) -> Mapping[int, AccountFigures]:
        """The figures of each of *actor_ids*; *fresh*: counted now.

        In three statements at the most, and one for each who wrote very much.
        """
        asked = set(actor_ids)
        kept = {} if fresh else {id_: self._kept.get(id_) for id_ in asked}
        found = {id_: figures for id_, figures in kept.items() if figures is not None}
        missing = asked - found.keys()
        if missing:
            counted = self._count(tx, missing)
            for id_, figures in counted.items():
                self._kept.put(id_, figures)
            found.update(counted)
        return found

    def _count(self, tx: Tx, actor_ids: set[int]) -> dict[int, AccountFigures]:
        counts, written = follows.counts_of(tx, actor_ids), self._written(tx, actor_ids)
        return {
            id_: AccountFigures(
                followers=counts[id_][0],
                following=counts[id_][1],
                posts=written[id_].count,
                last_post_at=written[id_].last_at,
            )
            for id_ in actor_ids
        }

    def _written(self, tx: Tx, actor_ids: set[int]) -> dict[int, Written]:
        kept = {id_: self._many.get(id_) for id_ in actor_ids}
        found = {id_: posts.written_since(tx, id_, many) for id_, many in kept.items() if many is not None}
        anew = actor_ids - found.keys()
        for id_, counted in posts.written_by(tx, anew).items() if anew else ():
            found[id_] = counted
            if counted.count >= MANY:
                self._many.put(id_, counted)
        return {id_: found.get(id_, Written()) for id_ in actor_ids}
