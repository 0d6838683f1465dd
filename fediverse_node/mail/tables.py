"""Rows of the mail room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

#: A row is a letter that the mail server has not taken yet.
outgoing_mails = sa.Table(
    "outgoing_mails",
    metadata,
    id_column(),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    #: sealed where the vault has a key: it may hold a link that lets somebody in
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
)
