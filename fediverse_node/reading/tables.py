"""Rows of the reading room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, metadata


def _owner() -> sa.Column[int]:
    return sa.Column(
        "actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False
    )


#: Where somebody stopped reading.
markers = sa.Table(
    "markers",
    metadata,
    _owner(),
    sa.Column("timeline", sa.Text, primary_key=True),
    sa.Column("last_read_id", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.CheckConstraint("timeline IN ('home', 'notifications')", name="timeline"),
)

#: Threads that somebody wants to hear nothing more of, by the first post that is known of them.
muted_threads = sa.Table(
    "muted_threads",
    metadata,
    _owner(),
    sa.Column("root_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True, autoincrement=False),
    sa.Column("created_at", Moment, nullable=False),
)

#: What somebody wrote down about somebody else, for themselves.
account_notes = sa.Table(
    "account_notes",
    metadata,
    _owner(),
    sa.Column("target_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    sa.Column("note", sa.Text, nullable=False),
)
