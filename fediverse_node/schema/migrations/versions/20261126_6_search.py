"""The index of posts, and how far it has come.

Revision: 20261126_search
Follows: 20261126_files
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_search"
down_revision = "20261126_files"
branch_labels = None
depends_on = None

#: SQLite from here on can take a row out of an index that does not keep what it was made from.
_FORGETFUL = (3, 43, 0)


def upgrade() -> None:
    op.create_table(
        "search_marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search_marks")),
    )
    op.create_table(
        "search_authors",
        sa.Column("actor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("indexable", sa.Boolean(), nullable=False),
        sa.Column("below", sa.BigInteger()),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_search_authors_actor_id_actors")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_search_authors")),
    )
    op.create_index("ix_search_authors_below", "search_authors", ["below"])
    op.create_table(
        "search_late",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_search_late_post_id_posts")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_search_late")),
    )
    op.create_table(
        "search_tags",
        sa.Column("tag", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_search_tags")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bookmarks_post_id", "bookmarks", ["post_id"])
    if op.get_bind().dialect.name == "sqlite":
        version = op.get_bind().exec_driver_sql("SELECT sqlite_version()").scalar_one()
        forgetful = tuple(int(part) for part in version.split(".")) >= _FORGETFUL
        kept = ", content='', contentless_delete=1" if forgetful else ""
        # Tokens come parted by blanks; what else of ASCII they hold belongs to them.
        kind = f"fts5(words{kept}, tokenize=\"ascii tokenchars '.'\")"
        op.execute(f"CREATE VIRTUAL TABLE search_index USING {kind}")
        return
    key = "rowid bigint CONSTRAINT pk_search_index PRIMARY KEY"
    op.execute(f"CREATE TABLE search_index ({key}, words tsvector NOT NULL)")
    op.execute("CREATE INDEX ix_search_index_words ON search_index USING gin (words)")


def downgrade() -> None:
    op.drop_index("ix_bookmarks_post_id", "bookmarks")
    for table in ("search_index", "search_tags", "search_late", "search_authors", "search_marks"):
        op.execute(f"DROP TABLE {table}")
