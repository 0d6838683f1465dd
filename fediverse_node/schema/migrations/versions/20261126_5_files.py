"""Pictures of profiles, film and sound, and what is still being made of what was sent.

Revision: 20261126_files
Follows: 20261126_tags
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_files"
down_revision = "20261126_tags"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("role", sa.Text(), nullable=True))
    op.add_column("uploads", sa.Column("play", sa.Text(), nullable=True))
    op.create_table(
        "upload_jobs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("focus", sa.Text(), nullable=True),
        sa.Column("ai_part", sa.Text(), nullable=True),
        sa.Column("ai_tool", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_upload_jobs_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_jobs")),
        sa.UniqueConstraint("name", name=op.f("uq_upload_jobs_name")),
    )
    for column in ("account_id", "created_at"):
        op.create_index(op.f(f"ix_upload_jobs_{column}"), "upload_jobs", [column])


def downgrade() -> None:
    op.drop_table("upload_jobs")
    op.drop_column("uploads", "play")
    op.drop_column("uploads", "role")
