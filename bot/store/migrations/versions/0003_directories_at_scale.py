"""directories at scale: topics as bits, records listed twice, corrections, crawls that resume"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import bot.store.base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BOX = ["visible", "band", "lon", "lat", "topics", "service_id", "location_id"]


def _whole(name: str, kind: sa.types.TypeEngine[int]) -> sa.Column[int]:
    return sa.Column(name, kind, nullable=False, server_default="0")


def upgrade() -> None:
    """New columns and tables; what was known is carried over, the rest comes with an import.

    Without batches: those make a table anew on SQLite, and dropping the old one would take
    along what hangs on it.
    """
    op.add_column("feed", sa.Column("source", sa.Text(), nullable=True))
    op.add_column("feed", sa.Column("report", sa.JSON(), nullable=True))
    moment = bot.store.base.UtcDateTime(timezone=True)
    op.add_column("feed", sa.Column("crawl_started_at", moment, nullable=True))
    op.add_column("feed", sa.Column("resume_page", sa.Integer(), nullable=True))
    op.add_column("feed", _whole("retired", sa.Integer()))

    op.drop_index("ix_service_remote", "service")
    op.add_column("service", _whole("remote", sa.Integer()))
    op.add_column("service", _whole("topics", sa.BigInteger()))
    op.add_column("service", _whole("freshness", sa.Integer()))
    op.add_column("service", _whole("compared", sa.Integer()))
    op.add_column("service", sa.Column("twin_of", _KEY, nullable=True))
    op.execute(
        "UPDATE service SET topics = subcategories, "
        "remote = CASE scope WHEN 'local' THEN 0 ELSE 1 END"
    )
    op.drop_column("service", "subcategories")
    op.create_index(op.f("ix_service_twin_of"), "service", ["twin_of"])
    op.create_index("ix_service_remote", "service", ["visible", "remote", "freshness", "topics"])
    op.create_index("ix_service_compared", "service", ["compared", "feed_id"])

    op.drop_index("ix_service_at_location_box", "service_at_location")
    op.add_column("service_at_location", _whole("topics", sa.BigInteger()))
    op.execute("UPDATE service_at_location SET topics = subcategories")
    op.drop_column("service_at_location", "subcategories")
    op.create_index("ix_service_at_location_box", "service_at_location", _BOX)

    op.create_table(
        "feed_page",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.String(length=80), nullable=True),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column("source_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_feed_page_feed_id_feed"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feed_id", "number", name=op.f("pk_feed_page")),
    )
    op.create_table(
        "service_block",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("service_id", _KEY, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_service_block_service_id_service"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", "service_id", name=op.f("pk_service_block")),
    )
    op.create_index(op.f("ix_service_block_service_id"), "service_block", ["service_id"])
    op.create_table(
        "service_pair",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("first_id", _KEY, nullable=False),
        sa.Column("second_id", _KEY, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("found_at", bot.store.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", bot.store.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["first_id"],
            ["service.id"],
            name=op.f("fk_service_pair_first_id_service"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["service.id"],
            name=op.f("fk_service_pair_second_id_service"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_pair")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_service_pair_first_id")),
    )
    op.create_index(op.f("ix_service_pair_second_id"), "service_pair", ["second_id"])
    op.create_index(op.f("ix_service_pair_state"), "service_pair", ["state"])
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("service_id", _KEY, nullable=True),
        sa.Column("feed", sa.String(length=200), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", bot.store.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", bot.store.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_correction_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_correction_service_id_service"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    for column in ("person_id", "service_id", "state"):
        op.create_index(op.f(f"ix_correction_{column}"), "correction", [column])


def downgrade() -> None:
    """Back to the first tables; the conditions among the topics are lost."""
    for table in ("correction", "service_pair", "service_block", "feed_page"):
        op.drop_table(table)
    op.drop_index("ix_service_at_location_box", "service_at_location")
    op.add_column("service_at_location", _whole("subcategories", sa.Integer()))
    op.execute("UPDATE service_at_location SET subcategories = topics & 131071")
    op.drop_column("service_at_location", "topics")
    op.create_index("ix_service_at_location_box", "service_at_location", ["visible", "band", "lon"])
    for index in ("ix_service_compared", "ix_service_remote", "ix_service_twin_of"):
        op.drop_index(index, "service")
    op.add_column("service", _whole("subcategories", sa.Integer()))
    op.execute("UPDATE service SET subcategories = topics & 131071")
    for name in ("remote", "topics", "freshness", "compared", "twin_of"):
        op.drop_column("service", name)
    op.create_index("ix_service_remote", "service", ["visible", "scope"])
    for name in ("source", "report", "crawl_started_at", "resume_page", "retired"):
        op.drop_column("feed", name)
