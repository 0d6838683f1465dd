"""Credit by name, and what else an author may say.

Revision: 20261125_deciding
Follows: 20261125_pictures
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_deciding"
down_revision = "20261125_pictures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consent_ledger", sa.Column("credit", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("credit", sa.Text(), nullable=True))
    op.create_table(
        "dataset_exports",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("authors", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_exports")),
    )


def downgrade() -> None:
    op.drop_table("dataset_exports")
    op.drop_column("accounts", "credit")
    op.drop_column("consent_ledger", "credit")
