"""`doctor`: is everything right that must be right?"""

from __future__ import annotations

import shutil
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import msgspec

from fediverse_node import __version__
from fediverse_node.activitystreams.vocabulary import AP_ACCEPT
from fediverse_node.actors import local
from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.errors import NodeError
from fediverse_node.node import Node
from fediverse_node.outbound.client import Outbound
from fediverse_node.schema import migrate as schema
from fediverse_node.storage.engine import sqlite_path
from fediverse_node.storage.sqlite import driver
from fediverse_node.web.control.operation import JsonDict, Progress

#: SQLite before this can corrupt a WAL file when two connections checkpoint at once.
_SAFE_SQLITE = (3, 51, 3)
_LOW_DISK_BYTES = 500 * 1024 * 1024


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. `ill` wants mending, `remark` wants knowing."""

    what: str
    state: Literal["well", "remark", "ill"]
    says: str


async def examine(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{well, findings: [{what, state, says}]}`."""
    del arguments, progress
    findings = [finding async for finding in _all(node)]
    return {
        "well": all(finding.state != "ill" for finding in findings),
        "findings": [msgspec.to_builtins(finding) for finding in findings],
    }


async def _all(node: Node) -> AsyncIterator[Finding]:
    yield _origin(node)
    yield await _database(node)
    path = sqlite_path(node.config.database.url)
    if path is not None:
        yield _sqlite()
        yield _disk(path)
    yield await _keys(node)
    yield await _reachable(node)
    yield _assist(node)
    yield Finding("TLS", "well", f"{ssl.OPENSSL_VERSION} with the system's certificate authorities")


def _origin(node: Node) -> Finding:
    if node.config.origin.startswith("https:"):
        return Finding("origin", "well", node.config.origin)
    return Finding(
        "origin", "remark", f"{node.config.origin} is a lab: servers on the internet accept https only"
    )


async def _database(node: Node) -> Finding:
    found = await node.db.read(
        lambda tx: tx.connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    )
    if found == schema.HEAD:
        return Finding("database", "well", f"{node.db.url} at revision {found}")
    return Finding("database", "ill", f"revision {found} is not {schema.HEAD}: restart the server to migrate")


def _sqlite() -> Finding:
    version: tuple[int, int, int] = driver().sqlite_version_info
    text = ".".join(map(str, version))
    if version >= _SAFE_SQLITE:
        return Finding("SQLite", "well", text)
    return Finding(
        "SQLite",
        "remark",
        f"{text} is older than 3.51.3; safe here, because one process writes. Let nothing else open it",
    )


def _disk(path: Path) -> Finding:
    free = shutil.disk_usage(path.parent).free
    size = f"{free // (1024 * 1024)} MiB free at {path.parent}"
    return Finding("disk", "well" if free > _LOW_DISK_BYTES else "ill", size)


async def _keys(node: Node) -> Finding:
    addresses = Addresses(node.config.origin)
    actor = await node.db.read(lambda tx: local.instance_actor(tx, addresses))
    if actor is None:
        return Finding(
            "server key", "ill", "missing: the origin may have been changed. Origins cannot change"
        )
    return Finding("server key", "well", addresses.key(actor.username))


async def _reachable(node: Node) -> Finding:
    """As a stranger would: by the public name, through the proxy and the guard."""
    url = Addresses(node.config.origin).instance_actor
    # The node's own client refuses its own origin; a stranger's does not.
    stranger = Outbound(node.outbound.policy, user_agent=f"fediverse-node/{__version__} doctor")
    try:
        async with stranger:
            answer = await stranger.get(url, accept=AP_ACCEPT)
    except NodeError as error:
        return Finding(
            "seen from outside", "remark", f"{url} could not be asked: {error} {error.detail}".strip()
        )
    if answer.status == 200 and msgspec.json.decode(answer.body).get("id") == url:
        return Finding("seen from outside", "well", f"{url} answers with its own id")
    return Finding(
        "seen from outside", "ill", f"{url} answered {answer.status}: does the proxy pass Accept and Host on?"
    )


def _assist(node: Node) -> Finding:
    if node.provider is None:
        return Finding("assist", "well", "off")
    return Finding("assist", "well", f"{node.provider.model} at {node.provider.name}")
