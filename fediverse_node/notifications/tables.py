"""Rows of the notifications room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

notifications = sa.Table(
    "notifications",
    metadata,
    id_column(),
    #: the local actor who is told
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    #: see `model.NotificationType`
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("from_actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    #: a plain number: 0 where the event has no post, so that the constraint below sees equals
    sa.Column("post_id", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("created_at", Moment, nullable=False),
    #: held back by what the person decided about such notifications; shown once they accept its sender
    sa.Column("filtered", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("actor_id", "type", "from_actor_id", "post_id"),
    sa.Index("ix_notifications_actor_id_id", "actor_id", "id"),
    sa.Index("ix_notifications_post_id", "post_id"),
)

#: What people decided about notifications by those they do not know; whoever decided nothing has no row.
policies = sa.Table(
    "notification_policies",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    #: each is `accept`, `filter` or `drop`
    sa.Column("for_not_following", sa.Text, nullable=False),
    sa.Column("for_not_followers", sa.Text, nullable=False),
    sa.Column("for_new_accounts", sa.Text, nullable=False),
    sa.Column("for_private_mentions", sa.Text, nullable=False),
    sa.Column("for_limited_accounts", sa.Text, nullable=False),
)

#: Whose notifications somebody accepted, whatever else they decided.
permissions = sa.Table(
    "notification_permissions",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    sa.Column(
        "from_actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False
    ),
)

#: Of whom something is held back, so that the person can say whether they want to hear of them.
requests = sa.Table(
    "notification_requests",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    sa.Column("from_actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.UniqueConstraint("actor_id", "from_actor_id"),
    sa.Index("ix_notification_requests_actor_id_id", "actor_id", "id"),
)
