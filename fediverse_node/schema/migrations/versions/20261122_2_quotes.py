"""Quotes with consent, and what authors allow others to do with their posts.

Revision: 20261122_quotes
Follows: 20261122_polls
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_quotes"
down_revision = "20261122_polls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interaction_policies",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("boost", sa.Text(), nullable=True),
        sa.Column("like", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_interaction_policies_post_id_posts")
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_interaction_policies")),
    )
    op.create_table(
        "interactions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("post_uri", sa.Text(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("target_uri", sa.Text(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("target_actor_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("request_uri", sa.Text(), nullable=True),
        sa.Column("authorization_uri", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('quote', 'reply', 'boost')", name=op.f("ck_interactions_kind")),
        sa.CheckConstraint(
            "state IN ('pending', 'accepted', 'rejected', 'revoked')", name=op.f("ck_interactions_state")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_interactions_actor_id_actors")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_interactions_post_id_posts")),
        sa.ForeignKeyConstraint(
            ["target_actor_id"], ["actors.id"], name=op.f("fk_interactions_target_actor_id_actors")
        ),
        sa.ForeignKeyConstraint(["target_id"], ["posts.id"], name=op.f("fk_interactions_target_id_posts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactions")),
        sa.UniqueConstraint("post_uri", "kind", name=op.f("uq_interactions_post_uri_kind")),
    )
    for column in ("post_id", "actor_id", "target_actor_id", "request_uri", "authorization_uri"):
        op.create_index(f"ix_interactions_{column}", "interactions", [column])
    op.create_index("ix_interactions_target_id", "interactions", ["target_id", "kind", "state", "id"])


def downgrade() -> None:
    op.execute("DELETE FROM notifications WHERE type = 'quote'")
    op.drop_table("interactions")
    op.drop_table("interaction_policies")
