"""Follow-ups: once, by day, with consent, gently, and whatever happens to the worker."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.network.model import Member, Network, Status
from bot.scheduler import run_due
from bot.settings import get_settings
from bot.store.base import engine_for, now, unit_of_work
from bot.store.messages import NEW, Inbox, finish_update, set_unreachable
from bot.store.people import begin, remember_address
from bot.store.record import Record
from bot.store.tables import FollowUp
from bot.support.follow_up import Hours
from tests.store.conftest import Store

ZONES = ["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
START = datetime(2027, 1, 4, 12, tzinfo=timezone.utc)


def _planned(name: str, zone: str = "Europe/London", *, agreed: bool = True, plans: int = 1) -> str:
    person_id = name.rjust(32, "0")
    with unit_of_work() as session:
        record = begin(session, person_id)
        record.give_consent("use", *(["reminders"] if agreed else []))
        remember_address(session, "telegram", name, person_id)
        record.person.time_zone = zone
        for number in range(plans):
            record.ask_later(record.add_plan(f"walk {number}"))
    return person_id


def _shift(start: datetime) -> None:
    """As if all had been agreed at ``start``."""
    with unit_of_work() as session:
        for row in session.scalars(select(FollowUp)):
            row.due_at += start - now()
            row.next_at = row.due_at


def _begun() -> Counter[str]:
    with unit_of_work() as session:
        return Counter(session.scalars(select(Inbox.address)))


def _take_turns() -> None:
    """The assistant has worked on all that was begun."""
    with unit_of_work() as session:
        for key in session.scalars(select(Inbox.key).where(Inbox.state == NEW)):
            finish_update(session, key)


def _live(start: datetime, days: int) -> list[datetime]:
    """Moments at which a message was begun, over days of a made-up clock.

    The clock goes from one due moment to the next, and looks an hour and half a year later too.
    """
    moments, moment, seen = [], start, sum(_begun().values())
    end = start + timedelta(days=days)
    while moment < end:
        run_due(lambda: moment)  # noqa: B023 - it is called here
        _take_turns()
        count = sum(_begun().values())
        moments += [moment] * (count - seen)
        seen = count
        with unit_of_work() as session:
            due = session.scalar(select(func.min(FollowUp.next_at)))
        half_a_year = moment + timedelta(days=182)
        moment = max(min(due or half_a_year, half_a_year), moment + timedelta(hours=1))
    return moments


@given(
    st.integers(0, 20 * 366 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    st.sampled_from(ZONES),
    st.integers(0, 23),
)
def test_nobody_is_written_to_at_night(moment: datetime, zone: str, hour: int) -> None:
    hours = Hours(zone, hour)
    later = hours.next_from(moment)
    assert moment <= later <= moment + timedelta(days=1, hours=2)
    for each in (later, hours.after_weeks(moment, 2)):
        assert 9 <= each.astimezone(ZoneInfo(zone)).hour < 20


def test_one_question_one_reminder_then_silence_for_years(store: Store) -> None:
    for number, zone in enumerate(ZONES):
        _planned(str(number), zone, plans=3)
    _shift(START)
    _live(START, 3 * 365)
    # Three plans are one question, and no answer is one reminder.
    assert set(_begun().values()) == {2}
    with unit_of_work() as session:
        assert {r.state for r in session.scalars(select(FollowUp))} == {"silent"}
        assert len(_begun()) == len(ZONES)


def test_without_consent_nothing_is_sent(store: Store) -> None:
    _planned("1", agreed=False)
    _shift(START)
    assert _live(START, 100) == []


def test_someone_who_blocked_the_bot_is_not_asked(store: Store) -> None:
    _planned("1")
    _planned("2")
    with unit_of_work() as session:
        set_unreachable(session, "telegram", "1", "blocked")
    _shift(START)
    _live(START, 100)
    assert set(_begun()) == {"2"}


def test_a_plan_that_ended_is_not_asked_about(store: Store) -> None:
    person_id = _planned("1")
    with unit_of_work() as session:
        record = Record.of(session, person_id)
        record.end_plan(record.plans()[0], "paused")
    _shift(START)
    with unit_of_work() as session:
        assert {r.state for r in session.scalars(select(FollowUp))} == {"stopped"}


def test_after_a_long_outage_each_person_gets_one_message(store: Store) -> None:
    for number in range(5):
        _planned(str(number), plans=2)
    _shift(START)
    noon = START + timedelta(days=300)
    run_due(lambda: noon)
    run_due(lambda: noon + timedelta(hours=1))
    assert set(_begun().values()) == {1}
    assert len(_begun()) == 5


def test_a_clock_that_is_put_back_asks_nobody_twice(store: Store) -> None:
    _planned("1")
    _shift(START)
    noon = START + timedelta(days=20)
    for moment in (noon, noon - timedelta(days=2), noon + timedelta(hours=1)):
        run_due(lambda: moment)  # noqa: B023 - it is called here
    assert sum(_begun().values()) == 1


def _work() -> None:
    """A worker of its own; it leaves its parent's connections alone, also when it ends."""
    engine_for(get_settings().store_url).dispose(close=False)
    while run_due(at_once=1):
        pass
    os._exit(0)


