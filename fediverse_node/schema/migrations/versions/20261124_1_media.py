"""Pictures that people of this server upload.

Revision: 20261124_media
Follows: 20261123_log
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_media"
down_revision = "20261123_log"
branch_labels = None
depends_on = None

_INDEXED = ("account_id", "post_id", "created_at", "deleted_at")


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("small_name", sa.Text(), nullable=True),
        sa.Column("small_type", sa.Text(), nullable=True),
        sa.Column("small_size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("blurhash", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("focus", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_uploads_account_id_accounts")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_uploads_post_id_posts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("name", name=op.f("uq_uploads_name")),
        sa.UniqueConstraint("small_name", name=op.f("uq_uploads_small_name")),
    )
    for column in _INDEXED:
        op.create_index(f"ix_uploads_{column}", "uploads", [column])


def downgrade() -> None:
    for column in reversed(_INDEXED):
        op.drop_index(f"ix_uploads_{column}", "uploads")
    op.drop_table("uploads")
