"""The database itself refuses to change or remove a line of the ledger.

Revision: 20261122_ledger_only_grows
Follows: 20261121_first_tables
"""

from alembic import op

revision = "20261122_ledger_only_grows"
down_revision = "20261121_first_tables"
branch_labels = None
depends_on = None

_WORDS = "the consent ledger is only ever added to"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER consent_ledger_no_{verb} BEFORE {verb} ON consent_ledger "
                f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION consent_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER consent_ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_ledger "
        "FOR EACH STATEMENT EXECUTE FUNCTION consent_ledger_refuse()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER consent_ledger_no_{verb}")
        return
    op.execute("DROP TRIGGER consent_ledger_no_change ON consent_ledger")
    op.execute("DROP FUNCTION consent_ledger_refuse()")
