"""Rows of the quotes room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

#: Only posts whose author says more than what holds anyway. Each column is `[[automatic], [manual]]`.
interaction_policies = sa.Table(
    "interaction_policies",
    metadata,
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True, autoincrement=False),
    sa.Column("reply", Json),
    sa.Column("quote", Json),
    sa.Column("boost", Json),
    sa.Column("like", Json),
)

interactions = sa.Table(
    "interactions",
    metadata,
    id_column(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("post_uri", sa.Text, nullable=False),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), index=True),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, index=True),
    sa.Column("target_uri", sa.Text, nullable=False),
    sa.Column("target_id", sa.BigInteger, sa.ForeignKey("posts.id")),
    sa.Column("target_actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), index=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("request_uri", sa.Text, index=True),
    sa.Column("authorization_uri", sa.Text, index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.UniqueConstraint("post_uri", "kind"),
    sa.CheckConstraint("kind IN ('quote', 'reply', 'boost')", name="kind"),
    sa.CheckConstraint("state IN ('pending', 'accepted', 'rejected', 'revoked')", name="state"),
    sa.Index("ix_interactions_target_id", "target_id", "kind", "state", "id"),
)
