"""Alembic's entry: one history for both databases, run by ``bot.store.migrate``."""

from __future__ import annotations

from typing import Any

from alembic import context

from bot.store.schema import metadata


def include_name(name: str | None, type_: str, parents: Any) -> bool:
    """The search index is made by hand: SQLite's own tables for it are not ours to compare."""
    return not (type_ == "table" and (name or "").startswith(("service_search", "turn_search")))


def run() -> None:
    """Run inside the connection that ``bot.store.migrate`` opened."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        include_name=include_name,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
