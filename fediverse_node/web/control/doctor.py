"""`doctor`: is everything right that must be right?"""

from __future__ import annotations

import shutil
import ssl
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from fediverse_node.accounts import sealing as account_sealing
from fediverse_node.actors import local, sealing
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.keyless import keyless
from fediverse_node.credentials import process
from fediverse_node.credentials import sealing as credential_sealing
from fediverse_node.deliveries import workers
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotValid
from fediverse_node.node import Node
from fediverse_node.push import sealing as push_sealing
from fediverse_node.receipts import sealing as log_sealing
from fediverse_node.schema import migrate as schema
from fediverse_node.storage.engine import sqlite_path
from fediverse_node.storage.sqlite import driver
from fediverse_node.web.control import clock, mail, searching, stranger
from fediverse_node.web.control.finding import Finding
from fediverse_node.web.control.operation import JsonDict, Progress
from fediverse_node.web.media.storing import keeper_of
from fediverse_node.witnesses import sealing as witness_sealing

#: SQLite before this can corrupt a WAL file when two connections checkpoint at once.
_SAFE_SQLITE = (3, 51, 3)
_LOW_DISK_BYTES = 500 * 1024 * 1024


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
        yield await _intact(node)
        yield _disk(path)
    yield await _keys(node)
    yield await _sealing(node)
    yield await _credentials(node)
    alive = await node.db.read(workers.alive)
    yield await _workers(node, alive)
    yield await searching.look(node)
    async for found in mail.look(node):
        yield found
    if node.config.federation.enabled:
        async for found in stranger.look(node, running=bool(alive)):
            yield found
        async for found in clock.look(node):
            yield found
    else:
        yield Finding("federation", "remark", "off: other servers are not spoken with")
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


async def _intact(node: Node) -> Finding:
    found = await node.db.read(lambda tx: tx.connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    if found == "ok":
        return Finding("file", "well", "SQLite finds nothing wrong with it")
    return Finding(
        "file", "ill", f"SQLite says: {found}. Stop the server, keep a copy, and restore the newest backup"
    )


async def _workers(node: Node, alive: Mapping[str, datetime]) -> Finding:
    if alive:
        since = ", ".join(f"{name} since {to_rfc3339(began)}" for name, began in sorted(alive.items()))
        return Finding("workers", "well", since)
    lost = await node.db.read(workers.lost)
    seen = ", ".join(f"{name} at {to_rfc3339(when)}" for name, when in sorted(lost.items()))
    text = "none is running, so nothing is delivered: start the server"
    return Finding("workers", "remark", f"{text} (last seen: {seen})" if seen else text)


async def _keys(node: Node) -> Finding:
    addresses = Addresses(node.config.origin)
    actor = await node.db.read(lambda tx: local.instance_actor(tx, addresses))
    if actor is None:
        return Finding("keys", "ill", "missing: the origin may have been changed. Origins cannot change")
    without = await node.db.read(keyless)
    if without:
        names = ", ".join(without)
        return Finding(
            "keys", "ill", f"these accounts cannot sign what they send: {names}. Try: keys rotate NAME"
        )
    return Finding("keys", "well", f"everybody here has one; the server's is {addresses.key(actor.username)}")


async def _sealing(node: Node) -> Finding:
    what = "sealing"
    if node.db.vault.prefix is None:
        return Finding(what, "well", "off: private keys stand in the database as they are (secrets.key)")
    rooms = (sealing, log_sealing, witness_sealing, credential_sealing, push_sealing, account_sealing)
    pending = await node.db.read(lambda tx: sum(room.count_pending(tx) for room in rooms))
    if pending:
        return Finding(what, "remark", f"{pending} private keys are not sealed with secrets.key: keys seal")
    return Finding(what, "well", "every private key is sealed with secrets.key")


async def _credentials(node: Node) -> Finding:
    what = "credentials"
    if not node.config.media.credentials:
        return Finding(what, "well", "off: pictures are not signed (media.credentials)")
    if not process.is_installed():
        return Finding(what, "ill", "pictures are not signed: install fediverse-node[credentials]")
    try:
        signer = await keeper_of(node).signer()
    except NotValid as error:
        return Finding(what, "ill", str(error))
    return Finding(what, "well", f"pictures are signed as {signer.name if signer else 'nobody'}")


def _assist(node: Node) -> Finding:
    if node.provider is None:
        return Finding("assist", "well", "off")
    return Finding("assist", "well", f"{node.provider.model} at {node.provider.name}")
