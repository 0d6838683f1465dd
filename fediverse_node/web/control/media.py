"""Operations on copies of other servers' files: how much there is of them, and away with them."""

from __future__ import annotations

import asyncio

from fediverse_node.media import queries
from fediverse_node.media.copies import Copies
from fediverse_node.media.model import Copy
from fediverse_node.moderation.model import canonical_domain
from fediverse_node.node import Node
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.operation import JsonDict, Progress
from fediverse_node.web.media.addresses import budget_of, folder_of

#: Hosts that `status` names, and copies that go in one transaction.
_HOSTS = 20
_BATCH = 500


async def status(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{proxy, folder, free, files, bytes, budget, hosts: [{host, files, bytes}]}`."""
    del arguments, progress
    copies = await _copies(node)

    def read(tx: Tx) -> JsonDict:
        files, shares = queries.shares(tx, limit=_HOSTS)
        hosts = [{"host": each.host, "files": each.files, "bytes": each.size} for each in shares]
        return {"files": files, "bytes": queries.size(tx), "hosts": hosts}

    return {
        "proxy": node.config.media.proxy,
        "folder": str(copies.folder.root),
        "has_room": await asyncio.to_thread(copies.folder.has_room),
        "budget": copies.budget,
        **await node.db.read(read),
    }


async def clear(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{host}` → `{files, bytes}`, which are gone; without a host (null) all of them.

    What is still shown is fetched anew when somebody looks at it.
    """
    host = arguments["host"]
    wanted = None if host is None else canonical_domain(host)
    copies = await _copies(node)
    files = size = 0
    while gone := await node.db.read(lambda tx: _some(tx, wanted)):
        await copies.clear(gone)
        files, size = files + len(gone), size + sum(copy.size for copy in gone)
        progress(f"{files} files deleted.")
    return {"files": files, "bytes": size}


def _some(tx: Tx, host: str | None) -> list[Copy]:
    return queries.after(tx, 0, limit=_BATCH) if host is None else queries.of_host(tx, host)[:_BATCH]


async def _copies(node: Node) -> Copies:
    copies = Copies(node.db, node.outbound, root=folder_of(node.config), budget=budget_of(node.config))
    await copies.open()
    return copies
