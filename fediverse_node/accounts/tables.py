"""Rows of the accounts room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

accounts = sa.Table(
    "accounts",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, unique=True),
    sa.Column("password_hash", sa.Text),
    sa.Column("language", sa.Text, nullable=False, server_default="en"),
    sa.Column("visibility", sa.Text, nullable=False, server_default="public"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("disabled_at", Moment),
    #: of new posts, by its SPDX name
    sa.Column("licence", sa.Text),
    #: how datasets name them, where a yes says nothing else; NULL for not at all
    sa.Column("credit", sa.Text),
    #: nobody asks them about training use
    sa.Column("never_ask", sa.Boolean, nullable=False, server_default=sa.false()),
)

#: A row is a session that works; the one that ends is gone.
sessions = sa.Table(
    "sessions",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("secret_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("browser", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("last_used_at", Moment, nullable=False, index=True),
)
