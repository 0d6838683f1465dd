"""List timelines: of what stands in somebody's home timeline, what is by the people on a list."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from fediverse_node.follows.tables import follows
from fediverse_node.lists.model import PeopleList, RepliesPolicy
from fediverse_node.lists.tables import list_members, lists
from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, LIVE, POST
from fediverse_node.posts.tables import posts
from fediverse_node.storage.paging import Page, Prepared
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines.tables import home_entries

_LIST: sa.BindParameter[int] = sa.bindparam("list_id", type_=sa.BigInteger)
_OWNER: sa.BindParameter[int] = sa.bindparam("actor_id", type_=sa.BigInteger)
_MEMBERS = sa.select(list_members.c.target_id).where(list_members.c.list_id == _LIST)


def page(tx: Tx, which: PeopleList, where: Page) -> list[Post]:
    """A page of a list, newest first."""
    parameters = {"actor_id": which.actor_id, "list_id": which.id}
    return _page(which.replies_policy).values(tx, where, parameters, POST)


def holds(tx: Tx, which: PeopleList, post_id: int) -> bool:
    """Whether a post stands on a list."""
    return bool(page(tx, which, _just(post_id)))


def at_home(tx: Tx, actor_id: int, post_id: int) -> bool:
    """Whether a post stands in the home timeline of somebody with exclusive lists."""
    return bool(home_page(tx, actor_id, _just(post_id)))


def home_page(tx: Tx, actor_id: int, where: Page) -> list[Post]:
    """A page of the home timeline of somebody with exclusive lists, without whom these take out."""
    return _WITHOUT_EXCLUSIVE.values(tx, where, {"actor_id": actor_id}, POST)


def _just(post_id: int) -> Page:
    return Page(since_id=post_id - 1, max_id=post_id + 1, limit=1)


@cache
def _page(policy: RepliesPolicy) -> Prepared:
    answered = posts.alias("answered")
    # Whom they answer there: themselves, or the owner of the list, as Mastodon has it.
    shown = [
        posts.c.in_reply_to_uri.is_(None),
        answered.c.actor_id == posts.c.actor_id,
        answered.c.actor_id == _OWNER,
    ]
    if policy == "list":
        shown.append(answered.c.actor_id.in_(_MEMBERS))
    if policy == "followed":
        followed = sa.select(follows.c.target_id).where(
            follows.c.follower_id == _OWNER, follows.c.state == "accepted"
        )
        shown.append(answered.c.actor_id.in_(followed))
    statement: sa.Select[Any] = (
        sa.select(*COLUMNS)
        .join_from(home_entries, posts, posts.c.id == home_entries.c.post_id)
        .outerjoin(answered, answered.c.id == posts.c.in_reply_to_id)
        .where(home_entries.c.actor_id == _OWNER, posts.c.actor_id.in_(_MEMBERS), sa.or_(*shown), LIVE)
    )
    return Prepared(statement, home_entries.c.post_id)


def _without_exclusive() -> Prepared:
    taken_out = (
        sa.select(list_members.c.target_id)
        .join_from(lists, list_members, list_members.c.list_id == lists.c.id)
        .where(lists.c.actor_id == _OWNER, lists.c.exclusive)
    )
    statement: sa.Select[Any] = (
        sa.select(*COLUMNS)
        .join_from(home_entries, posts, posts.c.id == home_entries.c.post_id)
        .where(home_entries.c.actor_id == _OWNER, posts.c.actor_id.not_in(taken_out), LIVE)
    )
    return Prepared(statement, home_entries.c.post_id)


_WITHOUT_EXCLUSIVE = _without_exclusive()
