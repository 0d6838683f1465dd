"""Rows of the datasets room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

dataset_releases = sa.Table(
    "dataset_releases",
    metadata,
    id_column(),
    #: of MANIFEST.sha256, and so of everything: the release's address
    sa.Column("sha256", sa.Text, nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("authors", sa.BigInteger, nullable=False),
    #: how long the consent log was before the rows were collected
    sa.Column("log_size", sa.BigInteger, nullable=False),
    #: what the export was asked for, to ask for it again
    sa.Column("settings", Json, nullable=False),
    sa.Column("on_disk", sa.Boolean, nullable=False),
    sa.CheckConstraint("state IN ('preparing', 'current', 'superseded', 'withdrawn')", name="state"),
)
#: There is one current release at most, whoever makes them.
sa.Index(
    "uq_dataset_releases_current",
    dataset_releases.c.state,
    unique=True,
    sqlite_where=dataset_releases.c.state == sa.literal_column("'current'"),
    postgresql_where=dataset_releases.c.state == sa.literal_column("'current'"),
)

dataset_files = sa.Table(
    "dataset_files",
    metadata,
    id_column(),
    sa.Column("release_id", sa.BigInteger, sa.ForeignKey("dataset_releases.id"), nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    #: how often it was fetched from its first byte on
    sa.Column("downloads", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("release_id", "path"),
)

#: What was exported by command, for those who have to answer for it.
dataset_exports = sa.Table(
    "dataset_exports",
    metadata,
    id_column(),
    sa.Column("at", Moment, nullable=False),
    #: filters, form, and how many receipts were named as ended
    sa.Column("asked", Json, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("authors", sa.BigInteger, nullable=False),
    #: of MANIFEST.sha256, and so of everything
    sa.Column("sha256", sa.Text, nullable=False),
)

#: Which decisions a release rests on, by their number in the ledger.
dataset_rows = sa.Table(
    "dataset_rows",
    metadata,
    sa.Column("release_id", sa.BigInteger, sa.ForeignKey("dataset_releases.id"), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, index=True),
)

dataset_users = sa.Table(
    "dataset_users",
    metadata,
    id_column(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("contact", sa.Text, nullable=False),
    sa.Column("key_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("terms_id", sa.Text, nullable=False),
    sa.Column("terms_sha256", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    #: where ends are told to; NULL for nowhere, also once that was given up
    sa.Column("webhook", sa.Text),
    #: the last line of the consent log that was told
    sa.Column("told", sa.BigInteger, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("leased_until", Moment),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("failing_since", Moment),
    #: since when the receiver says that the address is gone
    sa.Column("gone_since", Moment),
    #: what became of the last attempt, for the operator
    sa.Column("last_answer", sa.Text),
)
