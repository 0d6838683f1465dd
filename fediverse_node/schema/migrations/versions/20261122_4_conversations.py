"""Conversations to be completed, followers to be compared, relays.

Revision: 20261122_conversations
Follows: 20261122_reactions
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_conversations"
down_revision = "20261122_reactions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "thread_jobs",
        _id_column(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("thread_id", sa.BigInteger, sa.ForeignKey("posts.id"), nullable=False),
        sa.Column("uri", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("leased_until", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("kind", "uri", name=op.f("uq_thread_jobs_kind_uri")),
        sa.CheckConstraint("kind IN ('ancestors', 'replies')", name=op.f("ck_thread_jobs_kind")),
    )
    op.create_index("ix_thread_jobs_due_at", "thread_jobs", ["due_at"])
    op.create_index("ix_thread_jobs_thread_id", "thread_jobs", ["thread_id"])
    op.create_table(
        "thread_allowances",
        sa.Column("thread_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True),
        sa.Column("purpose", sa.Text, primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
    )
    op.create_table(
        "follower_checks",
        _id_column(),
        sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("leased_until", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("actor_id", name=op.f("uq_follower_checks_actor_id")),
    )
    op.create_index("ix_follower_checks_due_at", "follower_checks", ["due_at"])
    op.create_table(
        "relays",
        _id_column(),
        sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
        sa.Column("follow_uri", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("accepted_at", sa.BigInteger),
        sa.UniqueConstraint("actor_id", name=op.f("uq_relays_actor_id")),
        sa.UniqueConstraint("follow_uri", name=op.f("uq_relays_follow_uri")),
        sa.CheckConstraint("state IN ('pending', 'active', 'refused')", name=op.f("ck_relays_state")),
    )


def downgrade() -> None:
    for name in ("relays", "follower_checks", "thread_allowances", "thread_jobs"):
        op.drop_table(name)


def _id_column() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, primary_key=True, autoincrement=False)
