"""The migrations make exactly the tables that the code means, on both databases."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from bot.store import migrate
from bot.store.base import engine_for
from bot.store.record import Record, gap_key
from bot.store.schema import metadata


def _tables(url: str) -> set[str]:
    return set(inspect(engine_for(url)).get_table_names())


def _ours(name: str | None, type_: str, _parents: object) -> bool:
    # The search index is made by hand, and SQLite adds tables of its own to it.
    return not (type_ == "table" and (name or "").startswith(("service_search", "turn_search")))


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


def test_a_directory_of_before_keeps_its_services_and_places(empty_url: str) -> None:
    config = migrate._config()
    with engine_for(empty_url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    with engine_for(empty_url).begin() as connection:
        for statement in (
            "INSERT INTO feed (id, name, crawl) VALUES (1, 'council', 1)",
            "INSERT INTO service (id, feed_id, source_id, name, status, visible, scope, "
            "subcategories, flags, listing, raw, content_hash, first_seen, last_seen, crawl, "
            "missed) VALUES (1, 1, 'a', 'Choir', 'active', 1, 'national', 4, '', '{}', '{}', 'x', "
            "'2026-01-01', '2026-01-01', 1, 0)",
            "INSERT INTO service_at_location (service_id, location_id, visible, band, lat, lon, "
            "precision, subcategories) VALUES (1, 'l', 1, 7000, 51.5, -0.5, 'exact', 4)",
        ):
            connection.execute(text(statement))
    migrate.upgrade()
    with engine_for(empty_url).connect() as connection:
        service = connection.execute(text("SELECT topics, remote, twin_of FROM service")).one()
        place = connection.execute(text("SELECT topics, lat FROM service_at_location")).one()
    assert tuple(service) == (4, 1, None)
    assert tuple(place) == (4, 51.5)


def test_gaps_of_before_are_found_by_their_key(empty_url: str) -> None:
    config = migrate._config()
    with engine_for(empty_url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
    person = "p" * 32
    with engine_for(empty_url).begin() as connection:
        for statement in (
            "INSERT INTO person (id, created_at, last_seen_at, stage, conditions, area, age_band, "
            f"access_needs, travel, progress) VALUES ('{person}', '2026-01-01', '2026-01-01', "
            "'gaps', '', '', '', '[]', '[]', '{}')",
            "INSERT INTO gap (person_id, code, work, evidence, confirmed, asked_at) VALUES "
            f"('{person}', 'contact_low', '', '{{\"members\": [\"m1\"]}}', true, '2026-01-01'), "
            f"('{person}', 'uncovered', 'illness', '{{}}', false, '2026-01-01')",
        ):
            connection.exec_driver_sql(statement)
    migrate.upgrade()
    with Session(engine_for(empty_url)) as session, session.begin():
        record = Record.of(session, person)
        assert [gap.evidence for gap in record.confirmed_gaps()] == [{"members": ["m1"]}]
        record.answer_gap(gap_key("uncovered", "illness", {}), True)
        record.answer_gap(record.ask_gap("contact_low", "", {"members": ["m2"]}), False)
        assert len(record.confirmed_gaps()) == 2
    with engine_for(empty_url).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
        left = connection.exec_driver_sql("SELECT code, evidence FROM gap ORDER BY id").all()
    assert [row[0] for row in left] == ["contact_low", "uncovered"] and "m1" in str(left[0][1])
