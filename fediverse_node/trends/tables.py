"""Rows of the trends room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, metadata

trends = sa.Table(
    "trends",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    #: the first is 0
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("what", sa.Text, nullable=False),
    #: [day, uses, people] for each day
    sa.Column("history", Json, nullable=False),
    sa.CheckConstraint("kind IN ('tag', 'post', 'link')", name="kind"),
    sqlite_with_rowid=False,
)
