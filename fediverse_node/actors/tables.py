"""Rows of the actors room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

actors = sa.Table(
    "actors",
    metadata,
    id_column(),
    sa.Column("uri", sa.Text, nullable=False, unique=True),
    sa.Column("local", sa.Boolean, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("username", sa.Text, nullable=False),
    #: lower case, for look-ups; names are case-insensitive
    sa.Column("username_key", sa.Text, nullable=False),
    #: the host of the handle, canonical, with the port where it is not the default
    sa.Column("domain", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("summary_html", sa.Text, nullable=False, server_default=""),
    sa.Column("summary_source", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("icon", Json),
    sa.Column("image", Json),
    sa.Column("fields", Json),
    sa.Column("emojis", Json),
    sa.Column("also_known_as", Json),
    sa.Column("moved_to", sa.Text),
    sa.Column("inbox", sa.Text, nullable=False),
    sa.Column("shared_inbox", sa.Text),
    sa.Column("outbox", sa.Text),
    sa.Column("followers", sa.Text),
    sa.Column("following", sa.Text),
    sa.Column("featured", sa.Text),
    sa.Column("manually_approves", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("discoverable", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("indexable", sa.Boolean, nullable=False, server_default=sa.false()),
    #: what few actors have (`model.Details`); a column, so that nobody else pays a look-up for it
    sa.Column("details", Json),
    sa.Column("published_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("fetched_at", Moment),
    sa.Column("suspended_at", Moment),
    sa.Column("deleted_at", Moment),
    sa.UniqueConstraint("username_key", "domain"),
    sa.Index(
        "ix_actors_local", "local", "id", sqlite_where=sa.text("local"), postgresql_where=sa.text("local")
    ),
)

actor_keys = sa.Table(
    "actor_keys",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, index=True),
    sa.Column("key_id", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    #: SPKI PEM for rsa, multibase Multikey for ed25519
    sa.Column("public_key", sa.Text, nullable=False),
    #: PKCS#8 PEM; only for local actors
    sa.Column("private_key", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    #: whether its owner lists it in `assertionMethod`; NULL where nobody has looked
    sa.Column("asserts", sa.Boolean),
    sa.CheckConstraint("kind IN ('rsa', 'ed25519')", name="kind"),
)

#: Keys of local actors that were replaced, for as long as somebody may still need them.
retired_keys = sa.Table(
    "retired_keys",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, index=True),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("public_key", sa.Text, nullable=False),
    #: only of a key that still signs the activity that says it was replaced
    sa.Column("private_key", sa.Text),
    sa.Column("activity_id", sa.BigInteger),
    sa.Column("retired_at", Moment, nullable=False),
    sa.CheckConstraint("kind IN ('rsa', 'ed25519')", name="kind"),
)

#: Since when an account lives elsewhere; the last move of each.
actor_moves = sa.Table(
    "actor_moves",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    sa.Column("target_uri", sa.Text, nullable=False),
    sa.Column("moved_at", Moment, nullable=False),
)

#: What is to be done about an actor some time soon, by a worker, with the network.
actor_errands = sa.Table(
    "actor_errands",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    #: 'links', 'featured', 'farewell' or 'lapse'
    sa.Column("kind", sa.Text, primary_key=True),
    #: null once it is done
    sa.Column("due_at", Moment, index=True),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    #: when it was done last
    sa.Column("done_at", Moment),
)
