"""Rows of the credentials room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

#: One row: the key that this node made to sign pictures with.
credential_keys = sa.Table(
    "credential_keys",
    metadata,
    id_column(),
    #: the host that the certificate names
    sa.Column("name", sa.Text, nullable=False),
    #: PKCS#8 PEM
    sa.Column("private_key", sa.Text, nullable=False),
    #: PEM, leaf first
    sa.Column("certificates", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)
