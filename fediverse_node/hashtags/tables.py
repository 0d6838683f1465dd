"""Rows of the hashtags room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

followed_tags = sa.Table(
    "followed_tags",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    #: folded, as in `hashtags`
    sa.Column("tag", sa.Text, nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("actor_id", "tag"),
)

featured_tags = sa.Table(
    "featured_tags",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    sa.Column("tag", sa.Text, nullable=False),
    #: as its owner wrote it
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("actor_id", "tag"),
)
