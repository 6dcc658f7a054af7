"""Plans as an iCalendar file (RFC 5545) for the calendar of a phone.

Calendars are shown on locked screens and shared in families. So a title is only what others
may read (``bot.support.discreet``), and place, company and the rest stay in the chat.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Todo

from bot.papers.words import CALENDAR_ALARM, CALENDAR_NOTE

LASTS = timedelta(hours=1)
ALARM_BEFORE = timedelta(hours=-2)
ALARM_OF_THE_DAY = timedelta(hours=9)
"""From the midnight at which a whole day begins."""

TITLE_MAX = 60


@dataclass(frozen=True)
class Planned:
    """One plan as others may see it.

    Attributes:
        uid: names the plan for good, so that a calendar changes it and does not repeat it.
        title: see ``bot.support.discreet``.
        made_at: when the plan was made, aware.
        day: when it is; ``None`` makes a thing to do of it, without a day.
        at: the time by the clock, in the person's zone; ``None`` is all day.
    """

    uid: str
    title: str
    made_at: datetime
    day: date | None = None
    at: time | None = None


def calendar(plans: Iterable[Planned], zone: str, moment: datetime) -> bytes:
    """The file; ``zone`` is the IANA name of the person's, ``moment`` is when it is made."""
    made = Calendar()
    made.add("prodid", "-//WISE Companion//Plans//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for plan in plans:
        made.add_component(_component(plan, ZoneInfo(zone), moment))
    # A few years of clock changes do; without bounds they are those of a century.
    years = timedelta(days=366), timedelta(days=3 * 366)
    made.add_missing_timezones(moment.date() - years[0], moment.date() + years[1])
    return bytes(made.to_ical())


def _component(plan: Planned, zone: ZoneInfo, moment: datetime) -> Event | Todo:
    component: Event | Todo = Event() if plan.day is not None else Todo()
    component.add("uid", plan.uid)
    component.add("dtstamp", moment)
    # Whole minutes of the plan's life: a later file is a later version of the same plan.
    component.add("sequence", max(0, int((moment - plan.made_at).total_seconds() // 60)))
    component.add("summary", plan.title[:TITLE_MAX].rstrip())
    component.add("description", CALENDAR_NOTE)
    component.add("class", "PRIVATE")
    if plan.day is None:
        return component
    if plan.at is None:
        component.add("dtstart", plan.day)
        component.add("transp", "TRANSPARENT")
        component.add_component(_alarm(ALARM_OF_THE_DAY))
    else:
        begins = datetime.combine(plan.day, plan.at, zone)
        component.add("dtstart", begins)
        component.add("dtend", begins + LASTS)
        component.add_component(_alarm(ALARM_BEFORE))
    return component


def _alarm(when: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", CALENDAR_ALARM)
    alarm.add("trigger", when)
    return alarm
