"""Apps, what people grant them, and their refresh tokens and own tokens.

Revision: 20261123_apps
Follows: 20261123_sessions
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_apps"
down_revision = "20261123_sessions"
branch_labels = None
depends_on = None


def _id() -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "apps",
        _id(),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("redirect_uris", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apps")),
        sa.UniqueConstraint("client_id", name=op.f("uq_apps_client_id")),
    )
    op.create_table(
        "grants",
        _id(),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_sha256", sa.Text(), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("exchanged_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_grants_account_id_accounts")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_grants_app_id_apps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_grants_code_sha256")),
    )
    op.create_index(op.f("ix_grants_account_id"), "grants", ["account_id"], unique=False)
    op.create_index(op.f("ix_grants_app_id"), "grants", ["app_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        _id(),
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_refresh_tokens_grant_id_grants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_refresh_tokens_token_sha256")),
    )
    op.create_index(op.f("ix_refresh_tokens_grant_id"), "refresh_tokens", ["grant_id"], unique=False)
    op.create_table(
        "app_tokens",
        _id(),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_app_tokens_app_id_apps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_tokens")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_app_tokens_token_sha256")),
    )
    op.create_index(op.f("ix_app_tokens_app_id"), "app_tokens", ["app_id"], unique=False)
    op.add_column("access_tokens", sa.Column("grant_id", sa.BigInteger(), nullable=True))
    op.add_column("access_tokens", sa.Column("client_id", sa.Text(), nullable=True))
    op.create_index(op.f("ix_access_tokens_grant_id"), "access_tokens", ["grant_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_access_tokens_grant_id"), table_name="access_tokens")
    op.drop_column("access_tokens", "client_id")
    op.drop_column("access_tokens", "grant_id")
    for table, column in (
        ("app_tokens", "app_id"),
        ("refresh_tokens", "grant_id"),
        ("grants", "app_id"),
        ("grants", "account_id"),
    ):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    for table in ("app_tokens", "refresh_tokens", "grants", "apps"):
        op.drop_table(table)
