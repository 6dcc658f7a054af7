"""The calendar file, read back by the library that phones' calendars agree with."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bot.papers.calendar import Planned, calendar

MADE = datetime(2026, 11, 26, 9, 0, tzinfo=timezone.utc)


def read(*plans: Planned, zone: str = "Europe/London", moment: datetime = MADE) -> Calendar:
    return Calendar.from_ical(calendar(plans, zone, moment))


def test_a_time_is_in_the_zone_of_the_person() -> None:
    plan = Planned("a", "Walk", MADE, date(2026, 12, 2), time(14, 30))
    [event] = read(plan, zone="Europe/Dublin").walk("VEVENT")
    begins = event["dtstart"].dt
    assert begins == datetime(2026, 12, 2, 14, 30, tzinfo=ZoneInfo("Europe/Dublin"))
    assert event["dtstart"].params["TZID"] == "Europe/Dublin"
    assert event["dtend"].dt - begins == timedelta(hours=1)


def test_the_clocks_going_forward_do_not_move_it() -> None:
    plan = Planned("a", "Walk", MADE, date(2027, 3, 29), time(14))
    text = calendar([plan], "Europe/London", MADE).decode()
    [event] = Calendar.from_ical(text).walk("VEVENT")
    assert event["dtstart"].dt.astimezone(timezone.utc).hour == 13
    assert "BEGIN:VTIMEZONE" in text


def test_a_day_without_a_time_is_a_whole_day_with_its_alarm_in_the_morning() -> None:
    [event] = read(Planned("a", "Walk", MADE, date(2026, 12, 2))).walk("VEVENT")
    assert event["dtstart"].dt == date(2026, 12, 2)
    assert event["transp"] == "TRANSPARENT"
    [alarm] = event.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(hours=9)


def test_a_plan_without_a_day_is_a_thing_to_do() -> None:
    made = read(Planned("a", "Walk", MADE))
    assert not made.walk("VEVENT")
    assert [todo["summary"] for todo in made.walk("VTODO")] == ["Walk"]


def test_a_later_file_is_a_later_version_of_the_same_plan() -> None:
    plan = Planned("a", "Walk", MADE, date(2026, 12, 2))
    first, later = (read(plan, moment=MADE + timedelta(hours=n)).walk("VEVENT")[0] for n in (0, 5))
    assert first["uid"] == later["uid"] == "a"
    assert later["sequence"] > first["sequence"]


@pytest.mark.parametrize("day", [None, date(2026, 12, 2)])
def test_what_shows_beside_the_title_tells_nothing(day: date | None) -> None:
    text = calendar([Planned("a", "Music group", MADE, day, time(10))], "Europe/London", MADE)
    plain = text.decode().replace("\r\n ", "")
    shown = [
        line for line in plain.splitlines() if line.startswith(("SUMMARY", "DESCRIPTION", "LOCAT"))
    ]
    assert not any(word in " ".join(shown) for word in ("WISE", "health", "support", "Jean"))
    assert "CLASS:PRIVATE" in plain
