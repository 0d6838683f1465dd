"""Rows of the oauth room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

#: Apps that registered (`client_id` made here), and those that describe themselves (their address).
apps = sa.Table(
    "apps",
    metadata,
    id_column(),
    sa.Column("client_id", sa.Text, nullable=False, unique=True),
    # NULL for those that keep no secret.
    sa.Column("secret_sha256", sa.Text),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("website", sa.Text),
    sa.Column("redirect_uris", Json, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    # When somebody let it in last, or it took a token for itself; NULL for never.
    sa.Column("last_used_at", Moment),
)

#: One "yes" of one person to one app, with the code that told the app. All tokens of it end with it.
grants = sa.Table(
    "grants",
    metadata,
    id_column(),
    sa.Column("app_id", sa.BigInteger, sa.ForeignKey("apps.id"), nullable=False, index=True),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("redirect_uri", sa.Text, nullable=False),
    sa.Column("code_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("challenge", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("exchanged_at", Moment),
    sa.Column("ended_at", Moment),
)

access_tokens = sa.Table(
    "access_tokens",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("token_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("app_name", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
    # Both NULL for tokens made at the command line. The client stands here too, because every request asks.
    sa.Column("grant_id", sa.BigInteger, index=True),
    sa.Column("client_id", sa.Text),
    # To the day. NULL for never.
    sa.Column("last_used_at", Moment),
)

refresh_tokens = sa.Table(
    "refresh_tokens",
    metadata,
    id_column(),
    sa.Column("grant_id", sa.BigInteger, sa.ForeignKey("grants.id"), nullable=False, index=True),
    sa.Column("token_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
)

#: Tokens of apps that speak for nobody. Apart, so that none can ever be taken for a person's.
app_tokens = sa.Table(
    "app_tokens",
    metadata,
    id_column(),
    sa.Column("app_id", sa.BigInteger, sa.ForeignKey("apps.id"), nullable=False, index=True),
    sa.Column("token_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
)
