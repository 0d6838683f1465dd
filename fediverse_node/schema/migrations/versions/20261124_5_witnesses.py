"""Cosignatures of witnesses on our checkpoints, and of ours on those of others.

Revision: 20261124_witnesses
Follows: 20261124_datasets
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_witnesses"
down_revision = "20261124_datasets"
branch_labels = None
depends_on = None


def _id() -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "consent_cosignatures",
        _id(),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_cosignatures")),
        sa.UniqueConstraint("size", "witness", name=op.f("uq_consent_cosignatures_size_witness")),
    )
    op.create_table(
        "witness_keys",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witness_keys")),
    )
    op.create_table(
        "witnessed_logs",
        _id(),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witnessed_logs")),
        sa.UniqueConstraint("origin", name=op.f("uq_witnessed_logs_origin")),
    )


def downgrade() -> None:
    for table in ("witnessed_logs", "witness_keys", "consent_cosignatures"):
        op.drop_table(table)
