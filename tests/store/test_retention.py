"""What is past its days goes, after it has been counted; an open risk keeps its record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.conversations.projection import note_failure, project
from bot.settings import Settings
from bot.store import retention
from bot.store.base import now, unit_of_work
from bot.store.people import begin
from bot.store.record import Record
from bot.store.tables import Person, RiskEvent
from bot.store.trackers import TrackerEvent, TrackerWindow
from bot.store.turns import Conversation, Turn
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


def test_nothing_of_an_old_chat_is_left_in_its_summary_or_its_window(two: Store) -> None:
    with unit_of_work() as session:
        for turn in session.query(Turn):
            turn.at = now() - timedelta(days=31)
        for chat in session.query(Conversation):
            chat.last_words, chat.names = "I feed a kittiwake", ["Zebediah"]
        # That a follow-up was due the other day is nothing that they said.
        session.add(Turn(person_id=NEW, at=now(), kind="due"))
    chat_only = Settings(wise_keep_chat_days=30, wise_keep_record_days=0)
    with unit_of_work() as session:
        counted = retention.apply(session, chat_only, dry_run=True)
        assert session.get_one(Conversation, NEW).last_words
    with unit_of_work() as session:
        removed = retention.apply(session, chat_only, dry_run=False)
    assert counted.rows == removed.rows
    assert (removed.rows["conversation"], removed.rows["tracker_window"]) == (2, 2)
    with unit_of_work() as session:
        for chat in session.query(Conversation):
            assert (chat.last_words, chat.names) == ("", [])
        assert session.query(TrackerWindow).count() == 0
        assert retention.apply(session, chat_only, dry_run=True).rows == {}


def test_a_chat_of_these_days_keeps_its_words(two: Store) -> None:
    recent = (now() - timedelta(days=1)).timestamp()
    with unit_of_work() as session:
        session.get_one(Conversation, NEW).last_words = "hello"
        session.get_one(TrackerWindow, NEW).last_timestamp = recent
    with unit_of_work() as session:
        retention.apply(session, SETTINGS, dry_run=False)
    with unit_of_work() as session:
        assert session.get_one(Conversation, NEW).last_words == "hello"
        assert session.get_one(TrackerWindow, NEW).events


def test_staff_read_on_where_the_whole_log_had_gone(two: Store) -> None:
    with unit_of_work() as session:
        session.query(TrackerEvent).update({"timestamp": 1.0})
        session.get_one(Conversation, NEW).event_id = 5000
    with unit_of_work() as session:
        retention.apply(session, SETTINGS, dry_run=False)
    said = {"event": "user", "text": "I am back", "timestamp": now().timestamp()}
    with unit_of_work() as session:
        session.add(
            TrackerEvent(
                person_id=NEW, timestamp=said["timestamp"], type_name="user", data=dict(said)
            )
        )
        session.flush()
        assert [t.text for t in project(session, NEW)] == ["I am back"]


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ({"text": "my back is bad", "metadata": {"kind": "text"}}, True),
        ({"text": "/choose", "metadata": {"kind": "press", "said": "Yes"}}, True),
        ({"text": "/follow_up_due", "metadata": {"kind": "due"}}, False),
    ],
    ids=["wrote", "pressed", "was only asked"],
)
def test_who_writes_without_a_greeting_is_not_past_their_days(
    store: Store, said: dict[str, Any], stays: bool
) -> None:
    with unit_of_work() as session:
        begin(session, OLD).person.last_seen_at = now() - timedelta(days=101)
    at = now().timestamp()
    data = {"event": "user", "timestamp": at, **said}
    with unit_of_work() as session:
        session.add(TrackerEvent(person_id=OLD, timestamp=at, type_name="user", data=data))
        session.flush()
        project(session, OLD)
    with unit_of_work() as session:
        found = retention.apply(session, SETTINGS, dry_run=False)
    assert (found.records, _people()) == ((0, {OLD}) if stays else (1, set()))


def test_who_got_an_apology_was_here(store: Store) -> None:
    with unit_of_work() as session:
        begin(session, OLD).person.last_seen_at = now() - timedelta(days=101)
    with unit_of_work() as session:
        note_failure(
            session, OLD, channel="webchat", update_key="w:1", kind="text", said="hm", words="Sorry"
        )
    with unit_of_work() as session:
        assert retention.apply(session, SETTINGS, dry_run=True).records == 0


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
