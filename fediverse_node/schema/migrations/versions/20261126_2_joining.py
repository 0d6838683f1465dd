"""Invitations, requests to join, addresses for e-mail, and who looks after the server.

Revision: 20261126_joining
Follows: 20261126_sign_in
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_joining"
down_revision = "20261126_sign_in"
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
    op.add_column("accounts", sa.Column("role", sa.Text(), nullable=True))
    for name in ("pending", "unconfirmed"):
        flag = sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        op.add_column("accounts", flag)
    op.add_column("reports", sa.Column("category", sa.Text(), nullable=True))
    op.add_column("reports", sa.Column("assigned_to", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("closed_by", sa.BigInteger(), nullable=True))
    op.create_table(
        "silences",
        _key("actor_id"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _to("silences", "actor_id", "actors"),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_silences")),
    )
    op.create_table(
        "moderation_acts",
        _id(),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_acts")),
    )
    op.create_table(
        "invitations",
        _id(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("uses_left", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        _to("invitations", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code", name=op.f("uq_invitations_code")),
    )
    op.create_index("ix_invitations_account_id", "invitations", ["account_id"])
    op.create_table(
        "sign_ups",
        _key("account_id"),
        sa.Column("invitation_id", sa.BigInteger(), nullable=True),
        sa.Column("app_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _to("sign_ups", "account_id", "accounts"),
        _to("sign_ups", "invitation_id", "invitations"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sign_ups")),
    )
    op.create_table(
        "emails",
        _key("account_id"),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        _to("emails", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_emails")),
    )
    op.create_index("ix_emails_address_key", "emails", ["address_key"])
    op.create_table(
        "account_links",
        _id(),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('confirm', 'reset')", name=op.f("ck_account_links_kind")),
        _to("account_links", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_links")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_account_links_token_sha256")),
    )
    op.create_index("ix_account_links_account_id", "account_links", ["account_id"])
    op.create_table(
        "reset_wishes",
        _id(),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_wishes")),
    )
    op.create_table(
        "outgoing_mails",
        _id(),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mails")),
    )
    op.create_index("ix_outgoing_mails_due_at", "outgoing_mails", ["due_at"])


def downgrade() -> None:
    for table in (
        "outgoing_mails",
        "reset_wishes",
        "account_links",
        "emails",
        "sign_ups",
        "invitations",
        "moderation_acts",
        "silences",
    ):
        op.drop_table(table)
    for name in ("closed_by", "assigned_to", "category"):
        op.drop_column("reports", name)
    for name in ("unconfirmed", "pending", "role"):
        op.drop_column("accounts", name)
