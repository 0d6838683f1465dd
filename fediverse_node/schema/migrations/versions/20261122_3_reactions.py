"""Emoji reactions, the operator's own emoji, posts that stay here, and what is still to be erased.

Revision: 20261122_reactions
Follows: 20261122_quotes
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_reactions"
down_revision = "20261122_quotes"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("posts", sa.Column("local_only", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("posts", sa.Column("reactions", sa.Text(), nullable=True))
    op.create_table(
        "emoji_reactions",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=True),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_emoji_reactions_actor_id_actors")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_emoji_reactions_post_id_posts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emoji_reactions")),
        sa.UniqueConstraint(
            "post_id", "actor_id", "emoji", name=op.f("uq_emoji_reactions_post_id_actor_id_emoji")
        ),
    )
    op.create_index(op.f("ix_emoji_reactions_actor_id"), "emoji_reactions", ["actor_id"])
    op.create_index(op.f("ix_emoji_reactions_uri"), "emoji_reactions", ["uri"])
    op.create_table(
        "custom_emojis",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_emojis")),
        sa.UniqueConstraint("code", name=op.f("uq_custom_emojis_code")),
    )
    op.create_index(op.f("ix_custom_emojis_digest"), "custom_emojis", ["digest"])
    op.create_table(
        "erasures",
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_erasures_actor_id_actors")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_erasures")),
    )
    # Whoever went before there was an eraser.
    op.execute(
        "INSERT INTO erasures (actor_id, asked_at) "
        "SELECT id, deleted_at FROM actors WHERE deleted_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_table("custom_emojis")
    op.drop_table("emoji_reactions")
    op.drop_column("posts", "reactions")
    op.drop_column("posts", "local_only")
