"""Rows of the push room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

#: One row: the key by which push services know this server (VAPID, RFC 8292).
push_keys = sa.Table(
    "push_keys",
    metadata,
    id_column(),
    #: what the sealed key is about
    sa.Column("name", sa.Text, nullable=False),
    #: PKCS#8 PEM
    sa.Column("private_key", sa.Text, nullable=False),
    #: an uncompressed point of P-256, in base64url
    sa.Column("public_key", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

push_subscriptions = sa.Table(
    "push_subscriptions",
    metadata,
    id_column(),
    sa.Column("token_id", sa.BigInteger, sa.ForeignKey("access_tokens.id"), nullable=False, unique=True),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, index=True),
    sa.Column("endpoint", sa.Text, nullable=False),
    #: scheme, host and port of the endpoint: a service that is down is down for all of its subscriptions
    sa.Column("service", sa.Text, nullable=False, index=True),
    #: base64url
    sa.Column("p256dh", sa.Text, nullable=False),
    sa.Column("auth", sa.Text, nullable=False),
    #: the access token, sealed like the private keys and therefore named like them (`storage.sealed`)
    sa.Column("private_key", sa.Text, nullable=False),
    sa.Column("standard", sa.Boolean, nullable=False),
    sa.Column("alerts", Json, nullable=False),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("told", sa.BigInteger, nullable=False),
    #: nothing is sent before; also moved while somebody is sending
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("failing_since", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.CheckConstraint("audience IN ('all', 'followed', 'follower', 'none')", name="audience"),
)
