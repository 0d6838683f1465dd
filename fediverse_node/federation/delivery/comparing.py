"""The `Collection-Synchronization` header: who on the receiving server follows us, as we believe (FEP-8fcf).

Goes with what is addressed to an actor's followers. When the receiver sees it otherwise, it asks for the
list, and both sides are right again: a lost Undo or Accept no longer means that mail goes astray for ever.
The digest may be half a minute old; the list that is then fetched never is.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from fediverse_node.actors import queries as actors
from fediverse_node.deliveries.model import Envelope
from fediverse_node.follows import checks
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import origin_of
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

HEADER: Final = "Collection-Synchronization"
#: How long the digests of an actor are believed without another look.
KEPT: Final = timedelta(seconds=30)
#: The digest of no followers at all.
NOBODY: Final = checks.digest(())
_ACTORS = 256
_ACTIVITIES = 1024


class _Addressed(msgspec.Struct):
    to: list[str] | str | None = None
    cc: list[str] | str | None = None


@dataclass(frozen=True, slots=True)
class _Digests:
    """An actor's followers collection, its partial one, and the digest for each origin of its followers."""

    followers: str
    partial: str
    by_origin: dict[str, str]
    until: datetime


class Comparing:
    """Makes the headers of one worker."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._digests: OrderedDict[int, _Digests | None] = OrderedDict()
        self._addressed: OrderedDict[int, frozenset[str]] = OrderedDict()
        self._reading = asyncio.Lock()

    async def headers(self, envelope: Envelope, document: bytes) -> dict[str, str]:
        """The header for *envelope*, where *document* speaks to its actor's followers; else nothing."""
        addressed = self._addressees(envelope.activity_id, document)
        if not addressed:
            return {}
        known = await self._of(envelope.actor_id)
        if known is None or known.followers not in addressed:
            return {}
        try:
            digest = known.by_origin.get(origin_of(envelope.inbox), NOBODY)
        except NotValid:
            return {}
        return {HEADER: f'collectionId="{known.followers}", digest="{digest}", url="{known.partial}"'}

    def _addressees(self, activity_id: int, document: bytes) -> frozenset[str]:
        found = self._addressed.get(activity_id)
        if found is None:
            found = self._addressed[activity_id] = _addressees(document)
            if len(self._addressed) > _ACTIVITIES:
                self._addressed.popitem(last=False)
        return found

    async def _of(self, actor_id: int) -> _Digests | None:
        if not self._is_known(actor_id):
            # One post begins a hundred letters at once, and each would read and hash all the followers.
            async with self._reading:
                if not self._is_known(actor_id):
                    await self._read(actor_id)
        return self._digests.get(actor_id)

    def _is_known(self, actor_id: int) -> bool:
        if actor_id not in self._digests:
            return False
        known = self._digests[actor_id]
        return known is None or known.until > self._db.clock()

    async def _read(self, actor_id: int) -> None:
        until = self._db.clock() + KEPT
        self._digests[actor_id] = await self._db.read(lambda tx: _read(tx, actor_id, until))
        if len(self._digests) > _ACTORS:
            self._digests.popitem(last=False)


def _addressees(document: bytes) -> frozenset[str]:
    try:
        found = msgspec.json.decode(document, type=_Addressed)
    except msgspec.DecodeError:
        return frozenset()
    named = [[value] if isinstance(value, str) else value or [] for value in (found.to, found.cc)]
    # Only what looks like a followers collection: an Accept goes to one person, and to note now who follows
    # would make the post that comes next tell of followers as they were before that one.
    return frozenset(
        address for addresses in named for address in addresses if address.endswith("/followers")
    )


def _read(tx: Tx, actor_id: int, until: datetime) -> _Digests | None:
    actor = actors.by_id(tx, actor_id)
    if actor is None or actor.followers is None or actor.type == "Application":
        return None
    by_origin: dict[str, list[str]] = {}
    for uri in checks.remote_follower_uris(tx, actor_id):
        by_origin.setdefault(origin_of(uri), []).append(uri)
    return _Digests(
        followers=actor.followers,
        partial=f"{actor.uri}/followers_synchronization",
        by_origin={origin: checks.digest(uris) for origin, uris in by_origin.items()},
        until=until,
    )
