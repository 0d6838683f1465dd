"""Copies of other servers' pictures and files.

Revision: 20261122_media
Follows: 20261122_operations
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_media"
down_revision = "20261122_operations"
branch_labels = None
depends_on = None


def _id() -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "media_copies",
        _id(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_copies")),
        sa.UniqueConstraint("key", name=op.f("uq_media_copies_key")),
    )
    op.create_index("ix_media_copies_used_at", "media_copies", ["used_at"])
    op.create_table(
        "media_store",
        _id(),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_store")),
    )


def downgrade() -> None:
    op.drop_table("media_store")
    op.drop_index("ix_media_copies_used_at", "media_copies")
    op.drop_table("media_copies")
