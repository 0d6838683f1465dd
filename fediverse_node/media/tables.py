"""Rows of the media room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

media_copies = sa.Table(
    "media_copies",
    metadata,
    id_column(),
    #: SHA-256 in hex of whose it is and where it comes from
    sa.Column("key", sa.Text, nullable=False, unique=True),
    #: whose it is; an emoji is nobody's. No references: a row outlives its post until the next round.
    sa.Column("post_id", sa.BigInteger),
    sa.Column("actor_id", sa.BigInteger),
    #: the server that the file came from, and that of whoever shows it
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("domain", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    #: what its Content Credentials say
    sa.Column("credentials", Json),
    sa.Column("used_at", Moment, nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
)

#: One row: the key that signs addresses of copies, and how many bytes all copies have.
media_store = sa.Table(
    "media_store",
    metadata,
    id_column(),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),
)
