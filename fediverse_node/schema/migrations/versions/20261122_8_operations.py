"""What operators look at: when a letter was tried last, slow servers, live workers, links to a trace.

Revision: 20261122_operations
Follows: 20261122_moderation
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_operations"
down_revision = "20261122_moderation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("envelopes", sa.Column("tried_at", sa.BigInteger(), nullable=True))
    op.add_column("peers", sa.Column("slow", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("peers", sa.Column("software_asked_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "trace_links",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_trace_links_actor_id_actors")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_trace_links")),
    )
    op.create_index(op.f("ix_trace_links_expires_at"), "trace_links", ["expires_at"], unique=False)
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )


def downgrade() -> None:
    op.drop_table("workers")
    op.drop_index(op.f("ix_trace_links_expires_at"), table_name="trace_links")
    op.drop_table("trace_links")
    op.drop_column("peers", "software_asked_at")
    op.drop_column("peers", "slow")
    op.drop_column("envelopes", "tried_at")
