"""Rows of the witnesses room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

#: One row: the key with which we cosign. Another than the log's: what it signs means something else.
witness_keys = sa.Table(
    "witness_keys",
    metadata,
    id_column(),
    sa.Column("name", sa.Text, nullable=False),
    #: PKCS#8 PEM
    sa.Column("private_key", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

#: The last checkpoint of each log that we cosigned.
witnessed_logs = sa.Table(
    "witnessed_logs",
    metadata,
    id_column(),
    sa.Column("origin", sa.Text, nullable=False, unique=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    #: hex
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)
