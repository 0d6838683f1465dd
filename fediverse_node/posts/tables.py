"""Rows of the posts room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

posts = sa.Table(
    "posts",
    metadata,
    id_column(),
    #: the object's id; for a boost the id of the Announce
    sa.Column("uri", sa.Text, nullable=False, unique=True),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    sa.Column("local", sa.Boolean, nullable=False),
    sa.Column("type", sa.Text, nullable=False, server_default="Note"),
    sa.Column("visibility", sa.Text, nullable=False),
    #: set for a boost: the post that was boosted; such a row has no text of its own
    sa.Column("boost_of_id", sa.BigInteger, sa.ForeignKey("posts.id"), index=True),
    sa.Column("in_reply_to_uri", sa.Text, index=True),
    sa.Column("in_reply_to_id", sa.BigInteger, sa.ForeignKey("posts.id"), index=True),
    sa.Column("context_uri", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("content_html", sa.Text, nullable=False, server_default=""),
    sa.Column("summary", sa.Text),
    sa.Column("sensitive", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("language", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("source_media_type", sa.Text),
    sa.Column("attachments", Json),
    sa.Column("emojis", Json),
    #: actors addressed by name, and everybody in `to` and `cc` of a remote post, as uris
    sa.Column("addressed", Json),
    #: SHA-256 in hex of what the author wrote in this revision; consent binds to it
    sa.Column("revision", sa.Text, nullable=False, server_default=""),
    sa.Column("ai_disclosure", sa.Text),
    sa.Column("digital_source_type", sa.Text),
    sa.Column("ai_tools", Json),
    sa.Column("human_reviewed", sa.Boolean),
    #: of a post from elsewhere: whether its author's property or a hashtag is where the label is from
    sa.Column("ai_said_by", sa.Text),
    #: what a remote origin said of usage, verbatim; our own posts ask the ledger
    sa.Column("content_usage", sa.Text),
    #: by its SPDX name
    sa.Column("licence", sa.Text),
    sa.Column("published_at", Moment, nullable=False),
    sa.Column("edited_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("deleted_at", Moment),
    sa.Column("replies_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("favourites_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("boosts_count", sa.Integer, nullable=False, server_default="0"),
    #: never leaves this server: no other server is sent it, or shown it
    sa.Column("local_only", sa.Boolean, nullable=False, server_default=sa.false()),
    #: how often which emoji stands under it, [emoji, picture, count]; counted from `emoji_reactions`
    sa.Column("reactions", Json),
    sa.UniqueConstraint("actor_id", "boost_of_id"),
    sa.CheckConstraint("visibility IN ('public', 'unlisted', 'private', 'direct')", name="visibility"),
    sa.Index("ix_posts_actor_id_id", "actor_id", "id"),
    sa.Index(
        "ix_posts_public",
        "local",
        "id",
        sqlite_where=sa.text("visibility = 'public'"),
        postgresql_where=sa.text("visibility = 'public'"),
    ),
)

post_revisions = sa.Table(
    "post_revisions",
    metadata,
    id_column(),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), nullable=False, index=True),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("content_html", sa.Text, nullable=False),
    sa.Column("summary", sa.Text),
    sa.Column("source", sa.Text),
    #: when this text was published; the columns below are empty in rows from before they were kept
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("sensitive", sa.Boolean),
    sa.Column("attachments", Json),
    sa.Column("emojis", Json),
    #: the answers of a question, as a list of texts
    sa.Column("asked", Json),
)

mentions = sa.Table(
    "mentions",
    metadata,
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True),
    sa.Column("actor_uri", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Index("ix_mentions_actor_uri", "actor_uri", "post_id"),
    sqlite_with_rowid=False,
)

hashtags = sa.Table(
    "hashtags",
    metadata,
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True),
    #: folded: NFKC, case folded
    sa.Column("tag", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Index("ix_hashtags_tag", "tag", "post_id"),
    sqlite_with_rowid=False,
)

favourites = sa.Table(
    "favourites",
    metadata,
    id_column(),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), nullable=False),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, index=True),
    #: the id of the Like
    sa.Column("uri", sa.Text, nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("post_id", "actor_id"),
)

#: What was deleted or undone, by id: answers 410, and keeps what arrives late from coming to life.
tombstones = sa.Table(
    "tombstones",
    metadata,
    sa.Column("uri", sa.Text, primary_key=True),
    sa.Column("actor_uri", sa.Text, nullable=False),
    sa.Column("former_type", sa.Text),
    sa.Column("published_at", Moment),
    sa.Column("deleted_at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)

#: `Idempotency-Key` of a client → the post it made.
idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), nullable=False),
    sa.Column("created_at", Moment, nullable=False, index=True),
)

#: How a post of ours came about that a model had a part in; the posts of people have no row.
provenance = sa.Table(
    "provenance",
    metadata,
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True, autoincrement=False),
    #: of the suggestions that went into the text, as a list
    sa.Column("handles", Json),
    #: 0 to 1; NULL where nobody can know
    sa.Column("ai_share", sa.Float),
    sa.Column("share_method", sa.Text),
    #: when its author said that they had read what the model wrote
    sa.Column("reviewed_at", Moment),
)

#: Posts shown first on their author's profile.
pins = sa.Table(
    "pins",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), primary_key=True),
    #: the highest comes first
    sa.Column("place", sa.BigInteger, nullable=False),
)

#: Posts that somebody put aside, for themselves: their authors do not learn of it.
bookmarks = sa.Table(
    "bookmarks",
    metadata,
    id_column(),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), nullable=False),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("actor_id", "post_id"),
    sa.Index("ix_bookmarks_actor_id_id", "actor_id", "id"),
    sa.Index("ix_bookmarks_post_id", "post_id"),
)

#: One emoji that somebody put under a post; several by one person are several rows.
emoji_reactions = sa.Table(
    "emoji_reactions",
    metadata,
    id_column(),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), nullable=False),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, index=True),
    #: one grapheme, or `:code:` (of somebody elsewhere: `:code@host:`)
    sa.Column("emoji", sa.Text, nullable=False),
    #: of a custom emoji
    sa.Column("picture", sa.Text),
    #: the id of the activity
    sa.Column("uri", sa.Text, nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("post_id", "actor_id", "emoji"),
)

#: The operator's own emoji, with their pictures: a backup of the database has them, too.
custom_emojis = sa.Table(
    "custom_emojis",
    metadata,
    id_column(),
    #: without colons
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("media_type", sa.Text, nullable=False),
    #: SHA-256 in hex of the picture; stands in its address
    sa.Column("digest", sa.Text, nullable=False, index=True),
    sa.Column("picture", sa.LargeBinary, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
)

#: Actors who are gone, and whose posts are erased bit by bit.
erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("done_at", Moment),
)
