"""Alerts wait beside the risk until they have arrived, and hold no word of the patient's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.settings import get_settings
from bot.store import alerts
from bot.store.alerts import Alert
from bot.store.base import now, unit_of_work
from bot.store.people import erase
from bot.store.record import Record
from bot.store.tables import RiskEvent
from tests.store.conftest import Store


@pytest.fixture
def watched(store: Store, person: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A person whose service is alerted by webhook."""
    monkeypatch.setenv("WISE_ALERT_WEBHOOK", "https://alerts.example/hook")
    get_settings.cache_clear()
    return person


def _risk(person: str, level: str = "crisis", key: str | None = None) -> None:
    with unit_of_work() as session:
        Record.of(session, person).note_risk(
            level, "suicide", "rules", "utter_risk_suicide", why=["want-to-die"], update_key=key
        )


def _alerts() -> list[Alert]:
    with unit_of_work() as session:
        return list(session.scalars(select(Alert).order_by(Alert.id)))


def test_a_crisis_alerts_and_a_concern_only_waits_in_the_queue(watched: str) -> None:
    _risk(watched, "concern")
    assert _alerts() == []
    _risk(watched, "crisis")
    [alert] = _alerts()
    assert (alert.way, alert.state) == ("webhook", "waiting")
    assert set(alert.payload) == {
        "event",
        "person",
        "at",
        "level",
        "category",
        "subject",
        "service",
    }


def test_the_level_of_alerts_can_be_lowered(watched: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WISE_ALERT_LEVEL", "concern")
    get_settings.cache_clear()
    _risk(watched, "concern")
    assert len(_alerts()) == 1


def test_a_turn_taken_again_is_one_risk_and_one_alert(watched: str) -> None:
    _risk(watched, key="telegram:7")
    _risk(watched, key="telegram:7")
    with unit_of_work() as session:
        assert len(session.scalars(select(RiskEvent)).all()) == 1
    assert len(_alerts()) == 1


def test_one_worker_has_an_alert_and_another_gets_it_when_the_first_dies(watched: str) -> None:
    _risk(watched)
    with unit_of_work() as session:
        assert alerts.claim(session) is not None
    with unit_of_work() as session:
        assert alerts.claim(session) is None
    with unit_of_work() as session:
        session.scalars(select(Alert)).one().due = now()  # the lease has run out
    with unit_of_work() as session:
        assert alerts.claim(session) is not None


def test_what_fails_is_tried_later_and_given_up_after_two_days(watched: str) -> None:
    _risk(watched)
    [alert] = _alerts()
    with unit_of_work() as session:
        assert alerts.try_later(session, alert.id, "ConnectError")
    [alert] = _alerts()
    assert (alert.state, alert.attempts, alert.problem) == ("waiting", 1, "ConnectError")
    assert alert.due > now()
    with unit_of_work() as session:
        session.get_one(Alert, alert.id).created = now() - timedelta(hours=49)
        assert not alerts.try_later(session, alert.id, "ConnectError")
    assert _alerts()[0].state == "failed"


def test_an_erasure_takes_alerts_with_it(watched: str) -> None:
    _risk(watched)
    with unit_of_work() as session:
        erase(session, watched)
    assert _alerts() == []


def test_the_answer_to_the_gentle_question_is_kept_with_the_risk(person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.note_risk("concern", None, "rules", "utter_risk_concern_mood", asked="mood")
    with unit_of_work() as session:
        Record.of(session, person).answer_risk("not_sure")
    with unit_of_work() as session:
        event = session.scalars(select(RiskEvent)).one()
        assert (event.answer, event.state) == ("not_sure", "open")
