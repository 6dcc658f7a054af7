"""Transactions and times, the same on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from bot.store.base import STORE_AWAY, now, unit_of_work
from bot.store.people import begin
from bot.store.record import NoRecord, Record
from bot.store.tables import Note, Person, Plan
from tests.store.conftest import Store


def test_a_unit_of_work_keeps_everything(store: Store) -> None:
    with unit_of_work() as session:
        begin(session, "a" * 32).note("missed", "the choir")
    with unit_of_work() as session:
        assert Record.of(session, "a" * 32).notes("missed") == ["the choir"]


def test_a_unit_of_work_that_fails_keeps_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), unit_of_work() as session:
        record = begin(session, "a" * 32)
        record.note("missed", "the choir")
        session.flush()
        raise RuntimeError("half-way")
    with unit_of_work() as session, pytest.raises(NoRecord):
        Record.of(session, "a" * 32)


def test_a_failed_change_leaves_the_record_as_it_was(store: Store, person: str) -> None:
    with unit_of_work() as session:
        Record.of(session, person).note("missed", "the choir")
    with pytest.raises(IntegrityError), unit_of_work() as session:
        record = Record.of(session, person)
        record.person.area = "HP7"
        record.note("missed", "dancing")
        session.add(Note(person_id="nobody", topic="missed", words="of no person"))
        session.flush()
    with unit_of_work() as session:
        record = Record.of(session, person)
        assert record.notes("missed") == ["the choir"]
        assert record.person.area == ""


def test_rows_of_nobody_are_refused(store: Store) -> None:
    with pytest.raises(IntegrityError), unit_of_work() as session:
        session.add(Note(person_id="nobody", topic="missed", words="of no person"))


def test_times_come_back_aware_and_in_utc(store: Store, person: str) -> None:
    summer = datetime(2026, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    with unit_of_work() as session:
        session.get_one(Person, person).last_seen_at = summer
    with unit_of_work() as session:
        kept = session.get_one(Person, person).last_seen_at
        assert kept == summer
        assert kept.utcoffset() == timedelta(0)
        assert kept.hour == 8


def test_times_compare_in_queries(store: Store, person: str) -> None:
    with unit_of_work() as session:
        found = session.scalars(
            select(Person.id).where(
                Person.created_at <= now(), Person.created_at > now() - timedelta(hours=1)
            )
        )
        assert list(found) == [person]


def test_a_time_without_a_zone_is_refused_not_guessed(store: Store, person: str) -> None:
    with pytest.raises(StatementError, match="no time zone"), unit_of_work() as session:
        session.get_one(Person, person).last_seen_at = datetime(2026, 7, 1, 9, 30)  # noqa: DTZ001


def test_errors_of_the_database_do_not_hold_what_patients_say(store: Store, person: str) -> None:
    with pytest.raises(IntegrityError) as raised, unit_of_work() as session:
        session.add(Plan(person_id="nobody", what="tell my sister about the lump"))
    assert "lump" not in str(raised.value)


def test_sqlite_is_set_up_to_be_shared_and_to_forget(store: Store) -> None:
    if store.kind != "sqlite":
        pytest.skip("these are SQLite's own settings")
    with store.engine.connect() as connection:
        pragma = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "secure_delete")
        }
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1}


def test_a_database_that_is_only_to_be_read_is_away(store: Store) -> None:
    if store.kind != "postgresql":
        pytest.skip("SQLite has no server that fails over")
    with pytest.raises(STORE_AWAY), unit_of_work() as session:
        session.execute(text("SET TRANSACTION READ ONLY"))
        begin(session, "a" * 32)
        session.flush()
