"""What pictures say of themselves: credentials and where they come from.

Revision: 20261125_pictures
Follows: 20261124_imports
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_pictures"
down_revision = "20261124_imports"
branch_labels = None
depends_on = None

_OF_UPLOADS = ("ai_part", "ai_tool", "ai_least", "credentials")


def upgrade() -> None:
    for column in _OF_UPLOADS:
        op.add_column("uploads", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("media_copies", sa.Column("credentials", sa.Text(), nullable=True))
    op.create_table(
        "credential_keys",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("certificates", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_keys")),
    )


def downgrade() -> None:
    op.drop_table("credential_keys")
    op.drop_column("media_copies", "credentials")
    for column in reversed(_OF_UPLOADS):
        op.drop_column("uploads", column)
