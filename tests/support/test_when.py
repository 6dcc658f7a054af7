"""Next times: right across clock changes and odd rules, and never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory.model import Schedule
from bot.support.preferences import DayPart
from bot.support.when import (
    DAYS,
    always_open,
    days_of,
    is_bank_holiday,
    next_occurrence,
    next_time,
    parts_of,
    text_of,
)

UK = ZoneInfo("Europe/London")
MONDAY = date(2026, 11, 23)


def weekly(byday: str, **values: object) -> Schedule:
    return Schedule("", "WEEKLY", tuple(byday.split(",")), **values)  # type: ignore[arg-type]


def monthly(byday: str, **values: object) -> Schedule:
    return Schedule("", "MONTHLY", tuple(byday.split(",")), **values)  # type: ignore[arg-type]


def next_day(schedule: Schedule, after: date = MONDAY) -> date | None:
    found = next_occurrence(schedule, after)
    return found.day if found else None


def test_weekly_and_monthly_rules() -> None:
    assert next_day(weekly("TU")) == date(2026, 11, 24)
    assert next_day(weekly("TU,FR"), date(2026, 11, 25)) == date(2026, 11, 27)
    assert next_day(monthly("2MO")) == date(2026, 12, 14)
    assert next_day(monthly("-1FR")) == date(2026, 11, 27)
    assert next_day(Schedule("", "MONTHLY", bymonthday=(15,))) == date(2026, 12, 15)


def test_every_second_week_counts_from_its_start() -> None:
    start = date(2026, 11, 10)
    assert next_day(weekly("TU", interval=2, dtstart=start)) == date(2026, 11, 24)
    assert next_day(weekly("TU", interval=2, dtstart=date(2026, 11, 3))) == date(2026, 12, 1)
    assert next_day(weekly("TU", interval=2)) is None


def test_bounds_of_the_rule_are_kept() -> None:
    assert next_day(weekly("TU", until=date(2026, 11, 23))) is None
    assert next_day(weekly("TU", until=date(2026, 11, 24))) == date(2026, 11, 24)
    assert next_day(weekly("TU", valid_to=date(2026, 1, 1))) is None
    assert next_day(weekly("TU", dtstart=date(2027, 1, 10))) == date(2027, 1, 12)
    assert next_day(weekly("TU", valid_from=date(2026, 12, 2))) == date(2026, 12, 8)


def test_days_when_it_is_closed_are_passed_over() -> None:
    closed = ((date(2026, 11, 30), date(2026, 12, 31)), (date(2027, 1, 4), date(2027, 1, 4)))
    assert next_day(weekly("MO", closed=closed), date(2026, 11, 27)) == date(2027, 1, 11)
    assert next_day(weekly("MO", closed=closed), MONDAY) == MONDAY


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule("2nd Monday of the month"),
        weekly("2MO"),
        weekly("XX"),
        Schedule("", "WEEKLY"),
        Schedule("", "WEEKLY", ("TU",), (2, 3)),
        monthly("9MO"),
        weekly("TU", interval=0),
    ],
)
def test_what_is_no_rule_gives_no_date(schedule: Schedule) -> None:
    assert next_occurrence(schedule, MONDAY) is None


def test_todays_is_next_until_it_is_over() -> None:
    group = weekly("MO", opens_at=time(10), closes_at=time(12))
    assert next_day(group) == MONDAY
    during = datetime(2026, 11, 23, 11, 30, tzinfo=UK)
    found = next_occurrence(group, during)
    assert found is not None and found.day == MONDAY
    found = next_occurrence(group, datetime(2026, 11, 23, 12, 0, tzinfo=UK))
    assert found is not None and found.day == date(2026, 11, 30)


def test_the_wall_clock_stays_when_the_clocks_change() -> None:
    group = weekly("SU", opens_at=time(10))
    summer = next_time([group], date(2026, 10, 19))
    assert summer is not None and summer.starts_at is not None
    assert summer.starts_at.isoformat() == "2026-10-25T10:00:00+00:00"
    spring = next_time([group], date(2027, 3, 23))
    assert spring is not None and spring.starts_at is not None
    assert spring.starts_at.isoformat() == "2027-03-28T10:00:00+01:00"


def test_the_earliest_of_several_and_never_a_line_that_is_always_open() -> None:
    line = weekly(",".join(DAYS), opens_at=time(0), closes_at=time(23, 59))
    assert always_open(line)
    assert next_time([line], MONDAY) is None
    found = next_time([weekly("FR", opens_at=time(9)), weekly("WE")], MONDAY)
    assert found is not None and found.day == date(2026, 11, 25) and found.starts_at is None


@given(
    days=st.sets(st.sampled_from(DAYS), min_size=1),
    interval=st.integers(1, 4),
    after=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
)
def test_a_weekly_rule_always_has_a_next_time_on_its_days(
    days: set[str], interval: int, after: date
) -> None:
    rule = weekly(",".join(sorted(days)), interval=interval, dtstart=date(2025, 9, 1))
    found = next_day(rule, after)
    assert found is not None and found >= after and DAYS[found.weekday()] in days
    assert (found - after).days <= 7 * interval + 7


def test_days_and_parts_from_rule_or_words() -> None:
    assert days_of(monthly("2MO,-1FR")) == {"MO", "FR"}
    assert days_of(Schedule("Tuesdays and Thursdays at 10")) == {"TU", "TH"}
    assert days_of(Schedule("Monday to Friday, 9am to 5pm")) == set(DAYS[:5])
    assert days_of(Schedule("Ring for the dates")) == frozenset()
    all_day = weekly("MO", opens_at=time(9), closes_at=time(16))
    assert parts_of(all_day) == {DayPart.MORNING, DayPart.AFTERNOON}
    assert parts_of(weekly("MO", opens_at=time(18), closes_at=time(20))) == {DayPart.EVENING}
    assert parts_of(weekly("MO", opens_at=time(10), closes_at=time(12))) == {DayPart.MORNING}
    assert parts_of(Schedule("Thursday evenings")) == {DayPart.EVENING}


def test_bank_holidays_by_nation() -> None:
    assert is_bank_holiday(date(2026, 12, 25))
    assert is_bank_holiday(date(2026, 3, 17), "Northern Ireland")
    assert not is_bank_holiday(date(2026, 3, 17), "England")
    assert not is_bank_holiday(MONDAY)


def test_brief_hours_close_only_the_other_rows_of_their_place() -> None:
    bounds = {"valid_from": MONDAY, "valid_to": date(2026, 11, 29)}
    brief = weekly("FR", location_id="hall", **bounds)
    for place, day in (("hall", 27), (None, 27), ("library", 23)):
        found = next_time([weekly("MO", location_id=place), brief], MONDAY)
        assert found is not None and found.day == date(2026, 11, day)
    assert text_of(replace(brief, text="Fridays")) == "23 November to 29 November: Fridays"
    assert text_of(weekly("FR")) == ""


def test_a_night_shelter_is_open_until_the_next_morning() -> None:
    shelter = weekly("MO", opens_at=time(20), closes_at=time(8))
    found = next_occurrence(shelter, datetime(2026, 11, 23, 12, tzinfo=UK))
    assert found is not None and found.day == MONDAY
