"""Rows of the polls room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, metadata

polls = sa.Table(
    "polls",
    metadata,
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True, autoincrement=False),
    sa.Column("multiple", sa.Boolean, nullable=False),
    sa.Column("ends_at", Moment),
    sa.Column("closed_at", Moment),
    sa.Column("voters_count", sa.Integer),
    sa.Column("hide_totals", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("fetched_at", Moment),
    #: when somebody has to be told something: new counts, or that it has closed
    sa.Column("due_at", Moment, index=True),
    sqlite_with_rowid=False,
)

poll_options = sa.Table(
    "poll_options",
    metadata,
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("polls.post_id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("votes", sa.Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

#: One row for each person who voted: what makes a second vote in a poll with one choice impossible,
#: also for two votes that are counted at the same moment.
poll_voters = sa.Table(
    "poll_voters",
    metadata,
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("polls.post_id"), primary_key=True),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True),
    sa.Column("created_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

poll_votes = sa.Table(
    "poll_votes",
    metadata,
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("polls.post_id"), primary_key=True),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sqlite_with_rowid=False,
)
