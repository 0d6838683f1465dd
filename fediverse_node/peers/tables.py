"""Rows of the peers room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, metadata

peers = sa.Table(
    "peers",
    metadata,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("software", sa.Text),
    #: 'closed' lets deliveries through, 'open' holds them back until `probe_at`
    sa.Column("breaker", sa.Text, nullable=False, server_default="closed"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failing_since", Moment),
    sa.Column("probe_at", Moment),
    sa.Column("probe_delay", sa.Integer),
    #: whether mail for it was put aside, to be brought back when it answers again
    sa.Column("parked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("last_error", sa.Text),
    sa.Column("last_success_at", Moment),
    #: whether its last exchange took long
    sa.Column("slow", sa.Boolean, nullable=False, server_default=sa.false()),
    #: when it was last asked what it runs
    sa.Column("software_asked_at", Moment),
    #: the way of signing that it last accepted, and the best that it says it reads (FEP-844e)
    sa.Column("signing", sa.Text),
    sa.Column("advertises", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Index(
        "ix_peers_failing",
        "host",
        sqlite_where=sa.text("failures > 0"),
        postgresql_where=sa.text("failures > 0"),
    ),
    sa.Index("ix_peers_parked", "host", sqlite_where=sa.text("parked"), postgresql_where=sa.text("parked")),
    sa.Index(
        "ix_peers_signing",
        "host",
        "signing",
        sqlite_where=sa.text("signing <> 'cavage'"),
        postgresql_where=sa.text("signing <> 'cavage'"),
    ),
    sa.CheckConstraint("breaker IN ('closed', 'open')", name="breaker"),
)
