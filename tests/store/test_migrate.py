"""The migrations make exactly the tables that the code means, on both databases."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from bot.store import migrate
from bot.store.base import engine_for
from bot.store.schema import metadata


def _tables(url: str) -> set[str]:
    return set(inspect(engine_for(url)).get_table_names())


def _ours(name: str | None, type_: str, _parents: object) -> bool:
    # The search index is made by hand, and SQLite adds tables of its own to it.
    return not (type_ == "table" and (name or "").startswith("service_search"))


def test_a_fresh_database_gets_the_tables_of_the_code(empty_url: str) -> None:
    migrate.upgrade()
    with engine_for(empty_url).connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": True, "include_name": _ours},
        )
        assert compare_metadata(context, metadata) == []
    assert _tables(empty_url) >= {*metadata.tables, "service_search", "alembic_version"}


def test_upgrading_twice_is_the_same_as_once(empty_url: str) -> None:
    assert not migrate.is_current()
    migrate.upgrade()
    with engine_for(empty_url).begin() as connection:
        connection.execute(
            text("INSERT INTO feed (name, crawl) VALUES (:name, 0)"), {"name": "kept"}
        )
    migrate.upgrade()
    assert migrate.is_current()
    with engine_for(empty_url).connect() as connection:
        assert connection.execute(text("SELECT name FROM feed")).scalars().all() == ["kept"]


def test_there_is_one_history_with_one_head() -> None:
    from alembic.script import ScriptDirectory

    assert len(ScriptDirectory.from_config(migrate._config()).get_heads()) == 1


def test_going_back_leaves_nothing(empty_url: str) -> None:
    migrate.upgrade()
    config = migrate._config()
    with engine_for(empty_url).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert _tables(empty_url) == {"alembic_version"}
