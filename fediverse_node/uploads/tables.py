"""Rows of the uploads room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

uploads = sa.Table(
    "uploads",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), index=True),
    #: of the file, and in its address; random
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    #: in hex
    sa.Column("sha256", sa.Text, nullable=False),
    #: the same picture, small, where it is large
    sa.Column("small_name", sa.Text, unique=True),
    sa.Column("small_type", sa.Text),
    sa.Column("small_size", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("width", sa.BigInteger, nullable=False),
    sa.Column("height", sa.BigInteger, nullable=False),
    sa.Column("blurhash", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("focus", Json),
    #: a model's part: `none`, `edited`, `made`; empty where nobody said
    sa.Column("ai_part", sa.Text),
    sa.Column("ai_tool", sa.Text),
    #: the least that its part can be: what the file said that was sent
    sa.Column("ai_least", sa.Text),
    #: what its Content Credentials are
    sa.Column("credentials", Json),
    sa.Column("created_at", Moment, nullable=False, index=True),
    #: from then on it is nowhere to be seen; the row goes with the files
    sa.Column("deleted_at", Moment, index=True),
)
