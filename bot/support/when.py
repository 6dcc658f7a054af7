"""When something happens next, and whether its days and times suit.

Rules are iCalendar recurrences in wall-clock time of the United Kingdom. A schedule that has
only words gives no date: the words are shown instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

from bot.directory.model import AttendingType, Listing, Schedule
from bot.support.preferences import DayPart

UK = ZoneInfo("Europe/London")
LOOK_AHEAD = timedelta(days=400)
BRIEF = timedelta(days=42)  # a school's summer holiday
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_BYDAY = re.compile(r"^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$")
_DAY_WORDS = re.compile(
    r"\b(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\b", re.IGNORECASE
)
_DAY_RANGE = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\s*(?:to|-|–|until|through)\s*"
    r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b",
    re.IGNORECASE,
)
_WORD_DAYS = {
    "weekday": DAYS[:5],
    "weekend": DAYS[5:],
    "every day": DAYS,
    "daily": DAYS,
}
_SUBDIVISIONS = {
    "england": "ENG",
    "scotland": "SCT",
    "wales": "WLS",
    "northern ireland": "NIR",
    "northern_ireland": "NIR",
}


@dataclass(frozen=True, order=True)
class Occurrence:
    """One time that it happens; a start of ``None`` means that only the day is known."""

    day: date
    opens: time | None = None
    closes: time | None = None

    @property
    def starts_at(self) -> datetime | None:
        """The start, aware, in UK time; ``None`` where only the day is known."""
        return None if self.opens is None else datetime.combine(self.day, self.opens, UK)


def uk_now(moment: date | datetime) -> datetime:
    """``moment`` as an aware UK time; a date is its first minute, a naive time is UK time."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min, UK)
    return moment.replace(tzinfo=UK) if moment.tzinfo is None else moment.astimezone(UK)


def always_open(schedule: Schedule) -> bool:
    """Open day and night, all week: Open Referral UK writes that as 00:00 to 23:59."""
    return (
        len({day[-2:] for day in schedule.byday}) in (0, len(DAYS))
        and schedule.opens_at == time(0, 0)
        and schedule.closes_at is not None
        and schedule.closes_at >= time(23, 59)
    )


def next_occurrence(schedule: Schedule, after: date | datetime) -> Occurrence | None:
    """The first time that is not over yet, within some 13 months; ``None`` if not known.

    ``valid_from`` and ``valid_to`` bound the row, as the standard says that it is right only
    between them. Rules that iCalendar does not allow give ``None``, never a guess.
    """
    now = uk_now(after)
    for day in _days(schedule, now.date()):
        if any(first <= day <= last for first, last in schedule.closed):
            continue
        found = Occurrence(day, schedule.opens_at, schedule.closes_at)
        end = found.closes or found.opens
        over_night = end is not None and found.opens is not None and end < found.opens
        if day > now.date() or over_night or end is None or datetime.combine(day, end, UK) > now:
            return found
    return None


def next_time(schedules: Iterable[Schedule], after: date | datetime) -> Occurrence | None:
    """The earliest next time of several schedules, those that never close aside.

    In the weeks of a row that is right only for a short while, such as holiday hours, the other
    rows for its place do not hold.
    """
    rows = [s for s in _without_brief_weeks(tuple(schedules)) if not always_open(s)]
    found = (next_occurrence(s, after) for s in rows)
    return min(
        (o for o in found if o is not None),
        key=lambda o: (o.day, o.opens or time.max),
        default=None,
    )


def brief_weeks(schedule: Schedule) -> tuple[date, date] | None:
    """Its first and last day where it is right only for some weeks, as holiday hours are."""
    first, last = schedule.valid_from, schedule.valid_to
    if first is None or last is None or not timedelta(0) <= last - first <= BRIEF:
        return None
    return first, last


def text_of(schedule: Schedule) -> str:
    """Its words, with their days where it is brief: "21 December to 3 January: Every Monday"."""
    weeks = brief_weeks(schedule)
    if not schedule.text or weeks is None:
        return schedule.text
    first, last = weeks
    ends = f" to {last:%-d %B}" if last > first else ""
    return f"{first:%-d %B}{ends}: {schedule.text}"


def _without_brief_weeks(rows: tuple[Schedule, ...]) -> tuple[Schedule, ...]:
    """The rows, the lasting ones closed while a brief one for the same place holds."""
    brief = [(row, weeks) for row in rows if (weeks := brief_weeks(row))]
    if not brief:
        return rows
    return tuple(
        replace(row, closed=(*row.closed, *(w for b, w in brief if _of_one_place(row, b))))
        if brief_weeks(row) is None
        else row
        for row in rows
    )


