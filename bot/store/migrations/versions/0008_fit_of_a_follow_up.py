"""What was said at a follow-up to the checks of a plan; people were last here when they last wrote

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the new schema."""
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fit", sa.JSON(), nullable=True))
    # Only a greeting used to be counted: who never says hello would be erased as long gone.
    since = "person_id = person.id AND kind NOT IN ('due', 'service') AND at > person.last_seen_at"
    op.execute(
        f"UPDATE person SET last_seen_at = (SELECT max(at) FROM turn WHERE {since}) "  # noqa: S608
        f"WHERE EXISTS (SELECT 1 FROM turn WHERE {since})"
    )


def downgrade() -> None:
    """Back to the schema before."""
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_column("fit")
