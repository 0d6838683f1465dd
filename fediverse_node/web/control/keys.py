"""Operations on the keys of our own actors."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from functools import partial
from typing import Final

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import sealing as account_sealing
from fediverse_node.actors import local, retired, sealing
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.credentials import sealing as credential_sealing
from fediverse_node.federation.outbox import rotate as outbox
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.node import Node
from fediverse_node.push import sealing as push_sealing
from fediverse_node.receipts import sealing as log_sealing
from fediverse_node.storage import sealed
from fediverse_node.storage.sealed import About
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.desks import desk_of
from fediverse_node.web.control.operation import JsonDict, Progress
from fediverse_node.witnesses import sealing as witness_sealing

log = logging.getLogger(__name__)

_AT_ONCE: Final = 200
_COLUMNS: Final = (
    *sealing.COLUMNS,
    *log_sealing.COLUMNS,
    *witness_sealing.COLUMNS,
    *credential_sealing.COLUMNS,
    *account_sealing.COLUMNS,
    *push_sealing.COLUMNS,
)


async def rotate(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name?, blind?}` → `{handle, keys, told}`. Without a name: the server's own keys."""
    del progress
    name, blind = arguments.get("name"), bool(arguments.get("blind"))
    addresses = Addresses(node.config.origin)
    actor = await node.db.read(lambda tx: _meant(tx, addresses, name))
    fresh = await asyncio.to_thread(local.generate_keys)
    made = await outbox.rotate(desk_of(node), actor.id, fresh, blind=blind)
    return {"handle": actor.handle, "keys": list(made.key_ids), "told": made.told}


async def listing(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{keys: [...]}`: every public key that our actors show, and what signs with it."""
    del arguments, progress
    addresses = Addresses(node.config.origin)
    return {"keys": await node.db.read(lambda tx: _every(tx, addresses))}


async def seal(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{undo}` → `{sealed, changed}`: seal what is not sealed with the first key, or unseal everything."""
    undo = bool(arguments.get("undo"))
    if node.db.vault.prefix is None:
        raise NotValid("There is no key to seal with. Give one as secrets.key_file, and start it anew.")
    changed = 0
    for about in _COLUMNS:
        async for count in _renew(node, about, plain=undo):
            changed += count
            progress(f"{changed} keys …")
    log.info("keys.sealed", extra={"sealed": not undo, "changed": changed})
    return {"sealed": not undo, "changed": changed}


async def _renew(node: Node, about: About, *, plain: bool) -> AsyncIterator[int]:
    """In small transactions: nobody else has to wait, and what an interruption left is done next time."""
    after = 0
    while True:
        unit = partial(sealed.renew, about=about, after=after, limit=_AT_ONCE, plain=plain)
        done = await node.db.write(unit)
        if not done:
            return
        after = done[-1]
        yield len(done)


def _meant(tx: Tx, addresses: Addresses, name: str | None) -> Actor:
    if name is not None:
        return account_named(tx, name)[1]
    server = local.instance_actor(tx, addresses)
    if server is None:
        raise NotFound("This server has no keys yet. Start it once.")
    return server


def _every(tx: Tx, addresses: Addresses) -> list[JsonDict]:
    server = local.instance_actor(tx, addresses)
    people = [actor for _, actor in accounts.every(tx)]
    return [row for actor in [*([server] if server else []), *people] for row in _of(tx, actor)]


def _of(tx: Tx, actor: Actor) -> list[JsonDict]:
    current = {key.key_id for key in actors.keys_of(tx, actor.id)}
    former = {key.key_id: key.retired_at for key in retired.of_actor(tx, actor.id)}
    return [
        {
            "handle": actor.handle,
            "id": key.key_id,
            "kind": key.kind,
            "fingerprint": hashlib.sha256(key.public_key.encode()).hexdigest()[:16],
            "replaced_at": None if key.key_id in current else to_rfc3339(former[key.key_id]),
        }
        for key in retired.shown_keys(tx, actor.id)
    ]
