"""Followed and featured hashtags, announcements, trends, and previews of links.

Revision: 20261126_tags
Follows: 20261126_talks
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_tags"
down_revision = "20261126_talks"
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
        "followed_tags",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _to("followed_tags", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followed_tags")),
        sa.UniqueConstraint("actor_id", "tag", name=op.f("uq_followed_tags_actor_id_tag")),
    )
    op.create_index("ix_followed_tags_tag", "followed_tags", ["tag"])
    op.create_table(
        "featured_tags",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _to("featured_tags", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_featured_tags")),
        sa.UniqueConstraint("actor_id", "tag", name=op.f("uq_featured_tags_actor_id_tag")),
    )
    op.create_table(
        "link_cards",
        _id(),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("page", sa.Text()),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_cards")),
        sa.UniqueConstraint("url", name=op.f("uq_link_cards_url")),
    )
    op.create_index("ix_link_cards_expires_at", "link_cards", ["expires_at"])
    op.create_table(
        "trends",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('tag', 'post', 'link')", name=op.f("ck_trends_kind")),
        sa.PrimaryKeyConstraint("kind", "place", name=op.f("pk_trends")),
    )
    op.create_table(
        "declined_acquaintances",
        _key("actor_id"),
        _key("target_id"),
        _to("declined_acquaintances", "actor_id", "actors"),
        _to("declined_acquaintances", "target_id", "actors"),
        sa.PrimaryKeyConstraint("actor_id", "target_id", name=op.f("pk_declined_acquaintances")),
    )
    _create_announcements()


def _create_announcements() -> None:
    op.create_table(
        "announcements",
        _id(),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_html", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger()),
        sa.Column("ends_at", sa.BigInteger()),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    op.create_table(
        "read_announcements",
        _key("announcement_id"),
        _key("actor_id"),
        _to("read_announcements", "announcement_id", "announcements"),
        _to("read_announcements", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("announcement_id", "actor_id", name=op.f("pk_read_announcements")),
    )
    op.create_table(
        "announcement_reactions",
        _id(),
        sa.Column("announcement_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        _to("announcement_reactions", "announcement_id", "announcements"),
        _to("announcement_reactions", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_reactions")),
        sa.UniqueConstraint(
            "announcement_id",
            "actor_id",
            "emoji",
            name=op.f("uq_announcement_reactions_announcement_id_actor_id_emoji"),
        ),
    )


def downgrade() -> None:
    for table in (
        "announcement_reactions",
        "read_announcements",
        "announcements",
        "declined_acquaintances",
        "trends",
        "link_cards",
        "featured_tags",
        "followed_tags",
    ):
        op.drop_table(table)
