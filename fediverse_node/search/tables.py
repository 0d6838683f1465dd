"""Rows of the search room.

The index itself, `search_index`, is made by its migration and is not among the tables that SQLAlchemy knows:
on SQLite it is an FTS5 table, on PostgreSQL one with a `tsvector` and a GIN index. Both have a row for each
post, whose `rowid` is the post's id, and its tokens in `words`.
"""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import metadata

INDEX = sa.table("search_index", sa.column("rowid", sa.BigInteger), sa.column("words", sa.Text))

#: How far the index has come, by what it follows.
search_marks = sa.Table(
    "search_marks",
    metadata,
    #: see `sources`
    sa.Column("name", sa.Text, primary_key=True),
    #: an id, or a moment in microseconds
    sa.Column("reached", sa.BigInteger, nullable=False),
)

#: Authors whose public posts were looked at, and what they wanted then.
search_authors = sa.Table(
    "search_authors",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    #: whether their posts were written down as such that everybody may find
    sa.Column("indexable", sa.Boolean, nullable=False),
    #: their posts below this one are still to be looked at anew; NULL: none are
    sa.Column("below", sa.BigInteger, index=True),
)

#: Posts that were stored late, in the place of their date, where nobody looks for new ones.
search_late = sa.Table(
    "search_late",
    metadata,
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True, autoincrement=False),
)

#: Hashtags of public posts, to be looked up by how they begin.
search_tags = sa.Table(
    "search_tags",
    metadata,
    #: folded; in the order of their letters' numbers, so that those which begin alike stand together
    sa.Column("tag", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), primary_key=True),
    #: the newest post with it
    sa.Column("last_id", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
