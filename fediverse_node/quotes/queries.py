"""All SQL of the quotes room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa

from fediverse_node.quotes.model import ACTIONS, SILENT, Interaction, Kind, Permission, Policy, State
from fediverse_node.quotes.tables import interaction_policies as policies
from fediverse_node.quotes.tables import interactions
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Row, Tx

_NAMES = tuple(field.name for field in fields(Interaction))
_COLUMNS = [interactions.c[name] for name in _NAMES]
_SELECT = sa.select(*_COLUMNS)
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
# Asked with every page, so they are built once.
_POLICIES = sa.select(policies.c.post_id, *(policies.c[name] for name in ACTIONS)).where(
    policies.c.post_id.in_(_IDS)
)
_OF_POSTS = _SELECT.where(interactions.c.post_id.in_(_IDS))
_BY_POST_URI = _SELECT.where(
    interactions.c.post_uri == sa.bindparam("post_uri"), interactions.c.kind == sa.bindparam("kind")
)
_BY_REQUEST = _SELECT.where(interactions.c.request_uri == sa.bindparam("uri"))
_BY_AUTHORIZATION = _SELECT.where(interactions.c.authorization_uri == sa.bindparam("uri"))
# One statement for both, as every page of statuses asks for both.
_STANDING = sa.select(
    sa.union_all(
        sa.select(
            policies.c.post_id,
            *(policies.c[name] for name in ACTIONS),
            sa.null().cast(sa.Integer).label("quoted"),
        ).where(policies.c.post_id.in_(_IDS)),
        sa.select(
            interactions.c.target_id,
            *(sa.null().cast(sa.Text) for _ in ACTIONS),
            sa.func.count(),
        )
        .where(
            interactions.c.target_id.in_(_IDS),
            interactions.c.kind == "quote",
            interactions.c.state == "accepted",
        )
        .group_by(interactions.c.target_id),
    ).subquery()
)
_BY_ID = _SELECT.where(interactions.c.id == sa.bindparam("id"))


def set_policy(tx: Tx, post_id: int, policy: Policy) -> None:
    """Note what the author of a post allows; silence about everything takes the note away."""
    if policy == SILENT:
        tx.execute(policies.delete().where(policies.c.post_id == post_id))
        return
    values: dict[str, Any] = {name: _lists(policy.of(name)) for name in ACTIONS}
    tx.upsert(policies, {"post_id": post_id, **values}, key=["post_id"])


def policies_of(tx: Tx, ids: Iterable[int]) -> dict[int, Policy]:
    """What is noted, by post, in one statement; posts with nothing of their own are absent."""
    return {row[0]: _policy(row) for row in tx.all(_POLICIES, {"ids": list(set(ids))})}


def standing_of(tx: Tx, ids: Iterable[int]) -> tuple[dict[int, Policy], dict[int, int]]:
    """As `policies_of`, and how often each post is quoted with its author's yes; never is absent."""
    noted, quoted = {}, {}
    for row in tx.all(_STANDING, {"ids": list(set(ids))}):
        if row[-1] is None:
            noted[row[0]] = _policy(row)
        else:
            quoted[row[0]] = row[-1]
    return noted, quoted


def add(tx: Tx, interaction: Interaction) -> bool:
    """Note a new quote, answer or boost. False when one of this kind is noted for this post."""
    return tx.insert_new(interactions, {name: getattr(interaction, name) for name in _NAMES})


def decide(
    tx: Tx, interaction: Interaction, state: State, *, authorization_uri: str | None = None
) -> Interaction:
    """Note an answer. An address of a yes that is not given any more is forgotten."""
    return _change(tx, interaction, {"state": state, "authorization_uri": authorization_uri})


def link(tx: Tx, interaction: Interaction, *, post_id: int, target: int, owner: int) -> Interaction:
    """Note which rows the two posts are, and whose the *target* is, now that both are here."""
    return _change(tx, interaction, {"post_id": post_id, "target_id": target, "target_actor_id": owner})


def ask_again(tx: Tx, interaction: Interaction, request_uri: str) -> Interaction:
    """The same was asked under a newer id, by which the answer will go."""
    return _change(tx, interaction, {"request_uri": request_uri})


def remove(tx: Tx, interaction: Interaction) -> None:
    """Forget one: the post does it no more."""
    tx.execute(interactions.delete().where(interactions.c.id == interaction.id))


def by_id(tx: Tx, interaction_id: int) -> Interaction | None:
    """The one with this id."""
    return _only(tx.first(_BY_ID, {"id": interaction_id}))


def by_post_uri(tx: Tx, post_uri: str, kind: Kind) -> Interaction | None:
    """What the post with this ActivityPub id does."""
    return _only(tx.first(_BY_POST_URI, {"post_uri": post_uri, "kind": kind}))


def by_request(tx: Tx, uri: str) -> Interaction | None:
    """What the activity with this id asked for."""
    return _only(tx.first(_BY_REQUEST, {"uri": uri}))


def by_authorization(tx: Tx, uri: str) -> list[Interaction]:
    """Whatever relies on the authorization at *uri*."""
    return [_interaction(row) for row in tx.all(_BY_AUTHORIZATION, {"uri": uri})]


def of_posts(tx: Tx, ids: Iterable[int]) -> dict[int, dict[Kind, Interaction]]:
    """What these posts do that takes consent, by post and kind, in one statement."""
    found: dict[int, dict[Kind, Interaction]] = {}
    for row in tx.all(_OF_POSTS, {"ids": list(set(ids))}):
        each = _interaction(row)
        found.setdefault(each.post_id or 0, {})[each.kind] = each
    return found


def quotes_of(tx: Tx, target_id: int, page: Page) -> list[Interaction]:
    """The accepted quotes of a post, newest first."""
    statement = _SELECT.where(
        interactions.c.target_id == target_id,
        interactions.c.kind == "quote",
        interactions.c.state == "accepted",
        interactions.c.post_id.is_not(None),
    )
    return [_interaction(row) for row in paging.rows(tx, statement, interactions.c.id, page)]


def _change(tx: Tx, interaction: Interaction, values: dict[str, Any]) -> Interaction:
    changed = {**values, "updated_at": tx.now}
    tx.execute(interactions.update().where(interactions.c.id == interaction.id).values(**changed))
    return replace(interaction, **changed)


def _lists(permission: Permission | None) -> list[list[str]] | None:
    return None if permission is None else [list(permission.automatic), list(permission.manual)]


def _policy(row: Row) -> Policy:
    return Policy(
        reply=_permission(row[1]),
        quote=_permission(row[2]),
        boost=_permission(row[3]),
        like=_permission(row[4]),
    )


def _permission(value: list[list[str]] | None) -> Permission | None:
    return None if value is None else Permission(automatic=tuple(value[0]), manual=tuple(value[1]))


def _only(row: Row | None) -> Interaction | None:
    return None if row is None else _interaction(row)


def _interaction(row: Row) -> Interaction:
    return Interaction(**dict(zip(_NAMES, row, strict=True)))
