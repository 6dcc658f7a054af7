"""Follow-ups over weeks: the scheduler and the assistant on one clock that is moved on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

import pytest
import time_machine
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import func, select

from actions.follow_up import FORM, ActionFollowUpDue
from bot.scheduler import run_due
from bot.settings import get_settings
from bot.store import follow_ups
from bot.store.base import STORE_AWAY, engine_for, now, unit_of_work
from bot.store.messages import NEW, Inbox, finish_update
from bot.store.people import begin, remember_address
from bot.store.record import Record
from bot.store.tables import FollowUp, Plan
from bot.store.turns import Turn
from tests.store.conftest import Store

ME = "1".rjust(32, "0")
START = datetime(2027, 1, 4, 12, tzinfo=timezone.utc)
HELLO, REMINDER = "utter_follow_up_hello", "utter_follow_up_reminder"
FIRST_OF_JUNE = datetime(2027, 6, 1, 9, tzinfo=timezone.utc)
"""Ten o'clock in London."""


def _on(day: int, hour: int = 10) -> datetime:
    return (START + timedelta(days=day)).replace(hour=hour)


@dataclass
class Life:
    """One person's weeks in London, where it is UTC until the end of March.

    Attributes:
        said: when the bot wrote first, and the first response of each.
        form: the form that is on.
    """

    moment: datetime = START
    said: list[tuple[datetime, str]] = field(default_factory=list)
    form: str | None = None

    def __post_init__(self) -> None:
        with unit_of_work() as session:
            record = begin(session, ME)
            record.give_consent("use", "reminders")
            record.person.stage = "open"

    def agrees(self, what: str, when: tuple[int, ...] | date) -> None:
        """Plan something, and agree on weeks or a day at which to be asked."""
        with self._clock(), unit_of_work() as session:
            record = Record.of(session, ME)
            plan = record.add_plan(what)
            if isinstance(when, date):
                record.ask_on(plan, when)
            else:
                record.ask_later(plan, when)

    def answers(self) -> None:
        """Answer what has been open for longest, and put the phone away."""
        with self._clock(), unit_of_work() as session:
            record = Record.of(session, ME)
            follow_ups.answer(session, record.open_follow_ups()[0], now())
        self.form = None

    def writes(self) -> None:
        """Say something that is no answer."""
        with self._clock(), unit_of_work() as session:
            session.add(Turn(person_id=ME, at=now(), kind="text", text="who are you?"))

    def passes(self, until: datetime, *, assistant: bool = True) -> None:
        """Let time pass, with the scheduler at work, and the assistant or not."""
        while True:
            with self._clock():
                run_due()
                if assistant:
                    self._take_turns()
            if self.moment >= until:
                return
            with unit_of_work() as session:
                due = session.scalar(select(func.min(FollowUp.next_at))) or until
            self.moment = min(max(due, self.moment + timedelta(hours=1)), until)

    def _take_turns(self) -> None:
        with unit_of_work() as session:
            keys = list(session.scalars(select(Inbox.key).where(Inbox.state == NEW)))
        for key in keys:
            dispatcher, form = CollectingDispatcher(), {"name": self.form} if self.form else {}
            tracker = Tracker(ME, {}, {}, [], False, None, form, None)
            ActionFollowUpDue().run(dispatcher, tracker, {})
            if dispatcher.messages:
                self.said.append((self.moment, dispatcher.messages[0]["response"]))
                self.form = FORM
            with unit_of_work() as session:
                finish_update(session, key)

    def _clock(self) -> time_machine.travel:
        return time_machine.travel(self.moment, tick=False)


@pytest.fixture
def life(store: Store) -> Life:
    life = Life()
    with unit_of_work() as session:
        remember_address(session, "telegram", "7", ME)
    return life


def _states() -> list[str]:
    with unit_of_work() as session:
        return list(session.scalars(select(FollowUp.state).order_by(FollowUp.id)))


def _open() -> list[str]:
    """The plans that the person would be asked about if they came now."""
    with unit_of_work() as session:
        rows = Record.of(session, ME).open_follow_ups()
        return [session.get_one(Plan, row.plan_id).what for row in rows]


# --- silence, and what was agreed ---------------------------------------------------------------


def test_who_is_back_after_four_weeks_is_asked_again_at_week_six(life: Life) -> None:
    life.agrees("walk", (2, 6))
    life.agrees("sing", (2,))  # and never tells how that went
    life.passes(_on(26))
    assert life.said == [(_on(14), HELLO), (_on(17), REMINDER)]
    life.answers()
    life.passes(_on(60))
    assert life.said[2] == (_on(42), HELLO)


