"""Rows of the relays room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

relays = sa.Table(
    "relays",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, unique=True),
    sa.Column("follow_uri", sa.Text, nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    #: the beginning of the hour in which `taken` posts were accepted from it
    sa.Column("since", Moment, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("accepted_at", Moment),
    sa.CheckConstraint("state IN ('pending', 'active', 'refused')", name="state"),
)
