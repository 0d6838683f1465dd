"""Rows of the deliveries room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

#: Activities of ours, as the bytes that are sent and served.
activities = sa.Table(
    "activities",
    metadata,
    id_column(),
    sa.Column("uri", sa.Text, nullable=False, unique=True),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    #: the post it is about, where there is one
    sa.Column("post_id", sa.BigInteger, index=True),
    sa.Column("public", sa.Boolean, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_activities_outbox", "actor_id", "public", "id"),
)

envelopes = sa.Table(
    "envelopes",
    metadata,
    id_column(),
    sa.Column("activity_id", sa.BigInteger, sa.ForeignKey("activities.id"), nullable=False),
    #: whose activity it is: mail of one actor to one inbox arrives in order
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    sa.Column("inbox", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    #: 'waiting' (due at `due_at`), 'delivered' or 'failed' (for good)
    sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due_at", Moment, nullable=False),
    #: claimed until then; a lease that ran out is due again
    sa.Column("leased_until", Moment),
    #: when the last exchange ended
    sa.Column("tried_at", Moment),
    sa.Column("last_status", sa.Integer),
    sa.Column("last_error", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("done_at", Moment),
    #: how long the last exchange took
    sa.Column("milliseconds", sa.Integer),
    sa.UniqueConstraint("activity_id", "inbox"),
    sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="state"),
    sa.Index(
        "ix_envelopes_due",
        "due_at",
        "id",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index(
        "ix_envelopes_line",
        "actor_id",
        "inbox",
        "id",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index(
        "ix_envelopes_host",
        "host",
        "id",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
)

#: Links by which an author sees, for a few minutes, where a post went. Only a digest of each is kept.
trace_links = sa.Table(
    "trace_links",
    metadata,
    sa.Column("token_sha256", sa.Text, primary_key=True),
    sa.Column("post_id", sa.BigInteger, nullable=False),
    #: whose activities are shown
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    sa.Column("expires_at", Moment, nullable=False, index=True),
)

#: Processes that take turns, each with its last sign of life.
workers = sa.Table(
    "workers",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)
