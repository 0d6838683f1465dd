"""Rows of the threads room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

thread_jobs = sa.Table(
    "thread_jobs",
    metadata,
    id_column(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("thread_id", sa.BigInteger, sa.ForeignKey("posts.id"), nullable=False, index=True),
    sa.Column("uri", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due_at", Moment, nullable=False, index=True),
    sa.Column("leased_until", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("kind", "uri"),
    sa.CheckConstraint("kind IN ('ancestors', 'replies')", name="kind"),
)

#: What a conversation has used up since the beginning of its current hour.
thread_allowances = sa.Table(
    "thread_allowances",
    metadata,
    sa.Column("thread_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True),
    sa.Column("purpose", sa.Text, primary_key=True),
    sa.Column("since", Moment, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False),
)
