"""Rows of the timelines room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import metadata

home_entries = sa.Table(
    "home_entries",
    metadata,
    #: the local actor whose home it is
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True),
    sa.Index("ix_home_entries_post_id", "post_id"),
    sqlite_with_rowid=False,
)
