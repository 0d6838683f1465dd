"""Taking back many decisions about training use at once, a few in each transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import Entry, Method
from fediverse_node.federation.outbox import consent
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.edit import send_update
from fediverse_node.kernel.errors import NotFound
from fediverse_node.posts import queries as posts
from fediverse_node.receipts import issue
from fediverse_node.signatures.base import SigningKey
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Yeses that one transaction takes back: each is signed, and everybody who has a copy is told.
BATCH: Final = 20
#: Most that one call takes back; whoever has more calls again.
AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """How many yeses were taken back, and how many of this author still stand."""

    done: int
    left: int


async def withdraw_all(desk: Desk, author: Actor, *, method: Method, limit: int = AT_ONCE) -> Withdrawn:
    """Take back the oldest yeses of *author* that stand, at most *limit* of them, and tell everybody."""
    signing, done = await desk.keys.key_of(author.id, "ed25519"), 0
    while done < limit:
        size = min(BATCH, limit - done)

        def unit(tx: Tx, size: int = size) -> int:
            issue.hold(tx)  # two that work on one person at once would each write the line
            return _take_back(tx, desk, author, ledger.standing(tx, author.uri, size), (signing, method))

        found = await desk.db.write(unit)
        done += found
        if found < size:
            break
    return await _told(desk, author, done, method)


async def withdraw_lines(desk: Desk, author: Actor, seqs: Sequence[int], *, method: Method) -> Withdrawn:
    """Take back what stands of the posts that the lines *seqs* of the ledger are about, and tell everybody.

    What was taken back already, or never allowed, stays as it is.

    Raises:
        NotFound: one of the lines is not there, or somebody else's; nothing is taken back then.
    """
    signing, done = await desk.keys.key_of(author.id, "ed25519"), 0
    uris = await desk.db.read(lambda tx: _posts_of(tx, author, seqs))
    for first in range(0, len(uris), BATCH):
        some = uris[first : first + BATCH]

        def unit(tx: Tx, some: Sequence[str] = some) -> int:
            issue.hold(tx)
            last = ledger.latest(tx, some).values()
            standing = [entry for entry in last if entry.kind == "grant"]
            return _take_back(tx, desk, author, standing, (signing, method))

        done += await desk.db.write(unit)
    return await _told(desk, author, done, method)


def _take_back(
    tx: Tx, desk: Desk, author: Actor, standing: Sequence[Entry], how: tuple[SigningKey, Method]
) -> int:
    signing, method = how
    for entry in standing:
        post = posts.by_uri(tx, entry.object_uri)
        if post is None or post.actor_id != author.id:
            decisions.end(tx, entry, method=method)  # its post has gone
            continue
        consent.write_down(tx, post, author, allow=False, method=method)
        send_update(tx, desk, post, author, signing)
    return len(standing)


def _posts_of(tx: Tx, author: Actor, seqs: Sequence[int]) -> list[str]:
    found = ledger.by_seqs(tx, seqs)
    if len(found) != len(set(seqs)) or any(entry.actor_uri != author.uri for entry in found):
        raise NotFound("There is no such decision of yours.")
    return list(dict.fromkeys(entry.object_uri for entry in found))


async def _told(desk: Desk, author: Actor, done: int, method: Method) -> Withdrawn:
    left = await desk.db.read(lambda tx: ledger.count_standing(tx, author.uri))
    log.info("consent.withdrawn", extra={"count": done, "left": left, "method": method})
    return Withdrawn(done=done, left=left)