def test_workers_that_are_killed_neither_lose_nor_repeat(store: Store) -> None:
    people = 24
    for number in range(people):
        _planned(str(number))
    with unit_of_work() as session:
        for person in session.scalars(select(FollowUp)):
            person.next_at = now() - timedelta(days=1)
        for row in session.scalars(select(FollowUp)):
            record = Record.of(session, row.person_id)
            record.person.time_zone = _where_it_is_day()
    chance = random.Random(4)
    deaths, fork = 0, multiprocessing.get_context("fork")
    for _ in range(12):
        before = sum(_begun().values())
        pair = [fork.Process(target=_work) for _ in range(2)]
        for process in pair:
            process.start()
        # Not a moment of the clock, but a moment of the work: some are done, some are not.
        wanted = before + chance.randint(6, 10)
        while any(p.is_alive() for p in pair) and sum(_begun().values()) < wanted:
            time.sleep(0.01)
        for process in pair:
            if process.is_alive():
                process.kill()
                deaths += 1
            process.join()
        if sum(_begun().values()) == people:
            break
    while run_due():
        pass
    assert deaths >= 2, "nobody was killed at work, so the test shows nothing"
    assert len(_begun()) == people
    assert set(_begun().values()) == {1}


def _where_it_is_day() -> str:
    zones = [f"Etc/GMT{offset:+d}" for offset in range(-12, 13)]
    return next(z for z in zones if now().astimezone(ZoneInfo(z)).hour == 13)


def test_nobody_is_asked_how_it_went_before_its_day(store: Store) -> None:
    with unit_of_work() as session:
        record = begin(session, "later".rjust(32, "0"))
        record.give_consent("use", "reminders")
        late, soon, vague = (record.add_plan(what) for what in ("choir", "walk", "bowls"))
        late.when_date = (now() + timedelta(days=60)).date()
        soon.when_date = (now() + timedelta(days=3)).date()
        first, second = (row.due_at for row in record.ask_later(late))
        assert first.date() >= late.when_date + timedelta(days=2)
        assert timedelta(weeks=4, days=-2) < second - first < timedelta(weeks=4, days=2)
        of_soon = [row.due_at.date() for row in record.ask_later(soon)]
        assert of_soon == [row.due_at.date() for row in record.ask_later(vague)]


def test_a_plan_that_moves_is_asked_about_after_its_new_day(store: Store) -> None:
    with unit_of_work() as session:
        record = begin(session, "moves".rjust(32, "0"))
        record.give_consent("use", "reminders")
        plan, other = record.add_plan("choir"), record.add_plan("walk")
        first, second = record.ask_later(plan)
        untouched = [row.due_at for row in record.ask_later(other)]
        day = (now() + timedelta(days=30)).date()
        record.ask_not_before(plan, day)
        assert first.due_at.date() == first.next_at.date() == day + timedelta(days=3)
        assert second.due_at > first.due_at
        mine = select(FollowUp.due_at).where(FollowUp.plan_id == other.id).order_by(FollowUp.id)
        assert list(session.scalars(mine)) == untouched


def test_a_plan_with_somebody_who_has_died_is_not_asked_about(store: Store) -> None:
    with unit_of_work() as session:
        record = begin(session, "alone".rjust(32, "0"))
        remember_address(session, "telegram", "alone", record.person.id)
        record.give_consent("use", "reminders", "save_map")
        record.keep_network(Network((Member("m1", "Frank", status=Status.DIED),)), "add")
        plan = record.add_plan("a walk")
        plan.with_member = "m1"
        record.ask_later(plan)
    _shift(START)
    assert _live(START, 400) == []
