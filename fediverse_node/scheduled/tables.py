"""Rows of the scheduled room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

scheduled_posts = sa.Table(
    "scheduled_posts",
    metadata,
    id_column(),
    #: its author
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    #: all that they said, as the outbox takes it
    sa.Column("draft", Json, nullable=False),
    #: when they want it published
    sa.Column("scheduled_at", Moment, nullable=False),
    #: when it is tried next; NULL once it turned out that it cannot be published
    sa.Column("due_at", Moment, index=True),
    #: why it could not, as a sentence for its author
    sa.Column("failure", sa.Text),
    #: the `Idempotency-Key` it came with
    sa.Column("key", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("actor_id", "key"),
    sa.Index("ix_scheduled_posts_actor_id_id", "actor_id", "id"),
)
