"""Keys that were replaced, what a key may do, and how each server wants to be signed for.

Revision: 20261122_keys
Follows: 20261122_profiles
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_keys"
down_revision = "20261122_profiles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("actor_keys", sa.Column("asserts", sa.Boolean(), nullable=True))
    op.add_column("peers", sa.Column("signing", sa.Text(), nullable=True))
    op.add_column("peers", sa.Column("advertises", sa.Text(), nullable=True))
    op.create_index(
        "ix_peers_signing",
        "peers",
        ["host", "signing"],
        unique=False,
        sqlite_where=sa.text("signing <> 'cavage'"),
        postgresql_where=sa.text("signing <> 'cavage'"),
    )
    op.create_table(
        "retired_keys",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=True),
        sa.Column("activity_id", sa.BigInteger(), nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('rsa', 'ed25519')", name=op.f("ck_retired_keys_kind")),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_retired_keys_actor_id_actors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retired_keys")),
    )
    op.create_index(op.f("ix_retired_keys_actor_id"), "retired_keys", ["actor_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_retired_keys_actor_id"), table_name="retired_keys")
    op.drop_table("retired_keys")
    op.drop_index("ix_peers_signing", table_name="peers")
    op.drop_column("peers", "advertises")
    op.drop_column("peers", "signing")
    op.drop_column("actor_keys", "asserts")
