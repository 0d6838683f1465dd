"""Profiles: details of actors, pinned posts, moves, and errands about actors.

Revision: 20261122_profiles
Follows: 20261122_conversations
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_profiles"
down_revision = "20261122_conversations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("actors", sa.Column("details", sa.Text(), nullable=True))
    op.create_table(
        "actor_moves",
        sa.Column("actor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_uri", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_actor_moves_actor_id_actors")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_actor_moves")),
    )
    op.create_table(
        "actor_errands",
        sa.Column("actor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_actor_errands_actor_id_actors")),
        sa.PrimaryKeyConstraint("actor_id", "kind", name=op.f("pk_actor_errands")),
    )
    op.create_index(op.f("ix_actor_errands_due_at"), "actor_errands", ["due_at"])
    op.create_table(
        "pins",
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_pins_actor_id_actors")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_pins_post_id_posts")),
        sa.PrimaryKeyConstraint("actor_id", "post_id", name=op.f("pk_pins")),
    )


def downgrade() -> None:
    op.drop_table("pins")
    op.drop_table("actor_errands")
    op.drop_table("actor_moves")
    op.drop_column("actors", "details")
