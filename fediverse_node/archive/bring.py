"""Bringing lists along: whom somebody follows, blocks and mutes, and the servers they do not hear.

Who the people are has to be asked first, at hundreds of servers: they wait in a queue for their turn, and
`archive.worker` does for each what a click would do. Servers need nobody to be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.archive.csvs import BadLine, Entry, Listed, ListKind
from fediverse_node.federation.outbox import block as blocking
from fediverse_node.federation.outbox import follow as following
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.follows import queries as follows
from fediverse_node.imports import wishes
from fediverse_node.imports.model import WishKind
from fediverse_node.kernel.errors import NodeError, NotAllowed
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import Mute
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx

T = TypeVar("T")

_PAGE: Final = 80
#: Wishes that one transaction queues: others want to write, too.
_CHUNK: Final = 500
_WISHES: Final[dict[ListKind, WishKind]] = {"follows": "follow", "blocks": "block", "mutes": "mute"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a list means here.

    Attributes:
        new: what is not so yet.
        there: how many are.
        leaving: handles or domains that end, because the list replaces what there was.
        bad: lines that were passed over.
    """

    kind: ListKind
    new: tuple[Entry, ...]
    there: int
    leaving: tuple[str, ...]
    bad: tuple[BadLine, ...]


async def plan(desk: Desk, actor: Actor, listed: Listed, *, replacing: bool) -> Plan:
    """What *listed* would change for *actor*. Nothing changes."""
    now = await desk.db.read(lambda tx: _standing(tx, actor, listed.kind))
    return _plan(listed, now, actor, replacing=replacing)


async def bring(desk: Desk, actor: Actor, listed: Listed, *, replacing: bool) -> Plan:
    """Do it: what is new is queued, or done at once; with *replacing* what is not in the list ends at once.

    Raises:
        NotAllowed: the account has moved away.
    """
    if actor.moved_to is not None:
        raise NotAllowed(f"This account has moved to {actor.moved_to}.")
    now = await desk.db.read(lambda tx: _standing(tx, actor, listed.kind))
    found = _plan(listed, now, actor, replacing=replacing)
    if replacing and listed.kind in _WISHES:
        await desk.db.write(lambda tx: wishes.withdraw(tx, actor.id, _WISHES[listed.kind]))
    for target in found.leaving:
        await _end(desk, actor, listed.kind, target, now[target])
    if listed.kind == "domains":
        for entry in found.new:
            await blocking.shun(desk, actor, entry.target)
        return found
    wish = _WISHES[listed.kind]
    for begin in range(0, len(found.new), _CHUNK):
        wanted = [(entry.target, entry.notifications) for entry in found.new[begin : begin + _CHUNK]]
        await desk.db.write(lambda tx: wishes.add(tx, actor.id, wish, wanted))  # noqa: B023 awaited within its turn
    return found


def _plan(listed: Listed, now: dict[str, int], actor: Actor, *, replacing: bool) -> Plan:
    wanted = {entry.target for entry in listed.entries}
    own = actor.handle.lower()
    new = [entry for entry in listed.entries if entry.target not in now and entry.target != own]
    return Plan(
        kind=listed.kind,
        new=tuple(new),
        there=len(wanted & set(now)),
        leaving=tuple(target for target in now if target not in wanted) if replacing else (),
        bad=listed.bad,
    )


def _standing(tx: Tx, actor: Actor, kind: ListKind) -> dict[str, int]:
    """What is so now: ids by handle or domain."""
    if kind == "domains":
        return {domain: id_ for id_, domain in _all(lambda page: moderation.shunned_page(tx, actor.id, page))}
    if kind == "mutes":
        rows = _all(lambda page: _ids(moderation.mutes_page(tx, actor.id, page)))
    else:
        read = follows.wanted_page if kind == "follows" else moderation.blocks_page
        rows = _all(lambda page: read(tx, actor.id, page))
    found: dict[str, int] = {}
    ids = [target for _, target in rows]
    for begin in range(0, len(ids), _PAGE):
        people = actors.by_ids(tx, ids[begin : begin + _PAGE])
        found |= {person.handle.lower(): id_ for id_, person in people.items()}
    return found


def _ids(found: list[Mute]) -> list[tuple[int, int]]:
    return [(each.id, each.target_id) for each in found]


def _all(read: Callable[[Page], list[tuple[int, T]]]) -> list[tuple[int, T]]:
    rows: list[tuple[int, T]] = []
    after = 0
    while found := read(Page(min_id=after, limit=_PAGE))[::-1]:
        rows += found
        after = found[-1][0]
    return rows


async def _end(desk: Desk, actor: Actor, kind: ListKind, target: str, target_id: int) -> None:
    try:
        match kind:
            case "follows":
                await following.unfollow(desk, actor, target_id)
            case "blocks":
                await blocking.unblock(desk, actor, target_id)
            case "mutes":
                await blocking.unmute(desk, actor, target_id)
            case "domains":
                await blocking.unshun(desk, actor, target)
    except NodeError:
        return  # gone meanwhile, which is what was wanted
