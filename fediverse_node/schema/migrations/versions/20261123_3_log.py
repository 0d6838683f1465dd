"""Receipts, leaves and checkpoints of the consent log.

Revision: 20261123_log
Follows: 20261123_apps
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_log"
down_revision = "20261123_apps"
branch_labels = None
depends_on = None

_GROWING = ("consent_entries", "consent_nodes", "consent_checkpoints")
_WORDS = "the consent log is only ever added to"


def _id() -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "consent_log",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_log")),
    )
    op.create_table(
        "consent_receipts",
        _id(),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("revokes", sa.BigInteger(), nullable=True),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_receipts")),
        sa.UniqueConstraint("log_index", name=op.f("uq_consent_receipts_log_index")),
    )
    op.create_index(op.f("ix_consent_receipts_revokes"), "consent_receipts", ["revokes"])
    op.create_table(
        "consent_entries",
        _id(),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_entries")),
    )
    op.create_table(
        "consent_nodes",
        _id(),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_nodes")),
    )
    op.create_table(
        "consent_checkpoints",
        _id(),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_checkpoints")),
    )
    _refuse_changes()


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _GROWING:
            for verb in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION consent_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$"
    )
    for table in _GROWING:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION consent_log_refuse()"
        )


def downgrade() -> None:
    for table in (*reversed(_GROWING), "consent_receipts", "consent_log"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION consent_log_refuse()")
