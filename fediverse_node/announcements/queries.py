"""All SQL of the announcements room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import fields
from typing import Final

import sqlalchemy as sa

from fediverse_node.announcements.model import MAX_ANNOUNCEMENTS, MAX_KINDS, Announcement, Reaction
from fediverse_node.announcements.tables import announcement_reactions, announcements, read_announcements
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.storage.tx import Row, Tx

#: Rung when something is announced or taken back.
BELL: Final = "announcements"

_NAMES = tuple(field.name for field in fields(Announcement))
_ALL = sa.select(*(announcements.c[name] for name in _NAMES)).order_by(announcements.c.id.desc())


def add(tx: Tx, made: Announcement) -> None:
    """Announce something.

    Raises:
        NotValid: there are as many as there may be.
    """
    if len(everything(tx)) >= MAX_ANNOUNCEMENTS:
        raise NotValid(f"There can be at most {MAX_ANNOUNCEMENTS} announcements. Remove one first.")
    tx.insert(announcements, {name: getattr(made, name) for name in _NAMES})
    tx.ring(BELL)
    tx.tell("announcement", made.id)


def remove(tx: Tx, announcement_id: int) -> None:
    """Take an announcement back, with what people did with it.

    Raises:
        NotFound: there is none with this id.
    """
    for table in (announcement_reactions, read_announcements):
        tx.execute(table.delete().where(table.c.announcement_id == announcement_id))
    gone = tx.execute(announcements.delete().where(announcements.c.id == announcement_id))
    if not gone.rowcount:
        raise NotFound("There is no such announcement.")
    tx.ring(BELL)
    tx.tell("announcement.delete", announcement_id)


def everything(tx: Tx) -> tuple[Announcement, ...]:
    """All of them, the newest first, also those that have ended. Mostly no statement."""
    return tx.remembered(BELL, _everything)


def current(tx: Tx) -> list[Announcement]:
    """Those that have not ended. Mostly no statement."""
    return [each for each in everything(tx) if each.ends_at is None or each.ends_at > tx.now]


def by_id(tx: Tx, announcement_id: int) -> Announcement | None:
    """The one with this id, unless it has ended."""
    return next((each for each in current(tx) if each.id == announcement_id), None)


def read_by(tx: Tx, actor_id: int, ids: Collection[int]) -> set[int]:
    """Those of *ids* that somebody has read."""
    read = read_announcements.c
    if not ids:
        return set()
    where = (read.actor_id == actor_id, read.announcement_id.in_(list(ids)))
    return {row[0] for row in tx.all(sa.select(read.announcement_id).where(*where))}


def mark_read(tx: Tx, actor_id: int, announcement_id: int) -> None:
    """Note that somebody has read it."""
    tx.insert_missing(read_announcements, [{"announcement_id": announcement_id, "actor_id": actor_id}])


def reactions(tx: Tx, actor_id: int | None, ids: Collection[int]) -> dict[int, list[Reaction]]:
    """What stands under each of *ids*, in the order in which it came."""
    if not ids:
        return {}
    made = announcement_reactions.c
    statement = sa.select(made.announcement_id, made.emoji, made.actor_id).where(
        made.announcement_id.in_(list(ids))
    )
    found: defaultdict[int, dict[str, list[int]]] = defaultdict(dict)
    for announcement_id, emoji, who in tx.all(statement.order_by(made.id)):
        found[announcement_id].setdefault(emoji, []).append(who)
    return {
        id_: [Reaction(emoji=emoji, count=len(who), mine=actor_id in who) for emoji, who in kinds.items()]
        for id_, kinds in found.items()
    }


def react(tx: Tx, actor_id: int, announcement_id: int, emoji: str) -> None:
    """Put an emoji under it; one that is there already stays.

    Raises:
        NotValid: too many different ones are there.
    """
    kinds = {each.emoji for each in reactions(tx, actor_id, [announcement_id]).get(announcement_id, [])}
    if emoji not in kinds and len(kinds) >= MAX_KINDS:
        raise NotValid(f"There can be at most {MAX_KINDS} different emoji under an announcement.")
    row = {"id": tx.new_id(), "announcement_id": announcement_id, "actor_id": actor_id, "emoji": emoji}
    tx.insert_missing(announcement_reactions, [row])
    tx.tell("announcement.reaction", announcement_id, *map(ord, emoji))


def take_back(tx: Tx, actor_id: int, announcement_id: int, emoji: str) -> None:
    """Take an emoji away again."""
    made = announcement_reactions
    where = (made.c.announcement_id == announcement_id, made.c.actor_id == actor_id, made.c.emoji == emoji)
    if tx.execute(made.delete().where(*where)).rowcount:
        tx.tell("announcement.reaction", announcement_id, *map(ord, emoji))


def forget(tx: Tx, actor_id: int) -> None:
    """Forget what somebody read and how they reacted who is gone."""
    for table in (announcement_reactions, read_announcements):
        tx.execute(table.delete().where(table.c.actor_id == actor_id))


def _everything(tx: Tx) -> tuple[Announcement, ...]:
    return tuple(_announcement(row) for row in tx.all(_ALL, {}))


def _announcement(row: Row) -> Announcement:
    return Announcement(**dict(zip(_NAMES, row, strict=True)))
