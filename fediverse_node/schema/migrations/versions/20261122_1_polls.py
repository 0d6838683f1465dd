"""Polls, and revisions that keep everything an edit can change.

Revision: 20261122_polls
Follows: 20261122_ledger_only_grows
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_polls"
down_revision = "20261122_ledger_only_grows"
branch_labels = None
depends_on = None

_TYPES = ("mention", "follow", "follow_request", "favourite", "reblog", "update")


def upgrade() -> None:
    op.create_table(
        "polls",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("multiple", sa.Boolean(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("voters_count", sa.Integer(), nullable=True),
        sa.Column("hide_totals", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_polls_post_id_posts")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_polls")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_polls_due_at"), "polls", ["due_at"], unique=False)
    op.create_table(
        "poll_options",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("votes", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["polls.post_id"], name=op.f("fk_poll_options_post_id_polls")),
        sa.PrimaryKeyConstraint("post_id", "position", name=op.f("pk_poll_options")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "poll_voters",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_poll_voters_actor_id_actors")),
        sa.ForeignKeyConstraint(["post_id"], ["polls.post_id"], name=op.f("fk_poll_voters_post_id_polls")),
        sa.PrimaryKeyConstraint("post_id", "actor_id", name=op.f("pk_poll_voters")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "poll_votes",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_poll_votes_actor_id_actors")),
        sa.ForeignKeyConstraint(["post_id"], ["polls.post_id"], name=op.f("fk_poll_votes_post_id_polls")),
        sa.PrimaryKeyConstraint("post_id", "actor_id", "position", name=op.f("pk_poll_votes")),
        sqlite_with_rowid=False,
    )
    op.add_column("post_revisions", sa.Column("sensitive", sa.Boolean(), nullable=True))
    op.add_column("post_revisions", sa.Column("attachments", sa.Text(), nullable=True))
    op.add_column("post_revisions", sa.Column("emojis", sa.Text(), nullable=True))
    op.add_column("post_revisions", sa.Column("asked", sa.Text(), nullable=True))
    # What an event may be called is said where notifications are made. Here it would cost a copy of the
    # table on SQLite with each new kind.
    with op.batch_alter_table("notifications") as batch:
        batch.drop_constraint(op.f("ck_notifications_type"), type_="check")


def downgrade() -> None:
    listed = ", ".join(f"'{name}'" for name in _TYPES)
    op.execute(f"DELETE FROM notifications WHERE type NOT IN ({listed})")  # noqa: S608 the names above
    with op.batch_alter_table("notifications") as batch:
        batch.create_check_constraint(op.f("ck_notifications_type"), f"type IN ({listed})")
    for column in ("asked", "emojis", "attachments", "sensitive"):
        op.drop_column("post_revisions", column)
    for table in ("poll_votes", "poll_voters", "poll_options"):
        op.drop_table(table)
    op.drop_index(op.f("ix_polls_due_at"), table_name="polls")
    op.drop_table("polls")
