"""The private keys of our own actors, loaded once and again when they were replaced."""

from __future__ import annotations

import asyncio
import weakref
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from fediverse_node.actors import queries as actors
from fediverse_node.actors import retired
from fediverse_node.actors.model import ActorKey
from fediverse_node.kernel.errors import NotFound
from fediverse_node.signatures import keys
from fediverse_node.signatures.base import KeyKind, SigningKey
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

#: Actors whose keys are held in memory; some 4 KB each.
MEMORY = 512
#: A bell only shortens waiting: so often the rows are looked at anyway.
LOOK_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What the rows say of one actor's keys."""

    current: tuple[ActorKey, ...]
    farewells: tuple[retired.RetiredKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    rows: _Rows
    read_at: datetime
    current: dict[KeyKind, SigningKey] = field(repr=False)
    farewells: dict[int, SigningKey] = field(repr=False)


class KeyRing:
    """Finds the keys that sign for a local actor, and keeps those of the actors that signed last."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._held: OrderedDict[int, _Held] = OrderedDict()
        self._changed: asyncio.Event | None = None

    async def key_of(self, actor_id: int, kind: KeyKind) -> SigningKey:
        """The actor's key of this kind.

        Raises:
            NotFound: it has none, or is not one of ours.
        """
        found = (await self._keys_of(actor_id)).current.get(kind)
        if found is None:
            raise NotFound("This actor has no key here.", detail=f"actor {actor_id} has no {kind} key")
        return found

    async def farewell_of(self, actor_id: int, activity_id: int) -> SigningKey | None:
        """The replaced key with which this activity, which says so, is to be signed; None for all others."""
        return (await self._keys_of(actor_id)).farewells.get(activity_id)

    async def _keys_of(self, actor_id: int) -> _Held:
        if self._bell().is_set():
            self._bell().clear()
            self._held.clear()
        held, now = self._held.get(actor_id), self._db.clock()
        if held is None or now - held.read_at >= LOOK_EVERY:
            rows = await self._db.read(partial(_read, actor_id=actor_id))
            if held is None or held.rows != rows:
                # Off the loop: reading a PEM holds everybody else for as long as it takes.
                held = await asyncio.to_thread(_load, rows, now)
            else:
                held = _Held(rows=rows, read_at=now, current=held.current, farewells=held.farewells)
        self._held[actor_id] = held
        self._held.move_to_end(actor_id)
        if len(self._held) > MEMORY:
            self._held.popitem(last=False)
        return held

    def _bell(self) -> asyncio.Event:
        if self._changed is None:
            self._changed = self._db.bell(retired.BELL)
            # A key ring has nothing to close; what the database keeps of it goes when it goes.
            weakref.finalize(self, self._db.silence, retired.BELL, self._changed)
        return self._changed


def _read(tx: Tx, *, actor_id: int) -> _Rows:
    return _Rows(
        current=tuple(key for key in actors.keys_of(tx, actor_id) if key.private_key is not None),
        farewells=tuple(key for key in retired.of_actor(tx, actor_id) if key.private_key is not None),
    )


def _load(rows: _Rows, now: datetime) -> _Held:
    current = {key.kind: keys.load_private(key.private_key or "", key.key_id) for key in rows.current}
    farewells = {
        key.activity_id: keys.load_private(key.private_key or "", key.key_id)
        for key in rows.farewells
        if key.activity_id is not None
    }
    return _Held(rows=rows, read_at=now, current=current, farewells=farewells)
