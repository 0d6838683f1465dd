"""Operations on releases of the dataset and on who uses them."""

from __future__ import annotations

from dataclasses import asdict

import msgspec

from fediverse_node.actors.addresses import Addresses
from fediverse_node.datasets import making, queries, records, users
from fediverse_node.datasets.model import Release, Settings, User
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.node import Node
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.operation import JsonDict, Progress

#: Releases that are listed.
_LISTED = 100


async def release(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{filters?, form?}` → a release with `new`: False where nothing had changed since the last."""
    made = await making.make(node.db, node.config, _settings(arguments), progress=progress)
    return {**_release(made.release, Addresses(node.config.origin)), "new": made.new}


async def listing(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{releases: […]}`, the newest first, each with its downloads."""
    del arguments, progress
    addresses = Addresses(node.config.origin)

    def read(tx: Tx) -> JsonDict:
        found = queries.published(tx, _LISTED)
        return {
            "releases": [
                {
                    **_release(each, addresses),
                    "downloads": sum(file.downloads for file in queries.files_of(tx, each.id)),
                }
                for each in found
            ]
        }

    return await node.db.read(read)


async def withdraw(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → the release that was current, and is handed out no more."""
    del arguments, progress
    return _release(await making.take_down(node.db), Addresses(node.config.origin))


async def add_user(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, contact, webhook?}` → the user, with the `key` that is shown this once."""
    del progress
    making.require_publishing(node.config)
    webhook = arguments.get("webhook") or None
    if webhook is not None:
        await node.outbound.check(webhook)
    name, contact = arguments["name"], arguments["contact"]
    user, key = await node.db.write(lambda tx: users.add(tx, name=name, contact=contact, webhook=webhook))
    return {**_user(user), "key": key}


async def list_users(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{users: […]}`, the oldest first."""
    del arguments, progress
    return {"users": [_user(user) for user in await node.db.read(users.every)]}


async def set_webhook(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{id, webhook?}` → `{id, webhook}`: where they are told what was taken back; without one, nowhere."""
    del progress
    user_id, webhook = parse_id(str(arguments["id"])), arguments.get("webhook") or None
    if webhook is not None:
        await node.outbound.check(webhook)
    if user_id is None or not await node.db.write(lambda tx: users.set_webhook(tx, user_id, webhook)):
        raise NotFound("There is no such user of the dataset, or their access has ended already.")
    return {"id": str(user_id), "webhook": webhook}


async def exports(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{exports: […]}`: what was exported by command, the newest first."""
    del arguments, progress
    found = await node.db.read(lambda tx: records.newest(tx, _LISTED))
    return {"exports": [{**asdict(each), "at": to_rfc3339(each.at), "id": str(each.id)} for each in found]}


async def end_user(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{id}` → `{id}`: their key works no more, and nothing is sent to them."""
    del progress
    user_id = parse_id(str(arguments["id"]))
    if user_id is None or not await node.db.write(lambda tx: users.end(tx, user_id)):
        raise NotFound("There is no such user of the dataset, or their access has ended already.")
    return {"id": str(user_id)}


def _settings(arguments: JsonDict) -> Settings:
    given = {name: arguments[name] for name in ("filters", "form") if name in arguments}
    try:
        return msgspec.convert(given, Settings)
    except msgspec.ValidationError as error:
        raise NotValid(f"The settings cannot be read: {error}.") from error


def _release(release: Release, addresses: Addresses) -> JsonDict:
    return {
        "url": addresses.release(release.sha256),
        "sha256": release.sha256,
        "state": release.state,
        "made_at": to_rfc3339(release.made_at),
        "rows": release.rows,
        "authors": release.authors,
    }


def _user(user: User) -> JsonDict:
    return {
        "id": str(user.id),
        "name": user.name,
        "contact": user.contact,
        "since": to_rfc3339(user.created_at),
        "ended": to_rfc3339(user.ended_at) if user.ended_at is not None else None,
        "webhook": user.webhook,
        "told": user.told,
        "failing_since": to_rfc3339(user.failing_since) if user.failing_since is not None else None,
        "last_answer": user.last_answer,
        "terms": user.terms_id,
    }