def _of_one_place(one: Schedule, other: Schedule) -> bool:
    places = {s.location_id for s in (one, other)} - {None}
    ways = {s.attending_type for s in (one, other)} - {None}
    return len(places) < 2 and len(ways) < 2


def _days(schedule: Schedule, start: date) -> Iterator[date]:
    first = max(d for d in (start, schedule.valid_from, schedule.dtstart) if d is not None)
    last = min(d for d in (start + LOOK_AHEAD, schedule.valid_to, schedule.until) if d is not None)
    rule = _rule(schedule, first)
    if rule is None or last < first:
        return
    moment = datetime.combine(first, time.min)
    for found in rule.xafter(moment, inc=True):
        if found.date() > last:
            return
        yield found.date()


def _rule(schedule: Schedule, first: date) -> rrule | None:
    if schedule.freq not in ("WEEKLY", "MONTHLY") or schedule.interval < 1:
        return None
    weekly = schedule.freq == "WEEKLY"
    if schedule.dtstart is None and schedule.interval > 1:
        return None  # every second week, but from which?
    weekdays = []
    for text in schedule.byday:
        match = _BYDAY.match(text)
        if match is None or (match[1] and weekly):
            return None
        ordinal = int(match[1]) if match[1] else None
        if ordinal is not None and not (0 < abs(ordinal) <= 5):
            return None
        weekdays.append(weekday(DAYS.index(match[2]), ordinal))
    monthdays = [d for d in schedule.bymonthday if 1 <= abs(d) <= 31]
    if weekly and monthdays:
        return None  # RFC 5545 forbids it
    if not weekdays and not monthdays and schedule.dtstart is None:
        return None
    return rrule(
        WEEKLY if weekly else MONTHLY,
        dtstart=datetime.combine(schedule.dtstart or first, time.min),
        interval=schedule.interval,
        byweekday=weekdays or None,
        bymonthday=monthdays or None,
    )


def days_of(schedule: Schedule) -> frozenset[str]:
    """The weekdays it is on, from the rule or from the words; empty is not known."""
    if schedule.freq and schedule.byday:
        return frozenset(d[-2:] for d in schedule.byday)
    text = schedule.text.casefold()
    days = {d for word, found in _WORD_DAYS.items() if word in text for d in found}
    for a, b in _DAY_RANGE.findall(schedule.text):
        i, j = DAYS.index(a[:2].upper()), DAYS.index(b[:2].upper())
        days |= set(DAYS[i : j + 1] if i <= j else (*DAYS[i:], *DAYS[: j + 1]))
    days |= {m[:2].upper() for m in _DAY_WORDS.findall(schedule.text)}
    return frozenset(days)


def parts_of(schedule: Schedule) -> frozenset[DayPart]:
    """The parts of the day that it touches; empty is not known."""
    if schedule.opens_at is None:
        text = schedule.text.casefold()
        return frozenset(part for part in DayPart if part.value in text)
    end = schedule.closes_at or schedule.opens_at
    bounds = {
        DayPart.MORNING: (time.min, time(12)),
        DayPart.AFTERNOON: (time(12), time(17)),
        DayPart.EVENING: (time(17), time.max),
    }
    return frozenset(
        part
        for part, (low, high) in bounds.items()
        if schedule.opens_at < high and (end > low or schedule.opens_at == low)
    )


def schedules_here(listing: Listing) -> tuple[Schedule, ...]:
    """Those for the place that the card names, the first one; all of them where nobody goes.

    A time at another place, or online, must not stand beside this place's name.
    """
    ways = listing.attending_types
    if ways and AttendingType.VENUE not in ways:
        return listing.schedules
    elsewhere = {place.id for place in listing.locations[1:]}
    here = tuple(s for s in listing.schedules if s.location_id not in elsewhere)
    in_person = tuple(s for s in here if s.attending_type in (None, AttendingType.VENUE))
    return in_person or here


def holds(schedule: Schedule, today: date) -> bool:
    """Whether a row is said to be right today or later; last winter's hours are not."""
    ends = [day for day in (schedule.until, schedule.valid_to) if day is not None]
    return not ends or min(ends) >= today


def is_over(listing: Listing, today: date) -> bool:
    """Whether its last day, or every schedule for the place that the card names, is past."""
    if listing.ends is not None and listing.ends < today:
        return True
    here = schedules_here(listing)
    return bool(here) and all(s.until is not None and s.until < today for s in here)


@lru_cache(maxsize=32)
def _calendar(subdivision: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("GB", subdiv=subdivision, years=year)


def is_bank_holiday(day: date, nation: str | None = None) -> bool:
    """Whether the day is a bank holiday in a nation of the UK (England where not known)."""
    return day in _calendar(_SUBDIVISIONS.get((nation or "england").casefold(), "ENG"), day.year)
