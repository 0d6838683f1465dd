"""Decisions per picture, licences, and what the person asked never to be asked.

Revision: 20261124_consent
Follows: 20261124_media
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_consent"
down_revision = "20261124_media"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consent_ledger", sa.Column("licence", sa.Text(), nullable=True))
    op.add_column("consent_ledger", sa.Column("media_sha256", sa.Text(), nullable=True))
    op.add_column("consent_ledger", sa.Column("sensitive", sa.Boolean(), nullable=True))
    op.add_column("posts", sa.Column("licence", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("licence", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("never_ask", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("accounts", "never_ask")
    op.drop_column("accounts", "licence")
    op.drop_column("posts", "licence")
    op.drop_column("consent_ledger", "sensitive")
    op.drop_column("consent_ledger", "media_sha256")
    op.drop_column("consent_ledger", "licence")
