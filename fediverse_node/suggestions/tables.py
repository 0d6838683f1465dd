"""Rows of the suggestions room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, metadata

suggestions = sa.Table(
    "suggestions",
    metadata,
    #: 128 random bits, in URL-safe base64
    sa.Column("handle", sa.Text, primary_key=True),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    #: SHA-256 in hex of what was sent; the text itself is not kept
    sa.Column("input_sha256", sa.Text, nullable=False),
    #: 'running' while the model answers; then 'ready', or 'failed' when the answer broke off
    sa.Column("state", sa.Text, nullable=False, server_default="running"),
    #: emptied some days later; the handle still says which tool wrote it
    sa.Column("output", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", Moment, nullable=False, index=True),
    sa.Column("used_at", Moment),
    sa.Column("used_for", sa.Text),
    sa.CheckConstraint("state IN ('running', 'ready', 'failed')", name="state"),
)
