"""Rows of the announcements room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

announcements = sa.Table(
    "announcements",
    metadata,
    id_column(),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("content_html", sa.Text, nullable=False),
    sa.Column("starts_at", Moment),
    sa.Column("ends_at", Moment),
    sa.Column("all_day", sa.Boolean, nullable=False),
    sa.Column("published_at", Moment, nullable=False),
)

read_announcements = sa.Table(
    "read_announcements",
    metadata,
    sa.Column(
        "announcement_id",
        sa.BigInteger,
        sa.ForeignKey("announcements.id"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

announcement_reactions = sa.Table(
    "announcement_reactions",
    metadata,
    id_column(),
    sa.Column("announcement_id", sa.BigInteger, sa.ForeignKey("announcements.id"), nullable=False),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    #: one grapheme, or `:code:` of an emoji of this server
    sa.Column("emoji", sa.Text, nullable=False),
    sa.UniqueConstraint("announcement_id", "actor_id", "emoji"),
)
