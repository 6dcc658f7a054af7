"""Who comes many times in a day: people are brought into view, kindly, and once a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.consent import ActionGreet
from actions.journey import ActionResume
from bot.network.model import Member, Network, Relationship, Status
from bot.settings import get_settings
from bot.store.base import now, unit_of_work
from bot.store.people import begin
from bot.store.record import Record
from bot.store.turns import Turn
from tests.store.conftest import Store, postgres_template, sqlite_template, store

__all__ = ["postgres_template", "sqlite_template", "store"]

ME = "d" * 32
NOON = datetime(2026, 12, 1, 12, tzinfo=ZoneInfo("Europe/London"))
MANY = ("utter_many_visits", "utter_many_visits_nobody")
PEOPLE = Network(
    (
        Member("m1", "Frank", relationship=Relationship.PARTNER, circle=1, status=Status.DIED),
        Member("m2", "Bob", relationship=Relationship.CHILD, circle=1, strain=True),
        Member("m3", "Jean", relationship=Relationship.FRIEND, circle=2),
    )
)


@pytest.fixture
def noon(store: Store) -> Iterator[time_machine.Coordinates]:
    """Somebody who has done the interview, at noon."""
    with time_machine.travel(NOON, tick=False) as clock:
        with unit_of_work() as session:
            record = begin(session, ME)
            record.give_consent("use", "save_map")
            record.person.stage = "open"
            record.keep_network(PEOPLE, "add")
        yield clock


def came(*hours_ago: float, kind: str = "text") -> None:
    with unit_of_work() as session:
        for hours in hours_ago:
            at = now() - timedelta(hours=hours)
            session.add(Turn(person_id=ME, at=at, kind=kind, text="hello"))


def says_hello() -> list[dict]:
    dispatcher = CollectingDispatcher()
    message = {"text": "hello", "intent": {"name": "greet"}, "entities": []}
    tracker = Tracker(ME, {}, message, [], False, None, {}, "action_listen")
    ActionGreet().run(dispatcher, tracker, {})
    return [m for m in dispatcher.messages if m["response"] in MANY]


def test_the_sixth_visit_of_a_day_brings_a_person_into_view(noon: object) -> None:
    came(5, 4, 3, 2)
    assert says_hello() == []
    came(1)
    [said] = says_hello()
    # Never who has died, nor who makes things harder.
    assert (said["response"], said["names"]) == ("utter_many_visits", "Jean")


def test_it_is_said_once_a_day(noon: time_machine.Coordinates) -> None:
    came(5, 4, 3, 2, 1)
    assert len(says_hello()) == 1
    assert says_hello() == []
    noon.shift(timedelta(days=1))
    assert says_hello() == []  # a new day begins anew
    came(5, 4, 3, 2, 1)
    assert len(says_hello()) == 1


def test_a_long_talk_is_one_visit_and_what_the_bot_begins_is_none(noon: object) -> None:
    came(*(minutes / 60 for minutes in range(5, 300, 20)))
    came(9, 8, 7, kind="due")
    assert says_hello() == []


def test_yesterday_does_not_count(noon: object) -> None:
    came(13, 14, 15, 16, 17, 18)
    assert says_hello() == []


def test_the_service_is_named_where_there_is_nobody(noon: object) -> None:
    with unit_of_work() as session:
        Record.of(session, ME).drop_map()
    came(5, 4, 3, 2, 1)
    assert [m["response"] for m in says_hello()] == ["utter_many_visits_nobody"]


def test_who_has_told_of_a_risk_is_never_sent_on(noon: object) -> None:
    from actions.risk import note
    from bot.safety.model import Category, Level, Screening

    with unit_of_work() as session:
        note(Record.of(session, ME), Screening(Level.CRISIS, Category("suicide"), (), "rules"))
        Record.of(session, ME).keep_progress(reopen=None, check=None)
    came(5, 4, 3, 2, 1)
    assert says_hello() == []


def test_a_service_can_set_another_number_or_none(
    noon: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    came(5, 4, 3, 2, 1)
    for many, times in (("0", 0), ("7", 0), ("3", 1)):
        monkeypatch.setenv("WISE_MANY_VISITS", many)
        get_settings.cache_clear()
        assert len(says_hello()) == times


def test_it_comes_with_the_question_what_to_do_next_too(noon: object) -> None:
    came(5, 4, 3, 2, 1)
    dispatcher = CollectingDispatcher()
    message = {"text": "go on", "intent": {"name": "resume"}, "entities": []}
    tracker = Tracker(ME, {}, message, [], False, None, {}, "action_listen")
    ActionResume().run(dispatcher, tracker, {})
    assert [m["response"] for m in dispatcher.messages] == ["utter_many_visits", "utter_what_next"]
