"""Reckons the trends anew now and then, a few posts at a time."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from functools import partial
from typing import Final

from fediverse_node.actors import queries as actors
from fediverse_node.kernel.ids import lowest_id_at
from fediverse_node.moderation import ai_filters
from fediverse_node.moderation.policy import policy
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Hashtag, Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns
from fediverse_node.storage.tx import Tx
from fediverse_node.trends import queries
from fediverse_node.trends.reckoning import Reckoning

log = logging.getLogger(__name__)

#: Seconds between two reckonings; nobody rings for one.
EVERY: Final = 900.0
BELL: Final = "trends"
#: How far back posts count, how many of them at the most, and how many in one transaction.
REACH: Final = timedelta(days=3)
MOST: Final = 6_000
BATCH: Final = 200


class Trender:
    """Keeps the trends of a node.

    Args:
        own_origin: links to it are none.
    """

    def __init__(self, db: Database, *, own_origin: str) -> None:
        self._db = db
        self._own_origin = own_origin

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set: at once, then now and then."""
        await work_in_turns(self._db, BELL, stop, self._turn, every=EVERY)

    async def run_once(self) -> int:
        """Reckon anew. Gives how many posts were looked at."""
        now, looked_at = self._db.clock(), 0
        reckoning = Reckoning(now, own_origin=self._own_origin)
        oldest, before = lowest_id_at(now - REACH), (1 << 63) - 1
        while looked_at < MOST:
            read = partial(_some, before=before, oldest=oldest)
            last, count, counted, hashtags = await self._db.read(read)
            reckoning.take(counted, hashtags)
            looked_at += count
            if count < BATCH:
                break
            before = last
            await asyncio.sleep(0)

        def unit(tx: Tx) -> None:
            queries.replace(tx, "tag", reckoning.tags())
            queries.replace(tx, "post", reckoning.posts())
            queries.replace(tx, "link", reckoning.links())

        await self._db.write(unit)
        return looked_at

    async def _turn(self) -> bool:
        try:
            await self.run_once()
        except Exception:
            # The outermost loop: what fails now is reckoned in a quarter of an hour.
            log.exception("trends.turn_failed")
        return False


def _some(tx: Tx, *, before: int, oldest: int) -> tuple[int, int, list[Post], dict[int, list[Hashtag]]]:
    """The id of the last post of a batch, how many they are, those that count, and their hashtags."""
    found = queries.recent(tx, before=before, oldest=oldest, limit=BATCH)
    counted = countable(tx, found)
    hashtags = posts.hashtags_of(tx, [post.id for post in counted]) if counted else {}
    return (found[-1].id if found else 0), len(found), counted, hashtags


def countable(tx: Tx, found: list[Post]) -> list[Post]:
    """Those of *found* that may be a trend, or part of one.

    For everybody, also elsewhere; not sensitive; of somebody who wants to be found and whom the operator
    does not silence; and not what the operator hides of models.
    """
    hides, rules = ai_filters.for_timeline(tx, None, in_public=True), policy(tx)
    proper = [
        post
        for post in found
        if post.visibility == "public"
        and not (post.sensitive or post.summary or post.local_only)
        and not ai_filters.leaves_out(hides, post.ai_disclosure)
    ]
    authors = actors.by_ids(tx, {post.actor_id for post in proper}) if proper else {}
    heard = {
        id_
        for id_, author in authors.items()
        if author.active and author.discoverable and (author.local or not rules.is_silenced(author.domain))
    }
    return [post for post in proper if post.actor_id in heard]
