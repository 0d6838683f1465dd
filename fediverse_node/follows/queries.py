"""All SQL of the follows room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from fediverse_node.actors.tables import actors
from fediverse_node.follows.model import Follow
from fediverse_node.follows.tables import follows
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page, Prepared
from fediverse_node.storage.tx import Row, Tx

_NAMES = [field.name for field in fields(Follow)]
_COLUMNS = [follows.c[name] for name in _NAMES]
#: Followers at one origin that are looked at; one is enough, and some may be suspended.
_SOME = 20
# Asked with many pages, so they are built once.
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_PAIR = sa.select(*_COLUMNS).where(
    follows.c.follower_id == sa.bindparam("by"), follows.c.target_id == sa.bindparam("of")
)
_OUTGOING = sa.select(*_COLUMNS).where(
    follows.c.follower_id == sa.bindparam("actor_id"), follows.c.target_id.in_(_IDS)
)
_INCOMING = sa.select(*_COLUMNS).where(
    follows.c.target_id == sa.bindparam("actor_id"), follows.c.follower_id.in_(_IDS)
)
_ACCEPTED = follows.c.state == "accepted"
_LOCAL_FOLLOWER = (
    sa.select(follows.c.id)
    .join_from(follows, actors, actors.c.id == follows.c.follower_id)
    .where(follows.c.target_id == sa.bindparam("actor_id"), _ACCEPTED, actors.c.local)
    .limit(1)
)

_FOLLOWERS, _FOLLOWING = (
    sa.select(column, sa.func.count()).where(column.in_(_IDS), _ACCEPTED).group_by(column)
    for column in (follows.c.target_id, follows.c.follower_id)
)
_FOLLOWERS_PAGE = Prepared(
    sa.select(follows.c.id, follows.c.follower_id).where(
        follows.c.target_id == sa.bindparam("actor_id"), _ACCEPTED
    ),
    follows.c.id,
)
_FOLLOWING_PAGE = Prepared(
    sa.select(follows.c.id, follows.c.target_id).where(
        follows.c.follower_id == sa.bindparam("actor_id"), _ACCEPTED
    ),
    follows.c.id,
)
_REQUESTS = sa.select(sa.func.count()).where(
    follows.c.target_id == sa.bindparam("actor_id"), follows.c.state == "pending"
)


def add(tx: Tx, follow: Follow) -> bool:
    """Store a follow. False when the pair has one already (which is left as it is)."""
    return tx.insert_new(follows, {name: getattr(follow, name) for name in _NAMES})


def find(tx: Tx, follower_id: int, target_id: int) -> Follow | None:
    """The follow of this pair, pending or accepted."""
    row = tx.first(_PAIR, {"by": follower_id, "of": target_id})
    return None if row is None else _follow(row)


def by_uri(tx: Tx, uri: str) -> Follow | None:
    """The follow that this Follow activity made."""
    return _one(tx, follows.c.uri == uri)


def accept(tx: Tx, follow: Follow) -> bool:
    """Make a pending follow an accepted one. False when it no longer is pending."""
    where = sa.and_(follows.c.id == follow.id, follows.c.state == "pending")
    changed = tx.execute(follows.update().where(where).values(state="accepted", accepted_at=tx.now))
    return changed.rowcount == 1


def rename(tx: Tx, follow: Follow, uri: str) -> None:
    """A peer sent a second Follow for the pair: answer to its newest id from now on."""
    tx.execute(follows.update().where(follows.c.id == follow.id).values(uri=uri))


def remove(tx: Tx, follow: Follow) -> bool:
    """Forget a follow. False when it was gone."""
    return tx.execute(follows.delete().where(follows.c.id == follow.id)).rowcount == 1


def remove_all_of(tx: Tx, actor_id: int) -> None:
    """Forget every follow of and by an actor that is gone."""
    either = sa.or_(follows.c.follower_id == actor_id, follows.c.target_id == actor_id)
    tx.execute(follows.delete().where(either))


def follower_inboxes(tx: Tx, target_id: int) -> list[str]:
    """Where to send what followers may see: distinct inboxes of active, remote, accepted followers."""
    inbox = sa.func.coalesce(actors.c.shared_inbox, actors.c.inbox)
    statement = (
        sa.select(inbox)
        .join_from(follows, actors, actors.c.id == follows.c.follower_id)
        .where(follows.c.target_id == target_id, _ACCEPTED, sa.not_(actors.c.local))
        .where(actors.c.suspended_at.is_(None), actors.c.deleted_at.is_(None))
        .distinct()
    )
    return [row[0] for row in tx.all(statement)]


def related_inboxes(tx: Tx, actor_id: int) -> list[str]:
    """Distinct inboxes of everybody elsewhere who follows an actor, is followed by it, or asked to."""
    inbox = sa.func.coalesce(actors.c.shared_inbox, actors.c.inbox)
    following = sa.select(follows.c.target_id).where(follows.c.follower_id == actor_id)
    followers = sa.select(follows.c.follower_id).where(follows.c.target_id == actor_id)
    statement = sa.select(inbox).where(
        sa.or_(actors.c.id.in_(following), actors.c.id.in_(followers)), sa.not_(actors.c.local)
    )
    return [row[0] for row in tx.all(statement.distinct())]


def at_inbox(tx: Tx, target_id: int, inbox: str) -> list[Follow]:
    """The follows of *target_id* by remote actors who are reached through this inbox."""
    statement = (
        sa.select(*_COLUMNS)
        .join_from(follows, actors, actors.c.id == follows.c.follower_id)
        .where(follows.c.target_id == target_id, sa.not_(actors.c.local))
        .where(sa.func.coalesce(actors.c.shared_inbox, actors.c.inbox) == inbox)
    )
    return [_follow(row) for row in tx.all(statement)]


def local_follower_ids(tx: Tx, target_id: int) -> list[int]:
    """Local actors with an accepted follow."""
    statement = (
        sa.select(follows.c.follower_id)
        .join_from(follows, actors, actors.c.id == follows.c.follower_id)
        .where(follows.c.target_id == target_id, _ACCEPTED, actors.c.local)
    )
    return [row[0] for row in tx.all(statement)]


def has_local_followers(tx: Tx, target_id: int) -> bool:
    """Whether anybody here follows this actor."""
    return tx.first(_LOCAL_FOLLOWER, {"actor_id": target_id}) is not None


def is_following(tx: Tx, follower_id: int, target_id: int) -> bool:
    """Whether the follow exists and was accepted."""
    follow = find(tx, follower_id, target_id)
    return follow is not None and follow.state == "accepted"


def followed_among(tx: Tx, follower_id: int, target_ids: Iterable[int]) -> set[int]:
    """Those of *target_ids* that the actor follows, accepted, in one statement."""
    return {
        id_ for id_, follow in outgoing(tx, follower_id, target_ids).items() if follow.state == "accepted"
    }


def outgoing(tx: Tx, follower_id: int, target_ids: Iterable[int]) -> dict[int, Follow]:
    """Follows of one actor, by target."""
    rows = tx.all(_OUTGOING, {"actor_id": follower_id, "ids": list(set(target_ids))})
    return {follow.target_id: follow for follow in map(_follow, rows)}


def incoming(tx: Tx, target_id: int, follower_ids: Iterable[int]) -> dict[int, Follow]:
    """Follows of one target, by follower."""
    rows = tx.all(_INCOMING, {"actor_id": target_id, "ids": list(set(follower_ids))})
    return {follow.follower_id: follow for follow in map(_follow, rows)}


def followers_at(tx: Tx, target_id: int, origin: str) -> list[int]:
    """Some accepted followers whose ids are on *origin* (`https://host`)."""
    here = actors.c.uri.startswith(f"{origin}/", autoescape=True)
    statement = (
        sa.select(follows.c.follower_id)
        .join_from(follows, actors, actors.c.id == follows.c.follower_id)
        .where(follows.c.target_id == target_id, _ACCEPTED, sa.not_(actors.c.local), here)
        .limit(_SOME)
    )
    return [row[0] for row in tx.all(statement)]


def neighbours_at(tx: Tx, actor_id: int, domain: str) -> list[int]:
    """Whom an actor follows, or is followed by, at *domain* and below it, with any port."""
    either = sa.or_(
        sa.and_(follows.c.follower_id == actor_id, actors.c.id == follows.c.target_id),
        sa.and_(follows.c.target_id == actor_id, actors.c.id == follows.c.follower_id),
    )
    statement = sa.select(actors.c.id, actors.c.domain).join_from(follows, actors, either)
    rows = tx.all(statement.where(sa.not_(actors.c.local)).distinct())
    return [row[0] for row in rows if _is_at(row[1], domain)]


def _is_at(host: str, domain: str) -> bool:
    bare = host.rpartition(":")[0] or host
    return domain in {host, bare} or bare.endswith(f".{domain}")


def counts(tx: Tx, actor_id: int) -> tuple[int, int]:
    """How many follow the actor, and how many it follows; accepted ones only."""
    count = sa.select(sa.func.count()).select_from(follows).where(_ACCEPTED)
    followers = count.where(follows.c.target_id == actor_id).scalar_subquery()
    following = count.where(follows.c.follower_id == actor_id).scalar_subquery()
    row = tx.first(sa.select(followers, following))
    assert row is not None
    return row[0], row[1]


def counts_of(tx: Tx, actor_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """(followers, following) of each of *actor_ids*, accepted ones only, in two statements."""
    ids = list(set(actor_ids))
    followers = {row[0]: row[1] for row in tx.all(_FOLLOWERS, {"ids": ids})}
    following = {row[0]: row[1] for row in tx.all(_FOLLOWING, {"ids": ids})}
    return {id_: (followers.get(id_, 0), following.get(id_, 0)) for id_ in ids}


def followers_page(tx: Tx, actor_id: int, page: Page) -> list[tuple[int, int]]:
    """(id of the follow, id of the follower), newest first."""
    return [(row[0], row[1]) for row in _FOLLOWERS_PAGE.rows(tx, page, {"actor_id": actor_id})]


def following_page(tx: Tx, actor_id: int, page: Page) -> list[tuple[int, int]]:
    """(id of the follow, id of the followed), newest first."""
    return [(row[0], row[1]) for row in _FOLLOWING_PAGE.rows(tx, page, {"actor_id": actor_id})]


def wanted_page(tx: Tx, actor_id: int, page: Page) -> list[tuple[int, int]]:
    """(id of the follow, id of whom the actor follows or asked to follow), newest first."""
    statement: sa.Select[Any] = sa.select(follows.c.id, follows.c.target_id).where(
        follows.c.follower_id == actor_id
    )
    return [(row[0], row[1]) for row in paging.rows(tx, statement, follows.c.id, page)]


def count_requests(tx: Tx, actor_id: int) -> int:
    """How many follows wait for this actor's answer."""
    return int(tx.scalar(_REQUESTS, {"actor_id": actor_id}))


def requests_page(tx: Tx, actor_id: int, page: Page) -> list[Follow]:
    """Follows that wait for this actor's answer, newest first."""
    statement: sa.Select[Any] = sa.select(*_COLUMNS)
    statement = statement.where(follows.c.target_id == actor_id, follows.c.state == "pending")
    return [_follow(row) for row in paging.rows(tx, statement, follows.c.id, page)]


def _one(tx: Tx, where: sa.ColumnElement[bool]) -> Follow | None:
    row = tx.first(sa.select(*_COLUMNS).where(where))
    return None if row is None else _follow(row)


def _follow(row: Row) -> Follow:
    return Follow(**{name: getattr(row, name) for name in _NAMES})
