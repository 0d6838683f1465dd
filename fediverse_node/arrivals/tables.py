"""Rows of the arrivals room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

#: Activities taken in: a second copy has no effect. Kept 90 days; effects have natural keys beyond that.
receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("activity_uri", sa.Text, primary_key=True),
    sa.Column("actor_uri", sa.Text, primary_key=True),
    sa.Column("received_at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)

#: Activities that need something fetched before they can take effect.
jobs = sa.Table(
    "jobs",
    metadata,
    id_column(),
    #: the signer's host: jobs of one host run in order, and a dead host delays only itself
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("signer_uri", sa.Text, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("leased_until", Moment),
    sa.Column("last_error", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_jobs_due", "due_at", "id"),
    sa.Index("ix_jobs_host", "host", "id"),
)
