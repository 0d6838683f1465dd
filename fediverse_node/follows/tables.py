"""Rows of the follows room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

follows = sa.Table(
    "follows",
    metadata,
    id_column(),
    sa.Column("follower_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    sa.Column("target_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    #: the id of the Follow activity, echoed verbatim in Accept and Undo
    sa.Column("uri", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("accepted_at", Moment),
    sa.UniqueConstraint("follower_id", "target_id"),
    sa.CheckConstraint("state IN ('pending', 'accepted')", name="state"),
    sa.Index("ix_follows_target_id_state", "target_id", "state", "id"),
)

#: Actors elsewhere whose list of their followers here differs from ours, to be compared (FEP-8fcf).
follower_checks = sa.Table(
    "follower_checks",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, unique=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due_at", Moment, nullable=False, index=True),
    sa.Column("leased_until", Moment),
    sa.Column("created_at", Moment, nullable=False),
)

#: Whom somebody does not want to be proposed any more.
declined_acquaintances = sa.Table(
    "declined_acquaintances",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    sa.Column("target_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
