"""Rows of the filters room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

filters = sa.Table(
    "filters",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("contexts", Json, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.CheckConstraint("action IN ('warn', 'hide', 'blur')", name="action"),
)

filter_keywords = sa.Table(
    "filter_keywords",
    metadata,
    id_column(),
    sa.Column("filter_id", sa.BigInteger, sa.ForeignKey("filters.id"), nullable=False, index=True),
    sa.Column("keyword", sa.Text, nullable=False),
    sa.Column("whole_word", sa.Boolean, nullable=False),
)

filter_posts = sa.Table(
    "filter_posts",
    metadata,
    id_column(),
    sa.Column("filter_id", sa.BigInteger, sa.ForeignKey("filters.id"), nullable=False),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), nullable=False),
    sa.UniqueConstraint("filter_id", "post_id"),
)
