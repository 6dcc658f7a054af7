"""Two gaps of one code, about two people or two activities, are two rows

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

GAP = sa.table(
    "gap",
    sa.column("id", sa.Integer),
    sa.column("person_id", sa.String),
    sa.column("key", sa.String),
    sa.column("code", sa.String),
    sa.column("work", sa.String),
    sa.column("evidence", sa.JSON),
)


def _key(code: str, work: str, evidence: Mapping[str, Any]) -> str:
    """As ``bot.store.record.gap_key`` made it when this was written."""
    parts = [code]
    if work:
        parts.append(work)
    if code in ("contact_low", "overload"):
        parts.extend(evidence.get("members", ()))
    if evidence.get("activity"):
        parts.append(evidence["activity"].casefold())
    return sha256(".".join(parts).encode()).hexdigest()


def upgrade() -> None:
    """To the new schema."""
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(length=64), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(GAP)).all():
        key = _key(row.code, row.work, row.evidence or {})
        connection.execute(sa.update(GAP).where(GAP.c.id == row.id).values(key=key))
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.alter_column("key", existing_type=sa.String(length=64), nullable=False)
        batch_op.drop_constraint(batch_op.f("uq_gap_person_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_gap_person_id"), ["person_id", "key"])


def downgrade() -> None:
    """Back to the schema before; of several gaps of one code the oldest stays."""
    oldest = sa.select(sa.func.min(GAP.c.id)).group_by(GAP.c.person_id, GAP.c.code, GAP.c.work)
    op.execute(sa.delete(GAP).where(GAP.c.id.not_in(oldest)))
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_gap_person_id"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_gap_person_id"), ["person_id", "code", "work"]
        )
        batch_op.drop_column("key")
