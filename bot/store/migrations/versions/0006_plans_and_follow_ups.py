"""Plans with barriers and how sure one is; follow-ups with their due moments

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the new schema."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("ask_hour", sa.Integer(), server_default=sa.text("10"), nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "time_zone", sa.String(length=40), server_default="Europe/London", nullable=False
            )
        )
        batch_op.add_column(sa.Column("asked_at", UtcDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("source", sa.String(length=10), server_default="own", nullable=False)
        )
        batch_op.add_column(
            sa.Column("barrier", sa.Text(), server_default=sa.text("''"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("and_then", sa.Text(), server_default=sa.text("''"), nullable=False)
        )
        batch_op.add_column(sa.Column("confidence", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("next_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("tried", sa.String(length=10), nullable=True),
        sa.Column("worth", sa.String(length=10), nullable=True),
        sa.Column("barrier", sa.String(length=20), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_follow_up_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_follow_up_plan_id_plan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_next_at"), ["next_at"], unique=False)


def downgrade() -> None:
    """Back to the schema before."""
    op.drop_table("follow_up")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        for column in ("ended_at", "confidence", "and_then", "barrier", "source"):
            batch_op.drop_column(column)
    with op.batch_alter_table("person", schema=None) as batch_op:
        for column in ("asked_at", "time_zone", "ask_hour"):
            batch_op.drop_column(column)
