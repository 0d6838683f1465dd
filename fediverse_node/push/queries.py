"""All SQL about subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import origin_of
from fediverse_node.notifications.tables import notifications
from fediverse_node.oauth.tables import access_tokens
from fediverse_node.push.envelope import base64url, from_base64
from fediverse_node.push.model import Recipient, Subscription, Wish
from fediverse_node.push.tables import push_subscriptions
from fediverse_node.storage.base import Moment
from fediverse_node.storage.tx import Row, Tx, locked

#: Rung when somebody subscribes, or ends it.
BELL: Final = "push_subscriptions"
#: Each message to a person is written and sent once for each of their apps.
MAX_SUBSCRIPTIONS: Final = 50

_ROWS = push_subscriptions.c
_LIVE = sa.exists().where(access_tokens.c.id == _ROWS.token_id, access_tokens.c.revoked_at.is_(None))
_NEWS = sa.exists().where(
    notifications.c.actor_id == _ROWS.actor_id,
    notifications.c.id > _ROWS.told,
    notifications.c.id < sa.bindparam("before", type_=sa.BigInteger),
)
_OF_TOKEN = sa.select(push_subscriptions).where(_ROWS.token_id == sa.bindparam("token_id"))
_DUE = (
    sa.select(push_subscriptions)
    .where(_ROWS.due_at <= sa.bindparam("now", type_=Moment), _NEWS)
    .order_by(_ROWS.due_at, _ROWS.id)
)
_CLAIM = locked(_DUE.where(_LIVE).limit(sa.bindparam("limit", type_=sa.Integer)))
_DEAD = sa.select(_ROWS.id).where(~_LIVE).limit(1)
_NEWEST = sa.select(sa.func.max(notifications.c.id)).where(
    notifications.c.actor_id == sa.bindparam("actor_id"),
    notifications.c.id < sa.bindparam("before", type_=sa.BigInteger),
)
_ANYBODY = sa.select(_ROWS.id).limit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How telling one app ended.

    Attributes:
        told: the last notification that is settled now.
        due_at: when there may be something to tell again.
        failing_since: since when nothing could be sent; None where it could.
        whole_service: whether the service was to blame, so that nothing is sent to it before *due_at*.
    """

    subscription: Subscription
    told: int
    due_at: datetime
    attempts: int = 0
    failing_since: datetime | None = None
    whole_service: bool = False


def subscribe(
    tx: Tx, *, token_id: int, account_id: int, actor_id: int, to: Recipient, token: str, wish: Wish
) -> Subscription:
    """Tell the app that has *token* from now on, and where it was told before no more.

    Raises:
        NotValid: the account has as many subscriptions as there may be.
    """
    unsubscribe(tx, token_id)
    counted = sa.select(sa.func.count()).select_from(push_subscriptions)
    if tx.scalar(counted.where(_ROWS.account_id == account_id, _LIVE)) >= MAX_SUBSCRIPTIONS:
        raise NotValid(
            f"There can be at most {MAX_SUBSCRIPTIONS} push subscriptions. End one in another app."
        )
    id_ = tx.new_id()
    tx.insert(
        push_subscriptions,
        {
            "id": id_,
            "token_id": token_id,
            "account_id": account_id,
            "actor_id": actor_id,
            "endpoint": to.endpoint,
            "service": origin_of(to.endpoint),
            "p256dh": base64url(to.p256dh),
            "auth": base64url(to.auth),
            "private_key": tx.vault.seal(token, about=to.endpoint),
            "standard": to.standard,
            "alerts": sorted(wish.alerts),
            "audience": wish.audience,
            # What came before is history: every id of later notifications is greater.
            "told": id_,
            "due_at": tx.now,
            "attempts": 0,
            "failing_since": None,
            "created_at": tx.now,
        },
    )
    tx.ring(BELL)
    made = of_token(tx, token_id)
    assert made is not None
    return made


def of_token(tx: Tx, token_id: int) -> Subscription | None:
    """The subscription that was made with a token."""
    row = tx.first(_OF_TOKEN, {"token_id": token_id})
    return None if row is None else _subscription(tx, row)


