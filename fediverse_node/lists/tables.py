"""Rows of the lists room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

lists = sa.Table(
    "lists",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("replies_policy", sa.Text, nullable=False),
    sa.Column("exclusive", sa.Boolean, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.CheckConstraint("replies_policy IN ('followed', 'list', 'none')", name="replies_policy"),
)

list_members = sa.Table(
    "list_members",
    metadata,
    id_column(),
    sa.Column("list_id", sa.BigInteger, sa.ForeignKey("lists.id"), nullable=False),
    sa.Column("target_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, index=True),
    sa.UniqueConstraint("list_id", "target_id"),
)
