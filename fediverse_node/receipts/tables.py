"""Rows of the receipts room. Only receipts lose anything, and only what could say whom they were about."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

#: One row: the log itself.
consent_log = sa.Table(
    "consent_log",
    metadata,
    id_column(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    #: PKCS#8 PEM
    sa.Column("private_key", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

#: The id is the number of the line of the ledger.
consent_receipts = sa.Table(
    "consent_receipts",
    metadata,
    id_column(),
    sa.Column("log_index", sa.BigInteger, nullable=False, unique=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("revokes", sa.BigInteger, index=True),
    #: hex; NULL once erased
    sa.Column("salt", sa.Text),
    #: canonical JSON; NULL once erased
    sa.Column("document", sa.Text),
)

#: What was put into the log: the id is the index.
consent_entries = sa.Table(
    "consent_entries",
    metadata,
    id_column(),
    sa.Column("entry", sa.Text, nullable=False),
)

#: Hashes of whole subtrees; the id is level · 2^56 + index.
consent_nodes = sa.Table(
    "consent_nodes",
    metadata,
    id_column(),
    sa.Column("hash", sa.Text, nullable=False),
)

#: What witnesses say of our checkpoints.
consent_cosignatures = sa.Table(
    "consent_cosignatures",
    metadata,
    id_column(),
    #: of the tree
    sa.Column("size", sa.BigInteger, nullable=False),
    #: the witness's verifier key
    sa.Column("witness", sa.Text, nullable=False),
    #: the line below the checkpoint
    sa.Column("line", sa.Text, nullable=False),
    sa.UniqueConstraint("size", "witness"),
)

#: What was signed: the id is the size of the tree.
consent_checkpoints = sa.Table(
    "consent_checkpoints",
    metadata,
    id_column(),
    sa.Column("at", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
