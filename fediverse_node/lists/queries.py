"""All SQL of the lists room."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any, Final

import sqlalchemy as sa

from fediverse_node.kernel.errors import NotValid
from fediverse_node.lists.model import MAX_LISTS, MAX_MEMBERS, PeopleList
from fediverse_node.lists.tables import list_members, lists
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Row, Tx

#: Rung when a list changes that is exclusive, or was.
BELL: Final = "exclusive lists"

_NAMES = tuple(field.name for field in fields(PeopleList))
_COLUMNS = [lists.c[name] for name in _NAMES]
_EXCLUSIVE = sa.select(lists.c.actor_id).where(lists.c.exclusive).distinct()

_HOLDING = (
    sa.select(*_COLUMNS)
    .join_from(lists, list_members, list_members.c.list_id == lists.c.id)
    .where(list_members.c.target_id == sa.bindparam("target_id"))
)


def create(tx: Tx, made: PeopleList) -> None:
    """Store a new list.

    Raises:
        NotValid: its owner has as many as there may be.
    """
    count = sa.select(sa.func.count()).select_from(lists).where(lists.c.actor_id == made.actor_id)
    if tx.scalar(count) >= MAX_LISTS:
        raise NotValid(f"There can be at most {MAX_LISTS} lists.")
    tx.insert(lists, {name: getattr(made, name) for name in _NAMES} | {"created_at": tx.now})
    tx.ring(BELL)


def change(tx: Tx, changed: PeopleList) -> None:
    """Store a list as it is now."""
    values = {name: getattr(changed, name) for name in ("title", "replies_policy", "exclusive")}
    tx.execute(lists.update().where(lists.c.id == changed.id).values(**values))
    tx.ring(BELL)


def remove(tx: Tx, list_id: int) -> None:
    """Forget a list and who was on it."""
    tx.execute(list_members.delete().where(list_members.c.list_id == list_id))
    tx.execute(lists.delete().where(lists.c.id == list_id))
    tx.ring(BELL)


def of_actor(tx: Tx, actor_id: int) -> list[PeopleList]:
    """Somebody's lists, by name."""
    statement = sa.select(*_COLUMNS).where(lists.c.actor_id == actor_id)
    return [_list(row) for row in tx.all(statement.order_by(lists.c.title, lists.c.id))]


def by_id(tx: Tx, actor_id: int, list_id: int) -> PeopleList | None:
    """One list, if it is this person's."""
    row = tx.first(sa.select(*_COLUMNS).where(lists.c.id == list_id, lists.c.actor_id == actor_id))
    return None if row is None else _list(row)


def with_member(tx: Tx, actor_id: int, target_id: int) -> list[PeopleList]:
    """Those of somebody's lists that *target_id* is on."""
    statement = (
        sa.select(*_COLUMNS)
        .join_from(lists, list_members, list_members.c.list_id == lists.c.id)
        .where(lists.c.actor_id == actor_id, list_members.c.target_id == target_id)
    )
    return [_list(row) for row in tx.all(statement.order_by(lists.c.title, lists.c.id))]


def holding(tx: Tx, target_id: int) -> list[PeopleList]:
    """Everybody's lists that *target_id* is on."""
    return [_list(row) for row in tx.all(_HOLDING, {"target_id": target_id})]


def add(tx: Tx, list_id: int, target_ids: Collection[int]) -> None:
    """Put people on a list; who is on it already stays.

    Raises:
        NotValid: it would hold more than a list may.
    """
    count = sa.select(sa.func.count()).select_from(list_members).where(list_members.c.list_id == list_id)
    if tx.scalar(count) + len(target_ids) > MAX_MEMBERS:
        raise NotValid(f"There can be at most {MAX_MEMBERS} people on a list.")
    rows = [{"id": tx.new_id(), "list_id": list_id, "target_id": target} for target in target_ids]
    tx.insert_missing(list_members, rows)


def take_off(tx: Tx, list_id: int, target_ids: Collection[int]) -> None:
    """Take people off a list."""
    where = (list_members.c.list_id == list_id, list_members.c.target_id.in_(list(target_ids)))
    tx.execute(list_members.delete().where(*where))


def take_off_all(tx: Tx, actor_id: int, target_id: int) -> None:
    """Take somebody off every list of a person who no longer follows them."""
    own = sa.select(lists.c.id).where(lists.c.actor_id == actor_id)
    where = (list_members.c.target_id == target_id, list_members.c.list_id.in_(own))
    tx.execute(list_members.delete().where(*where))


def forget(tx: Tx, actor_id: int) -> None:
    """Forget the lists of somebody who is gone, and that they were on others'."""
    own = sa.select(lists.c.id).where(lists.c.actor_id == actor_id)
    either = sa.or_(list_members.c.list_id.in_(own), list_members.c.target_id == actor_id)
    tx.execute(list_members.delete().where(either))
    tx.execute(lists.delete().where(lists.c.actor_id == actor_id))
    tx.ring(BELL)


def members_page(tx: Tx, list_id: int, page: Page) -> list[tuple[int, int]]:
    """(id of the entry, id of who is on the list), the last one first."""
    statement: sa.Select[Any] = sa.select(list_members.c.id, list_members.c.target_id).where(
        list_members.c.list_id == list_id
    )
    return [(row[0], row[1]) for row in paging.rows(tx, statement, list_members.c.id, page)]


def has_exclusive(tx: Tx, actor_id: int) -> bool:
    """Whether any list of somebody takes people out of their home timeline. Mostly no statement."""
    return actor_id in tx.remembered(BELL, _with_exclusive)


def _with_exclusive(tx: Tx) -> frozenset[int]:
    return frozenset(row[0] for row in tx.all(_EXCLUSIVE, {}))


def _list(row: Row) -> PeopleList:
    return PeopleList(**dict(zip(_NAMES, row, strict=True)))
