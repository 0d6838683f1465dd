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
    sa.UniqueConstraint("actor_id", "type", "from_actor_id", "post_id"),
    sa.Index("ix_notifications_actor_id_id", "actor_id", "id"),
    sa.Index("ix_notifications_post_id", "post_id"),
)
