"""What is past its days goes, after it has been counted; an open risk keeps its record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.settings import Settings
from bot.store import retention
from bot.store.base import now, unit_of_work
from bot.store.record import Record
from bot.store.tables import Person, RiskEvent
from bot.store.trackers import TrackerEvent
from tests.store.conftest import Store
from tests.store.filled import fill

OLD, NEW = "o" * 32, "n" * 32
SETTINGS = Settings(wise_keep_chat_days=30, wise_keep_record_days=100)


@pytest.fixture
def two(store: Store) -> Store:
    """Somebody who was here long ago, and somebody new; both with a day-old word."""
    with unit_of_work() as session:
        fill(session, OLD).person.last_seen_at = now() - timedelta(days=101)
        fill(session, NEW, "2342")
        for event in session.query(RiskEvent):
            event.state = "done"
        for row in session.query(TrackerEvent):
            row.timestamp = (now() - timedelta(days=31)).timestamp()
        recent = (now() - timedelta(days=1)).timestamp()
        session.add(TrackerEvent(person_id=NEW, timestamp=recent, type_name="user", data={}))
    return store


def _people() -> set[str]:
    with unit_of_work() as session:
        return {p.id for p in session.query(Person)}


def test_a_dry_run_counts_and_changes_nothing(two: Store) -> None:
    with unit_of_work() as session:
        found = retention.apply(session, SETTINGS, dry_run=True)
    assert (found.records, found.rows["tracker_event"]) == (1, 2)
    assert _people() == {OLD, NEW}


def test_old_records_and_old_words_go(two: Store) -> None:
    with unit_of_work() as session:
        found = retention.apply(session, SETTINGS, dry_run=False)
    assert found.records == 1
    assert _people() == {NEW}
    with unit_of_work() as session:
        assert session.query(TrackerEvent).count() == 1
        assert Record.of(session, NEW).network().members
    if two.kind == "sqlite":
        assert b"I feed a kittiwake" not in b"".join(
            part for part in [two.bytes()] if OLD.encode() in part
        )


def test_an_open_risk_keeps_its_record(two: Store) -> None:
    with unit_of_work() as session:
        session.query(RiskEvent).filter_by(person_id=OLD).one().state = "open"
    with unit_of_work() as session:
        found = retention.apply(session, SETTINGS, dry_run=False)
    assert (found.records, found.kept_for_open_risk) == (0, 1)
    assert OLD in _people()


def test_nothing_goes_where_nothing_is_set(two: Store) -> None:
    forever = Settings(wise_keep_chat_days=0, wise_keep_record_days=0)
    with unit_of_work() as session:
        found = retention.apply(session, forever, dry_run=False)
    assert (found.records, found.rows) == (0, {})
