"""Who said that a post is a model's, how much of it is, and who hides such posts.

Revision: 20261124_labels
Follows: 20261124_consent
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_labels"
down_revision = "20261124_consent"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posts", sa.Column("ai_said_by", sa.Text(), nullable=True))
    op.create_table(
        "provenance",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("handles", sa.Text(), nullable=True),
        sa.Column("ai_share", sa.Float(), nullable=True),
        sa.Column("share_method", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_provenance_post_id_posts")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_provenance")),
    )
    op.create_table(
        "ai_filters",
        sa.Column("actor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hides", sa.Text(), nullable=False),
        sa.CheckConstraint("hides IN ('autonomous', 'all')", name=op.f("ck_ai_filters_hides")),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_ai_filters_actor_id_actors")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_ai_filters")),
    )
    op.create_table(
        "house_rules",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_house_rules")),
    )


def downgrade() -> None:
    op.drop_table("house_rules")
    op.drop_table("ai_filters")
    op.drop_table("provenance")
    op.drop_column("posts", "ai_said_by")
