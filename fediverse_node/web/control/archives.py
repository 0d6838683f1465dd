"""Operations on a person's own copy: writing it, taking one in, and how far that has come."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.archive import contents, pack
from fediverse_node.archive.arrive import Arrived, Wanted, arrive
from fediverse_node.archive.bring import Plan
from fediverse_node.archive.csvs import KINDS, ListKind
from fediverse_node.archive.unpack import Taken
from fediverse_node.imports import wishes
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.node import Node
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.desks import desk_of
from fediverse_node.web.control.operation import JsonDict, Progress
from fediverse_node.web.media.storing import uploads_of

#: New entries and refusals that are named; a dry run is for reading.
_NAMED = 50


async def write(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, to}` → `{to, bytes}`. The file appears whole or not."""
    actor = await _actor(node, arguments)
    desk = contents.Desk(
        actor=actor, addresses=Addresses(node.config.origin), pictures=uploads_of(node).folder
    )
    made = await pack.pack_to(node.db, desk, Path(arguments["to"]), progress=progress)
    return {"to": str(made.path), "bytes": made.size}


async def take_in(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, file, kind?, replace?, dry_run?}` → `{posts?, lists}`: what became, or would, of the file."""
    actor = await _actor(node, arguments)
    kind, path = arguments.get("kind"), Path(arguments["file"])
    if kind is not None and kind not in KINDS:
        raise NotValid(f"A list is one of: {', '.join(KINDS)}.")
    wanted = Wanted(
        name=path.name,
        kind=cast("ListKind | None", kind),
        replacing=bool(arguments.get("replace")),
        dry_run=bool(arguments.get("dry_run")),
    )
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        return _told(
            await arrive(desk_of(node), actor, file, wanted, uploads=uploads_of(node), progress=progress)
        )


async def status(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{waiting: {kind: count}, given_up: [{kind, handle, problem}]}`."""
    del progress
    actor = await _actor(node, arguments)

    def unit(tx: Tx) -> JsonDict:
        lost = wishes.given_up(tx, actor.id, limit=_NAMED)
        return {
            "waiting": wishes.waiting(tx, actor.id),
            "given_up": [
                {"kind": each.kind, "handle": each.handle, "problem": each.problem} for each in lost
            ],
        }

    return await node.db.read(unit)


async def _actor(node: Node, arguments: JsonDict) -> Actor:
    return (await node.db.read(lambda tx: account_named(tx, arguments["name"])))[1]


def _told(arrived: Arrived) -> JsonDict:
    lists = [_plan(each) for each in arrived.plans]
    return {"posts": _taken(arrived.taken) if arrived.taken is not None else None, "lists": lists}


def _taken(taken: Taken) -> JsonDict:
    return {
        "new": taken.posts,
        "there": taken.there,
        "passed_over": taken.passed_over,
        "files_left_out": taken.files,
        "refused": taken.refused_count,
        "refusals": [{"entry": each.number, "problem": each.problem} for each in taken.refused],
    }


def _plan(plan: Plan) -> JsonDict:
    return {
        "kind": plan.kind,
        "new": len(plan.new),
        "there": plan.there,
        "leaving": len(plan.leaving),
        "bad": len(plan.bad),
        "new_entries": [entry.target for entry in plan.new[:_NAMED]],
        "leaving_entries": list(plan.leaving[:_NAMED]),
        "bad_lines": [{"line": each.number, "problem": each.problem} for each in plan.bad[:_NAMED]],
    }
