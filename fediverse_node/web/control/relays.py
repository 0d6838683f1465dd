"""Operations on relays: take part in one, leave it, see which there are."""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.federation.outbox import relaying
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.node import Node
from fediverse_node.relays import queries as relays
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.desks import discovery_of
from fediverse_node.web.control.operation import JsonDict, Progress


async def add(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{url}` → `{relay, state}`; pending until the relay has answered."""
    del progress
    relay, there = await relaying.subscribe(discovery_of(node), arguments["url"])
    return {"relay": there.uri, "state": relay.state}


async def listing(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{relays: [{relay, state, since}]}`."""
    del arguments, progress

    def read(tx: Tx) -> JsonDict:
        found = relays.listing(tx)
        people = actors.by_ids(tx, [relay.actor_id for relay in found])
        return {
            "relays": [
                {
                    "relay": people[relay.actor_id].uri,
                    "state": relay.state,
                    "since": to_rfc3339(relay.created_at),
                }
                for relay in found
            ]
        }

    return await node.db.read(read)


async def remove(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{url}` → `{relay}`."""
    del progress
    await relaying.leave(discovery_of(node), arguments["url"])
    return {"relay": arguments["url"]}
