"""Bookmarks, markers, lists and filters of people.

Revision: 20261125_marks
Follows: 20261125_deciding
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_marks"
down_revision = "20261125_deciding"
branch_labels = None
depends_on = None


def _id() -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "bookmarks",
        _id(),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _to("bookmarks", "actor_id", "actors"),
        _to("bookmarks", "post_id", "posts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookmarks")),
        sa.UniqueConstraint("actor_id", "post_id", name=op.f("uq_bookmarks_actor_id_post_id")),
    )
    op.create_index("ix_bookmarks_actor_id_id", "bookmarks", ["actor_id", "id"])
    op.create_table(
        "markers",
        _key("actor_id"),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("last_read_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("timeline IN ('home', 'notifications')", name=op.f("ck_markers_timeline")),
        _to("markers", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("actor_id", "timeline", name=op.f("pk_markers")),
    )
    op.create_table(
        "muted_threads",
        _key("actor_id"),
        _key("root_id"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _to("muted_threads", "actor_id", "actors"),
        _to("muted_threads", "root_id", "posts"),
        sa.PrimaryKeyConstraint("actor_id", "root_id", name=op.f("pk_muted_threads")),
    )
    op.create_table(
        "account_notes",
        _key("actor_id"),
        _key("target_id"),
        sa.Column("note", sa.Text(), nullable=False),
        _to("account_notes", "actor_id", "actors"),
        _to("account_notes", "target_id", "actors"),
        sa.PrimaryKeyConstraint("actor_id", "target_id", name=op.f("pk_account_notes")),
    )
    _create_lists()
    _create_filters()


def _create_lists() -> None:
    op.create_table(
        "lists",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("replies_policy", sa.Text(), nullable=False),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "replies_policy IN ('followed', 'list', 'none')", name=op.f("ck_lists_replies_policy")
        ),
        _to("lists", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
    )
    op.create_index("ix_lists_actor_id", "lists", ["actor_id"])
    op.create_table(
        "list_members",
        _id(),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        _to("list_members", "list_id", "lists"),
        _to("list_members", "target_id", "actors"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_members")),
        sa.UniqueConstraint("list_id", "target_id", name=op.f("uq_list_members_list_id_target_id")),
    )
    op.create_index("ix_list_members_target_id", "list_members", ["target_id"])


def _create_filters() -> None:
    op.create_table(
        "filters",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("contexts", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("action IN ('warn', 'hide', 'blur')", name=op.f("ck_filters_action")),
        _to("filters", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filters")),
    )
    op.create_index("ix_filters_actor_id", "filters", ["actor_id"])
    op.create_table(
        "filter_keywords",
        _id(),
        sa.Column("filter_id", sa.BigInteger(), nullable=False),
        sa.Column("keyword", sa.Text(), nullable=False),
        sa.Column("whole_word", sa.Boolean(), nullable=False),
        _to("filter_keywords", "filter_id", "filters"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filter_keywords")),
    )
    op.create_index("ix_filter_keywords_filter_id", "filter_keywords", ["filter_id"])
    op.create_table(
        "filter_posts",
        _id(),
        sa.Column("filter_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        _to("filter_posts", "filter_id", "filters"),
        _to("filter_posts", "post_id", "posts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filter_posts")),
        sa.UniqueConstraint("filter_id", "post_id", name=op.f("uq_filter_posts_filter_id_post_id")),
    )


def downgrade() -> None:
    for table in (
        "filter_posts",
        "filter_keywords",
        "filters",
        "list_members",
        "lists",
        "account_notes",
        "muted_threads",
        "markers",
        "bookmarks",
    ):
        op.drop_table(table)
