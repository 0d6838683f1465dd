"""Releases of the dataset, and who uses them.

Revision: 20261124_datasets
Follows: 20261124_labels
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_datasets"
down_revision = "20261124_labels"
branch_labels = None
depends_on = None


def _id() -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def _of_release(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_release_id_dataset_releases")
    return sa.ForeignKeyConstraint(["release_id"], ["dataset_releases.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "dataset_releases",
        _id(),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("authors", sa.BigInteger(), nullable=False),
        sa.Column("log_size", sa.BigInteger(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("on_disk", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('preparing', 'current', 'superseded', 'withdrawn')",
            name=op.f("ck_dataset_releases_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_releases")),
        sa.UniqueConstraint("sha256", name=op.f("uq_dataset_releases_sha256")),
    )
    op.create_index(
        "uq_dataset_releases_current",
        "dataset_releases",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'current'"),
        postgresql_where=sa.text("state = 'current'"),
    )
    op.create_table(
        "dataset_files",
        _id(),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("downloads", sa.BigInteger(), nullable=False),
        _of_release("dataset_files"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_files")),
        sa.UniqueConstraint("release_id", "path", name=op.f("uq_dataset_files_release_id_path")),
    )
    op.create_table(
        "dataset_rows",
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        _of_release("dataset_rows"),
        sa.PrimaryKeyConstraint("release_id", "seq", name=op.f("pk_dataset_rows")),
    )
    op.create_index(op.f("ix_dataset_rows_seq"), "dataset_rows", ["seq"])
    op.create_table(
        "dataset_users",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("key_sha256", sa.Text(), nullable=False),
        sa.Column("terms_id", sa.Text(), nullable=False),
        sa.Column("terms_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("webhook", sa.Text(), nullable=True),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("gone_since", sa.BigInteger(), nullable=True),
        sa.Column("last_answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_users")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_dataset_users_key_sha256")),
    )


def downgrade() -> None:
    for table in ("dataset_users", "dataset_rows", "dataset_files", "dataset_releases"):
        op.drop_table(table)
