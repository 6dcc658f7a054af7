"""flags for staff, alerts, the audit, and whose words consent is in

New columns have a default in the database, so that they can be added where they stand: making
``person`` anew would, on SQLite, delete everything that hangs on it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FLAG = (
    ("state", sa.String(10), "open"),
    ("taken_by", sa.String(80), None),
    ("taken_at", UtcDateTime(timezone=True), None),
    ("due_at", UtcDateTime(timezone=True), None),
    ("reviewed_by", sa.String(80), None),
    ("reviewed_at", UtcDateTime(timezone=True), None),
    ("review_note", sa.Text(), ""),
)
COLUMNS = {
    "person": (("answered_by", sa.String(10), "self"),),
    "consent": (("named", sa.String(200), ""), ("given_by", sa.String(10), "self")),
    "risk_event": (
        *(f for f in FLAG if f[0] != "reviewed_by"),
        ("subject", sa.String(10), "self"),
        ("why", sa.Text(), ""),
        ("asked", sa.String(20), ""),
        ("answer", sa.String(10), None),
        ("stage", sa.String(20), ""),
        ("update_key", sa.String(80), None),
    ),
    "staff_request": tuple(f for f in FLAG if f[0] != "state"),
    "outbox": (("message_id", sa.BigInteger(), None),),
}
"""By table: name, type, and default; a column without one may be empty."""

REFUSE = "the audit is only added to"


def upgrade() -> None:
    """Add the columns and tables."""
    for table, columns in COLUMNS.items():
        for name, type_, default in columns:
            op.add_column(
                table,
                sa.Column(name, type_, nullable=default is None, server_default=default),
            )
    with op.batch_alter_table("staff_request") as batch_op:  # nothing hangs on it
        batch_op.alter_column(
            "state", existing_type=sa.String(10), existing_nullable=False, server_default="open"
        )
    op.create_index(op.f("ix_risk_event_state"), "risk_event", ["state"])
    op.create_index(op.f("ix_risk_event_at"), "risk_event", ["at"])
    op.create_index(op.f("ix_staff_request_state"), "staff_request", ["state"])
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("risk_event_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", UtcDateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.String(length=120), nullable=False),
        sa.Column("created", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_alert_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["risk_event_id"],
            ["risk_event.id"],
            name=op.f("fk_alert_risk_event_id_risk_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    for column in ("person_id", "risk_event_id", "state"):
        op.create_index(op.f(f"ix_alert_{column}"), "alert", [column])
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    for column in ("at", "who", "subject"):
        op.create_index(op.f(f"ix_audit_{column}"), "audit", [column])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSE}'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSE}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_refuse()")
    op.drop_table("alert")
    op.drop_index(op.f("ix_staff_request_state"), "staff_request")
    op.drop_index(op.f("ix_risk_event_at"), "risk_event")
    op.drop_index(op.f("ix_risk_event_state"), "risk_event")
    with op.batch_alter_table("staff_request") as batch_op:
        batch_op.alter_column(
            "state", existing_type=sa.String(10), existing_nullable=False, server_default=None
        )
    for table, columns in COLUMNS.items():
        for name, _type, _default in columns:
            op.drop_column(table, name)