@pytest.mark.parametrize("comes_back", [Life.answers, Life.writes])
def test_silence_about_one_plan_leaves_the_day_of_another(
    life: Life, comes_back: Callable[[Life], None]
) -> None:
    life.agrees("walk", (2,))
    life.agrees("sing", FIRST_OF_JUNE.date())
    life.passes(_on(28))
    assert _open() == ["walk"]
    comes_back(life)
    life.passes(FIRST_OF_JUNE + timedelta(days=4))
    moments = [moment for moment, _words in life.said[2:]]
    assert moments == [FIRST_OF_JUNE, FIRST_OF_JUNE + timedelta(days=3)]


def test_who_stays_away_hears_nothing_and_is_asked_about_all_when_back(life: Life) -> None:
    life.agrees("walk", (2,))
    life.agrees("sing", FIRST_OF_JUNE.date())
    life.passes(FIRST_OF_JUNE + timedelta(days=60))
    assert [words for _moment, words in life.said] == [HELLO, REMINDER]
    assert _open() == ["walk", "sing"]


def test_who_agrees_on_something_new_is_asked_about_it(life: Life) -> None:
    life.agrees("walk", (2,))
    life.passes(_on(30))
    life.form = None
    life.agrees("swim", (2,))
    life.passes(_on(44))
    assert life.said[2:] == [(_on(44), HELLO)]


def test_a_plan_that_ends_after_silence_holds_nothing_back(life: Life) -> None:
    life.agrees("walk", (2,))
    life.agrees("sing", (6,))
    life.passes(_on(30))
    with unit_of_work() as session:
        record = Record.of(session, ME)
        record.end_plan(record.plans()[0], "dropped")
    life.form = None
    life.passes(_on(42))
    assert life.said[2:] == [(_on(42), HELLO)]


def test_one_of_two_plans_left_without_an_answer_does_not_stop_the_next_question(
    life: Life,
) -> None:
    life.agrees("walk", (2, 6))
    life.agrees("sing", (2, 6))
    life.passes(_on(15))
    life.answers()
    assert _open() == ["sing"]
    life.passes(_on(42))
    assert life.said == [(_on(14), HELLO), (_on(42), HELLO)]


def test_what_was_told_while_the_scheduler_was_away_is_not_asked_again(life: Life) -> None:
    life.agrees("walk", (2, 6))
    life.moment = _on(15)
    with unit_of_work() as session:
        record = Record.of(session, ME)
        follow_ups.begin_now(session, record.person, record.plans()[0].id, life.moment)
    life.answers()
    life.passes(_on(41))
    assert life.said == []
    assert _states() == ["stopped", "waiting", "answered"]


def test_on_the_chat_page_what_falls_due_waits_for_the_person(store: Store) -> None:
    life = Life()
    life.agrees("walk", (2, 6))
    life.passes(_on(24))
    assert _states() == ["sent", "waiting"]
    life.passes(_on(100))
    assert life.said == []
    assert _states() == ["sent", "sent"]
    life.answers()
    assert _open() == []


# --- the assistant is away ----------------------------------------------------------------------


def test_the_assistant_away_ten_days_asks_once_and_reminds_three_days_later(life: Life) -> None:
    life.agrees("walk", (2,))
    life.passes(_on(24), assistant=False)
    life.passes(_on(60))
    assert life.said == [(_on(24), HELLO), (_on(27), REMINDER)]
    assert _states() == ["silent"]


def test_a_reminder_that_was_not_said_is_waited_for_before_silence(life: Life) -> None:
    life.agrees("walk", (2,))
    life.passes(_on(16))
    life.passes(_on(40), assistant=False)
    life.passes(_on(46))
    assert life.said == [(_on(14), HELLO), (_on(40), REMINDER)]
    assert _states() == ["nudged"]
    life.passes(_on(47))
    assert _states() == ["silent"]


def test_the_assistant_back_at_two_in_the_morning_asks_by_day(life: Life) -> None:
    life.agrees("walk", (2,))
    life.moment = _on(14, 19)
    life.passes(_on(15, 2), assistant=False)
    life.passes(_on(15, 9))
    assert life.said == []
    assert _open() == ["walk"]
    life.passes(_on(18, 9))
    life.passes(_on(19, 2), assistant=False)
    life.passes(_on(40))
    assert life.said == [(_on(15), HELLO), (_on(19), REMINDER)]


def test_a_store_that_is_away_is_told_so_that_the_turn_is_taken_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://postgres@127.0.0.1:9/away")
    get_settings.cache_clear()
    tracker = Tracker(ME, {}, {}, [], False, None, {}, None)
    try:
        with pytest.raises(STORE_AWAY):
            ActionFollowUpDue().run(CollectingDispatcher(), tracker, {})
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
        engine_for.cache_clear()
