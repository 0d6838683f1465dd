"""Rows of the conversations room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, id_column, metadata

conversations = sa.Table(
    "conversations",
    metadata,
    id_column(),
    #: the local actor whose it is
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    #: SHA-256 in hex of the thread and the people: what makes it this conversation
    sa.Column("digest", sa.Text, nullable=False),
    #: the context of the first post that was seen, or its id
    sa.Column("thread", sa.Text, nullable=False),
    #: uris of the others who take part, sorted
    sa.Column("people", Json, nullable=False),
    #: the newest of its posts; it orders the list
    sa.Column("last_post_id", sa.BigInteger, nullable=False),
    sa.Column("unread", sa.Boolean, nullable=False),
    sa.UniqueConstraint("actor_id", "digest"),
    sa.Index("ix_conversations_actor_id_last_post_id", "actor_id", "last_post_id"),
)

conversation_posts = sa.Table(
    "conversation_posts",
    metadata,
    sa.Column(
        "conversation_id",
        sa.BigInteger,
        sa.ForeignKey("conversations.id"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column(
        "post_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True, autoincrement=False, index=True
    ),
    sqlite_with_rowid=False,
)
