"""Conversations, scheduled posts, and whose notifications are held back.

Revision: 20261126_talks
Follows: 20261126_joining
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_talks"
down_revision = "20261126_joining"
branch_labels = None
depends_on = None

_FOR = ("not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts")


def _id() -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def upgrade() -> None:
    held_back = sa.Column("filtered", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("notifications", held_back)
    op.create_table(
        "notification_policies",
        _key("actor_id"),
        *(sa.Column(f"for_{each}", sa.Text(), nullable=False) for each in _FOR),
        _to("notification_policies", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_notification_policies")),
    )
    op.create_table(
        "notification_permissions",
        _key("actor_id"),
        _key("from_actor_id"),
        _to("notification_permissions", "actor_id", "actors"),
        _to("notification_permissions", "from_actor_id", "actors"),
        sa.PrimaryKeyConstraint("actor_id", "from_actor_id", name=op.f("pk_notification_permissions")),
    )
    op.create_table(
        "notification_requests",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("from_actor_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        _to("notification_requests", "actor_id", "actors"),
        _to("notification_requests", "from_actor_id", "actors"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_requests")),
        sa.UniqueConstraint(
            "actor_id", "from_actor_id", name=op.f("uq_notification_requests_actor_id_from_actor_id")
        ),
    )
    op.create_index("ix_notification_requests_actor_id_id", "notification_requests", ["actor_id", "id"])
    _create_conversations()
    _create_scheduled()


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("last_post_id", sa.BigInteger(), nullable=False),
        sa.Column("unread", sa.Boolean(), nullable=False),
        _to("conversations", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("actor_id", "digest", name=op.f("uq_conversations_actor_id_digest")),
    )
    op.create_index("ix_conversations_actor_id_last_post_id", "conversations", ["actor_id", "last_post_id"])
    op.create_table(
        "conversation_posts",
        _key("conversation_id"),
        _key("post_id"),
        _to("conversation_posts", "conversation_id", "conversations"),
        _to("conversation_posts", "post_id", "posts"),
        sa.PrimaryKeyConstraint("conversation_id", "post_id", name=op.f("pk_conversation_posts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_conversation_posts_post_id", "conversation_posts", ["post_id"])


def _create_scheduled() -> None:
    op.create_table(
        "scheduled_posts",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("scheduled_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("failure", sa.Text()),
        sa.Column("key", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _to("scheduled_posts", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_posts")),
        sa.UniqueConstraint("actor_id", "key", name=op.f("uq_scheduled_posts_actor_id_key")),
    )
    op.create_index("ix_scheduled_posts_due_at", "scheduled_posts", ["due_at"])
    op.create_index("ix_scheduled_posts_actor_id_id", "scheduled_posts", ["actor_id", "id"])
    op.create_table(
        "held_uploads",
        _key("upload_id"),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_held_uploads")),
    )
    op.create_index("ix_held_uploads_holder_id", "held_uploads", ["holder_id"])


def downgrade() -> None:
    for table in (
        "held_uploads",
        "scheduled_posts",
        "conversation_posts",
        "conversations",
        "notification_requests",
        "notification_permissions",
        "notification_policies",
    ):
        op.drop_table(table)
    op.drop_column("notifications", "filtered")
