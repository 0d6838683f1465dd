"""Blocks, mutes, blocked servers, suspensions and reports.

Revision: 20261122_moderation
Follows: 20261122_keys
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_moderation"
down_revision = "20261122_keys"
branch_labels = None
depends_on = None


def _id() -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _actor(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["actors.id"], name=op.f(f"fk_{table}_{column}_actors"))


def upgrade() -> None:
    op.create_table(
        "blocks",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _actor("blocks", "actor_id"),
        _actor("blocks", "target_id"),
        _key("blocks"),
        sa.UniqueConstraint("actor_id", "target_id", name=op.f("uq_blocks_actor_id_target_id")),
        sa.UniqueConstraint("uri", name=op.f("uq_blocks_uri")),
    )
    op.create_index("ix_blocks_target_id", "blocks", ["target_id"])
    op.create_table(
        "mutes",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("notifications", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _actor("mutes", "actor_id"),
        _actor("mutes", "target_id"),
        _key("mutes"),
        sa.UniqueConstraint("actor_id", "target_id", name=op.f("uq_mutes_actor_id_target_id")),
    )
    op.create_table(
        "shunned_domains",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _actor("shunned_domains", "actor_id"),
        _key("shunned_domains"),
        sa.UniqueConstraint("actor_id", "domain", name=op.f("uq_shunned_domains_actor_id_domain")),
    )
    op.create_table(
        "domain_blocks",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("reject_media", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reject_reports", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("public_comment", sa.Text(), server_default="", nullable=False),
        sa.Column("obfuscate", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "severity IN ('noop', 'silence', 'suspend')", name=op.f("ck_domain_blocks_severity")
        ),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_domain_blocks")),
    )
    op.create_table(
        "suspensions",
        sa.Column("actor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _actor("suspensions", "actor_id"),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_suspensions")),
    )
    op.create_table(
        "reports",
        _id(),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("post_uris", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("forwarded", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        _actor("reports", "reporter_id"),
        _actor("reports", "target_id"),
        _key("reports"),
        sa.UniqueConstraint("uri", name=op.f("uq_reports_uri")),
    )
    op.create_index("ix_reports_target_id", "reports", ["target_id"])


def downgrade() -> None:
    for table in ("reports", "suspensions", "domain_blocks", "shunned_domains", "mutes", "blocks"):
        op.drop_table(table)
