"""What people brought along from other servers: posts taken over, and wishes that wait.

Revision: 20261124_imports
Follows: 20261124_witnesses
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_imports"
down_revision = "20261124_witnesses"
branch_labels = None
depends_on = None


def _id() -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "imported_posts",
        sa.Column("actor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("original_uri", sa.Text(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_imported_posts_actor_id_actors")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_imported_posts_post_id_posts")),
        sa.PrimaryKeyConstraint("actor_id", "original_uri", name=op.f("pk_imported_posts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_wishes",
        _id(),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("notifications", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("problem", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('follow', 'block', 'mute')", name=op.f("ck_import_wishes_kind")),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_import_wishes_actor_id_actors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_wishes")),
        sa.UniqueConstraint("actor_id", "kind", "handle", name=op.f("uq_import_wishes_actor_id_kind_handle")),
    )
    op.create_index("ix_import_wishes_due_at", "import_wishes", ["due_at"])


def downgrade() -> None:
    op.drop_index("ix_import_wishes_due_at", "import_wishes")
    op.drop_table("import_wishes")
    op.drop_table("imported_posts")
