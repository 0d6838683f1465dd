"""The private keys of our own actors, loaded once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from fediverse_node.actors import queries as actors
from fediverse_node.kernel.errors import NotFound
from fediverse_node.signatures import keys
from fediverse_node.signatures.base import KeyKind, SigningKey
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

#: Keys held in memory; some 3 KB each.
MEMORY = 512


class KeyRing:
    """Finds the key that signs for a local actor, and keeps the ones used last."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys: OrderedDict[tuple[int, KeyKind], SigningKey] = OrderedDict()

    async def key_of(self, actor_id: int, kind: KeyKind) -> SigningKey:
        """The actor's key of this kind.

        Raises:
            NotFound: it has none, or is not one of ours.
        """
        found = self._keys.get((actor_id, kind))
        if found is None:
            found = await self._load(actor_id, kind)
        self._keys[actor_id, kind] = found
        self._keys.move_to_end((actor_id, kind))
        if len(self._keys) > MEMORY:
            self._keys.popitem(last=False)
        return found

    async def _load(self, actor_id: int, kind: KeyKind) -> SigningKey:
        def stored(tx: Tx) -> list[tuple[str, str]]:
            return [
                (key.private_key, key.key_id)
                for key in actors.keys_of(tx, actor_id)
                if key.kind == kind and key.private_key is not None
            ]

        rows = await self._db.read(stored)
        if not rows:
            raise NotFound("This actor has no key here.", detail=f"actor {actor_id} has no {kind} key")
        # Off the loop: reading a PEM holds everybody else for as long as it takes.
        return await asyncio.to_thread(keys.load_private, *rows[-1])
