"""The action that answers a risk: never silent, never empty, and the staff's list is right."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import forms, risk
from actions.risk import ActionRisk
from bot.safety import screen as screen_module
from bot.safety.model import Level
from bot.store.base import unit_of_work
from bot.store.people import begin
from bot.store.record import Record
from tests.store.conftest import person, postgres_template, sqlite_template, store

__all__ = ["person", "postgres_template", "sqlite_template", "store"]

LOW = "I'm just a burden to everyone"
DIE = "I want to die"


def tracker(text: str, person_id: str, level: str = "none", events: Any = ()) -> Tracker:
    message = {
        "text": text,
        "intent": {"name": "risk"},
        "entities": [],
        "safety": {"level": level, "category": None},
        "metadata": {"update_key": "script:1"},
    }
    return Tracker(person_id, {}, message, list(events), False, None, {}, "action_listen")


def said(dispatcher: CollectingDispatcher) -> str:
    return "\n".join(str(m.get("words", "")) for m in dispatcher.messages)


def run(text: str, person_id: str, level: str = "none") -> str:
    dispatcher = CollectingDispatcher()
    ActionRisk().run(dispatcher, tracker(text, person_id, level), {})
    return said(dispatcher)


def events_of(person_id: str) -> list[Any]:
    with unit_of_work() as session:
        return Record.of(session, person_id).risks()


def test_what_was_seen_is_recorded_for_staff(person: str) -> None:
    assert "999" in run(DIE, person)
    [event] = events_of(person)
    assert (event.level, event.category, event.subject) == ("crisis", "suicide", "self")
    assert event.detector == "rules" and event.why and event.update_key == "script:1"
    assert event.state == "open"


def test_the_same_update_twice_is_one_risk(person: str) -> None:
    run(DIE, person)
    run(DIE, person)
    assert len(events_of(person)) == 1


def test_a_concern_is_recorded_with_its_question(person: str) -> None:
    assert "thoughts of suicide" in run(LOW, person)
    [event] = events_of(person)
    assert (event.level, event.asked, event.answer) == ("concern", "mood", None)


def test_a_broken_store_keeps_nobody_from_the_route(
    person: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(_tracker: Tracker) -> Any:
        raise RuntimeError(DIE)

    for module in (forms, risk):
        monkeypatch.setattr(module, "record_of", away)
    assert "999" in run(DIE, person) and "116 123" in run(DIE, person)
    assert "not recorded" in caplog.text
    assert DIE not in caplog.text


def test_what_the_pipeline_saw_counts_where_the_action_sees_less(person: str) -> None:
    words = run("the boxes are packed", person, level="crisis")
    assert "999" in words
    assert events_of(person)[0].level == "crisis"


def test_a_detector_that_breaks_is_a_concern_and_staff_see_why(
    person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_text: str) -> Any:
        raise RuntimeError

    monkeypatch.setitem(screen_module._detectors, "rules", broken)
    assert "Are you safe right now?" in run("my sister Ann", person)
    [event] = events_of(person)
    assert (event.level, event.detector) == ("concern", "error")
    assert "rules failed" in event.why


def test_a_screen_that_failed_elsewhere_is_asked_about(person: str) -> None:
    """The pipeline could not screen it and called it a concern; the action sees nothing."""
    assert "Are you safe right now?" in run("my sister Ann", person, level="concern")
    assert events_of(person)[0].detector == "error"


def test_nothing_is_kept_of_a_stranger(store: Any) -> None:
    assert "999" in run(DIE, "x" * 32)
    with unit_of_work() as session:
        assert session.connection().exec_driver_sql("select count(*) from risk_event").scalar() == 0


def test_what_was_told_before_consent_is_for_staff_after_it(store: Any) -> None:
    told = {
        "event": "user",
        "text": DIE,
        "parse_data": {"safety": {"level": "crisis", "category": "suicide"}},
    }
    plain = {"event": "user", "text": "hello", "parse_data": {"safety": {"level": "none"}}}
    with unit_of_work() as session:
        record = begin(session, "n" * 32)
        risk.note_before_consent(record, tracker("yes", "n" * 32, events=[plain, told]))
        assert record.progress["reopen"]["level"] == Level.CRISIS
        assert [e.category for e in record.risks()] == ["suicide"]
