"""No row of the audit can be replaced by one with its id

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the new schema."""
    # SQLite takes out what INSERT OR REPLACE replaces without the trigger on DELETE. PostgreSQL
    # knows only ON CONFLICT DO UPDATE, which the trigger on UPDATE refuses.
    if op.get_bind().dialect.name == "sqlite":
        # Where no id is given, NEW.id is -1 here, and a row with that id would stop every other.
        op.execute(
            "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit "
            "WHEN NEW.id > 0 AND EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
        )


def downgrade() -> None:
    """Back to the schema before."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_no_replace")