def change(tx: Tx, token_id: int, wish: Wish) -> None:
    """Tell of this from now on."""
    values = {"alerts": sorted(wish.alerts), "audience": wish.audience}
    tx.execute(push_subscriptions.update().where(_ROWS.token_id == token_id).values(**values))


def unsubscribe(tx: Tx, token_id: int) -> None:
    """Tell the app that has this token no more."""
    tx.execute(push_subscriptions.delete().where(_ROWS.token_id == token_id))
    tx.ring(BELL)


def end(tx: Tx, subscription_id: int) -> None:
    """Forget a subscription of which its service says that it is gone."""
    tx.execute(push_subscriptions.delete().where(_ROWS.id == subscription_id))
    tx.ring(BELL)


def forget(tx: Tx, actor_id: int) -> None:
    """Forget the subscriptions of somebody who is gone."""
    tx.execute(push_subscriptions.delete().where(_ROWS.actor_id == actor_id))
    tx.ring(BELL)


def anybody(tx: Tx) -> bool:
    """Whether anybody wants to be told anything. Mostly no statement."""
    return tx.remembered(BELL, lambda tx: tx.first(_ANYBODY) is not None)


def is_live(tx: Tx, subscription_id: int) -> bool:
    """Whether the subscription is there and its token is still good."""
    where = sa.and_(_ROWS.id == subscription_id, _LIVE)
    return tx.first(sa.select(_ROWS.id).where(where)) is not None


def newest(tx: Tx, actor_id: int, *, before: int) -> int:
    """The newest of somebody's notifications with a smaller id than *before*; 0 where there is none."""
    return tx.scalar(_NEWEST, {"actor_id": actor_id, "before": before}) or 0


def anything_due(tx: Tx, *, before: int) -> bool:
    """Whether `claim` would find something, or something to forget."""
    due = tx.first(_DUE, {"now": tx.now, "before": before})
    return due is not None or tx.first(_DEAD, {}) is not None


def claim(tx: Tx, *, before: int, lease: timedelta, limit: int) -> list[Subscription]:
    """Subscriptions of which there is something to tell, held for *lease* against whoever else would.

    Those whose token was revoked are forgotten (OAU-14).

    Args:
        tx: a write transaction.
        before: notifications with smaller ids are looked at.
        lease: how long the outcome may take to be recorded.
        limit: the most that are given.
    """
    tx.execute(push_subscriptions.delete().where(~_LIVE))
    rows = tx.all(_CLAIM, {"now": tx.now, "before": before, "limit": limit})
    held = [row.id for row in rows]
    if held:
        tx.execute(push_subscriptions.update().where(_ROWS.id.in_(held)).values(due_at=tx.now + lease))
    return [_subscription(tx, row) for row in rows]


def record(tx: Tx, outcome: Outcome) -> None:
    """Write down how it ended. Of a subscription that was replaced meanwhile nothing is written."""
    found = outcome.subscription
    values: dict[str, Any] = {
        "told": outcome.told,
        "due_at": outcome.due_at,
        "attempts": outcome.attempts,
        "failing_since": outcome.failing_since,
    }
    tx.execute(push_subscriptions.update().where(_ROWS.id == found.id).values(**values))
    if outcome.whole_service:
        same = sa.and_(_ROWS.service == found.service, _ROWS.due_at < outcome.due_at)
        tx.execute(push_subscriptions.update().where(same).values(due_at=outcome.due_at))


def _subscription(tx: Tx, row: Row) -> Subscription:
    to = Recipient(
        endpoint=row.endpoint,
        p256dh=from_base64(row.p256dh),
        auth=from_base64(row.auth),
        standard=bool(row.standard),
    )
    return Subscription(
        id=row.id,
        token_id=row.token_id,
        account_id=row.account_id,
        actor_id=row.actor_id,
        recipient=to,
        service=row.service,
        token=tx.vault.open(row.private_key, about=row.endpoint),
        alerts=frozenset(row.alerts),
        audience=row.audience,
        told=row.told,
        attempts=row.attempts,
        failing_since=row.failing_since,
    )
