"""Rows of the moderation room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata


def _actor(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False)


blocks = sa.Table(
    "blocks",
    metadata,
    id_column(),
    #: who blocks; the blocker or the target lives here, or both
    _actor("actor_id"),
    _actor("target_id"),
    #: id of the Block activity
    sa.Column("uri", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("actor_id", "target_id"),
    sa.Index("ix_blocks_target_id", "target_id"),
)

mutes = sa.Table(
    "mutes",
    metadata,
    id_column(),
    _actor("actor_id"),
    _actor("target_id"),
    #: whether notifications are hidden, too
    sa.Column("notifications", sa.Boolean, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("actor_id", "target_id"),
)

#: servers that one person does not want to hear
shunned_domains = sa.Table(
    "shunned_domains",
    metadata,
    id_column(),
    _actor("actor_id"),
    sa.Column("domain", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("actor_id", "domain"),
)

#: servers that the operator silenced or shut out
domain_blocks = sa.Table(
    "domain_blocks",
    metadata,
    #: canonical; its sub-domains are meant, too
    sa.Column("domain", sa.Text, primary_key=True),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("reject_media", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("reject_reports", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("public_comment", sa.Text, nullable=False, server_default=""),
    sa.Column("obfuscate", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", Moment, nullable=False),
    sa.CheckConstraint("severity IN ('noop', 'silence', 'suspend')", name="severity"),
)

#: people who do not want to see what models wrote
ai_filters = sa.Table(
    "ai_filters",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    sa.Column("hides", sa.Text, nullable=False),
    sa.CheckConstraint("hides IN ('autonomous', 'all')", name="hides"),
)

#: what the operator decided for the whole server, by name
house_rules = sa.Table(
    "house_rules",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

#: actors that were suspended one by one, and stay so when their server is let in again
suspensions = sa.Table(
    "suspensions",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    sa.Column("created_at", Moment, nullable=False),
)

reports = sa.Table(
    "reports",
    metadata,
    id_column(),
    #: id of the Flag that brought it; NULL for a report from here
    sa.Column("uri", sa.Text, unique=True),
    #: who reported: somebody here, or the actor (often a server's own) that sent the Flag
    _actor("reporter_id"),
    _actor("target_id"),
    #: ids of the posts it is about
    sa.Column("post_uris", Json),
    sa.Column("comment", sa.Text, nullable=False, server_default=""),
    #: whether the target's server was told
    sa.Column("forwarded", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("closed_at", Moment),
    #: 'spam', 'legal', 'violation' or 'other', where the reporter said
    sa.Column("category", sa.Text),
    #: ids of accounts: who looks at it, and who was done with it
    sa.Column("assigned_to", sa.BigInteger),
    sa.Column("closed_by", sa.BigInteger),
    sa.Index("ix_reports_target_id", "target_id"),
)

#: actors that were silenced one by one
silences = sa.Table(
    "silences",
    metadata,
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), primary_key=True, autoincrement=False),
    sa.Column("created_at", Moment, nullable=False),
)

#: what those who look after the server did; only ever added to
moderation_acts = sa.Table(
    "moderation_acts",
    metadata,
    id_column(),
    #: the account of whoever did it; NULL for the command line
    sa.Column("account_id", sa.BigInteger),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)
