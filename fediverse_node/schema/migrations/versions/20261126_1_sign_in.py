"""A second factor, passkeys, and tokens that end.

Revision: 20261126_sign_in
Follows: 20261125_marks
"""

import time

import sqlalchemy as sa
from alembic import op

revision = "20261126_sign_in"
down_revision = "20261125_marks"
branch_labels = None
depends_on = None

_NEW = (
    "passkey_challenges",
    "passkeys",
    "known_browsers",
    "sign_in_steps",
    "recovery_codes",
    "second_factors",
)


def _create(table: str, *columns: sa.Column, unique: tuple[str, ...] = (), optional: bool = False) -> None:
    """A table with an id and an account."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    name = f"uq_{table}_{'_'.join(unique)}"
    op.create_table(
        table,
        sa.Column("id", kind, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=optional),
        *columns,
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *([sa.UniqueConstraint(*unique, name=op.f(name))] if unique else []),
    )


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def upgrade() -> None:
    _create(
        "second_factors",
        _text("name"),
        _text("private_key"),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        _moment("created_at"),
        _moment("confirmed_at", nullable=True),
        unique=("account_id",),
    )
    _create("recovery_codes", _text("code_sha256"))
    _create(
        "sign_in_steps",
        _text("secret_sha256"),
        _text("proven_sha256"),
        sa.Column("tries", sa.Integer(), nullable=False),
        _moment("created_at"),
        unique=("secret_sha256",),
    )
    _create(
        "known_browsers",
        _text("secret_sha256"),
        _moment("last_used_at"),
        unique=("secret_sha256", "account_id"),
    )
    _create(
        "passkeys",
        _text("credential_id"),
        _text("public_key"),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        _text("name"),
        _moment("created_at"),
        _moment("last_used_at", nullable=True),
        unique=("credential_id",),
    )
    _create(
        "passkey_challenges",
        _text("challenge_sha256"),
        _moment("created_at"),
        unique=("challenge_sha256",),
        optional=True,
    )
    for table in (name for name in _NEW if name != "second_factors"):
        op.create_index(f"ix_{table}_account_id", table, ["account_id"])
    op.create_index("ix_known_browsers_last_used_at", "known_browsers", ["last_used_at"])
    # Nobody knows when what is there was used. It counts as used now, so that nothing ends by surprise.
    for table in ("apps", "access_tokens"):
        op.add_column(table, sa.Column("last_used_at", sa.BigInteger(), nullable=True))
        op.execute(sa.text(f"UPDATE {table} SET last_used_at = {time.time_ns() // 1000}"))  # noqa: S608 no input


def downgrade() -> None:
    for table in ("access_tokens", "apps"):
        op.drop_column(table, "last_used_at")
    for table in _NEW:
        op.drop_table(table)
