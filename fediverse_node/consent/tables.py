"""Rows of the consent room. There is no UPDATE and no DELETE for them anywhere."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, metadata

consent_ledger = sa.Table(
    "consent_ledger",
    metadata,
    #: counts upward without reuse: the order of decisions
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor_uri", sa.Text, nullable=False),
    sa.Column("object_uri", sa.Text, nullable=False),
    #: SHA-256, in hex, of the revision that was decided about
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("purposes", Json, nullable=False),
    sa.Column("terms_id", sa.Text, nullable=False),
    sa.Column("terms_sha256", sa.Text, nullable=False),
    #: the door it came by: client-api, c2s, command-line, page, or a rule of ours (edit, delete, …)
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("previous_seq", sa.BigInteger),
    #: of the post, by its SPDX name
    sa.Column("licence", sa.Text),
    #: SHA-256, in hex, of the pictures that a yes is about
    sa.Column("media_sha256", Json),
    #: the author said expressly that the yes holds for a post marked as sensitive
    sa.Column("sensitive", sa.Boolean),
    #: how the author wants to be named in datasets; NULL for not at all
    sa.Column("credit", sa.Text),
    sa.CheckConstraint("kind IN ('grant', 'deny', 'withdraw', 'supersede', 'erase')", name="kind"),
    sa.Index("ix_consent_ledger_object", "object_uri", "seq"),
    sa.Index("ix_consent_ledger_actor", "actor_uri", "seq"),
    sqlite_autoincrement=True,
)
