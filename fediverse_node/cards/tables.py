"""Rows of the cards room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

link_cards = sa.Table(
    "link_cards",
    metadata,
    id_column(),
    sa.Column("url", sa.Text, nullable=False, unique=True),
    #: a `Page`; NULL where there was nothing to show
    sa.Column("page", Json),
    sa.Column("expires_at", Moment, nullable=False, index=True),
)
