"""Rows of the imports room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

#: Posts that were taken over from somebody's archive; stays when one is deleted, so that it stays deleted.
imported_posts = sa.Table(
    "imported_posts",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    #: its id where it came from; shown to nobody
    sa.Column("original_uri", sa.Text, primary_key=True),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), nullable=False),
    sqlite_with_rowid=False,
)

import_wishes = sa.Table(
    "import_wishes",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    #: `@name@host`
    sa.Column("handle", sa.Text, nullable=False),
    sa.Column("notifications", sa.Boolean, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    #: NULL: given up
    sa.Column("due_at", Moment, index=True),
    #: why it was given up
    sa.Column("problem", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("actor_id", "kind", "handle"),
    sa.CheckConstraint("kind IN ('follow', 'block', 'mute')", name="kind"),
)
