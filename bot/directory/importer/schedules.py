"""A feed's row as a ``Schedule``: its rule where it can be trusted, its words where it cannot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

from bot.directory.importer.repair import clean_date, clean_text, clean_time, says_yes
from bot.directory.importer.schedule_told import (
    as_told,
    by_closer_rule,
    closer_rule,
    joined,
    without_rule,
)
from bot.directory.importer.schedule_words import from_text, said_in_prose
from bot.directory.importer.weekdays import (
    DAYS,
    NAMES,
    day_names,
    days,
    describe,
    ordinal,
    ordinal_day,
    time_span,
)
from bot.directory.model import AttendingType, Schedule

_RULE = re.compile(
    r"\b(FREQ|INTERVAL|BYDAY|BYMONTHDAY|BYMONTH|BYWEEKNO|BYYEARDAY|BYSETPOS|COUNT|UNTIL|DTSTART)"
    r"[=:]([^;\s]+)"
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
# What ``freq`` says where it means each day.
_DAILY = ("daily", "day", "every day")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T\d{4,6}Z?)?$")
_LONGEST = timedelta(days=365 * 40)


def read(
    raw: dict[str, Any], prose: str | None, location_id: str | None
) -> tuple[Schedule | None, tuple[str, ...]]:
    """One schedule row with its flags; ``None`` where the row says nothing.

    ``prose`` is the service's name and description, which may contradict the row.
    """
    flags: list[str] = []
    opens, closes = clean_time(raw.get("opens_at")), clean_time(raw.get("closes_at"))
    if opens == closes and opens is not None:
        if opens == time(0):
            flags.append("schedule_midnight")
        opens = closes = None
    told_twice = (clean_text(raw.get(key)) for key in ("description", "original_text"))
    words = next((text for text in told_twice if text and "FREQ=" not in text), None)
    notes = clean_text(raw.get("notes"))
    attending = attending_type(raw.get("attending_type"))
    raw = _with_rule(raw)
    opens, closes = _by_day(opens, closes, raw.get("opens_at"))
    if opens and closes and closes < opens and not (opens.hour >= 17 and closes.hour <= 10):
        closes = None  # over night it may be; from noon to 10am is a slip
    freq, byday, bymonthday, every = _freq(raw)
    interval = (_count(raw.get("interval")) or 1) * every
    dtstart, until = _date(raw.get("dtstart")), _date(raw.get("until"))
    if freq == "WEEKLY" and not byday and dtstart:
        byday = (DAYS[dtstart.weekday()],)  # as iCalendar has it

    structured = Schedule(
        text="",
        freq=freq,
        byday=byday,
        bymonthday=bymonthday,
        interval=interval,
        dtstart=dtstart,
        until=until,
        opens_at=opens,
        closes_at=closes,
        valid_from=clean_date(raw.get("valid_from")),
        valid_to=clean_date(raw.get("valid_to")),
        attending_type=attending,
        location_id=location_id,
    )
    loose = _loose(raw, structured)
    if freq is not None and (loose or not _is_sound(structured)):
        flags.append("schedule_rule_not_sound")
        # Month days in a weekly rule are a slip of the tool; its week days are meant.
        weekdays = replace(structured, bymonthday=())
        # The start of a rule that was given up is no date of its own.
        given_up = replace(without_rule(structured, ""), dtstart=None)
        structured = given_up if loose or not _is_sound(weekdays) else weekdays
    last = _last_of_count(structured, raw.get("count"))
    if last and until is None:
        structured = replace(structured, until=last)
        if _count(raw.get("count")) == 1:
            structured = replace(structured, dtstart=last)
    if freq is None and (stated := clean_text(raw.get("freq"), one_line=True)):
        flags.append("schedule_rule_not_sound")
        if not words:
            words = joined(stated.capitalize(), time_span(structured))
    elif freq is None and dtstart and until is None and not words and not notes:
        structured = replace(structured, until=dtstart)  # it happened once
    if structured.freq and (told := as_told(structured, words, notes, prose)):
        return told, (*flags, "schedule_text_wins")
    if loose:
        closer = None if _limits(raw) else closer_rule(words, said_in_prose(prose, byday))
        if closer:
            return by_closer_rule(structured, closer, notes), tuple(flags)
        return replace(structured, text=joined(joined(words, loose), notes)), tuple(flags)
    if structured.freq is None and words:
        read_words = from_text(words)
        return (
            replace(
                structured,
                text=joined(read_words.text, notes),
                freq=read_words.freq,
                byday=read_words.byday,
                opens_at=read_words.opens_at or opens,
                closes_at=read_words.closes_at or closes,
            ),
            tuple(flags),
        )
    text = joined(words or describe(structured), notes)
    if not text:
        return None, tuple(flags)
    return replace(structured, text=text), tuple(flags)


def as_weeks(rows: Iterable[Schedule]) -> list[Schedule]:
    """Rows that differ only in their weekday as one: "Monday to Friday, 9am to 5pm".

    Feeds write one row a day, as HSDS 1.1 had it.
    """
    weeks: dict[Schedule, list[str]] = {}
    kept: list[Schedule] = []
    for row in rows:
        plain = row.freq == "WEEKLY" and row.interval == 1 and row.text == describe(row)
        # The start of a weekly rule matters only while it is to come; ``valid_from`` says that.
        key = replace(row, text="", byday=()) if plain else row
        if not plain or key not in weeks:
            weeks[key] = []
            kept.append(key)
        weeks[key] += row.byday if plain else ()
    return [_whole_week(key, weeks[key]) if weeks[key] else key for key in kept]


def with_closures(rows: Iterable[Schedule], record: dict[str, Any]) -> tuple[Schedule, ...]:
    """The rows with the days on which HSDS 1.1 ``holiday_schedules`` say that it is closed.

    Args:
        rows: of one service.
        record: the service; rows in it hold for all, those under a place or its link for that
            place only.
    """
    everywhere = _closures(record.get("holiday_schedules"))
    at: dict[str | None, tuple[tuple[date, date], ...]] = {}
    for link in _objects(record.get("service_at_locations")):
        place = link.get("location")
        found = _closures(link.get("holiday_schedules"))
        if isinstance(place, dict):
            found += _closures(place.get("holiday_schedules"))
        if found and isinstance(place, dict):
            # As a place without an id goes by that of its link.
            key = next((str(k).strip() for k in (place.get("id"), link.get("id")) if k), None)
            at[key] = at.get(key, ()) + found
    return tuple(
        replace(row, closed=closed)
        if (closed := everywhere + (at.get(row.location_id, ()) if row.location_id else ()))
        else row
        for row in rows
    )


def attending_type(value: Any) -> AttendingType | None:
    """How people take part, from an enumeration or a sentence; ``None`` if unclear or several."""
    text = clean_text(value, one_line=True)
    return _attending_type(text.casefold()) if text else None


@lru_cache(maxsize=1_000)
def _attending_type(text: str) -> AttendingType | None:
    found = {
        kind
        for kind, pattern in (
            (AttendingType.HOME, r"\bhome\b|domicil"),
            (AttendingType.ONLINE, r"\bonline\b|video|zoom|virtual|\bweb"),
            (AttendingType.PHONE, r"\b(?:tele)?phone\b|helpline"),
            (AttendingType.VENUE, r"\bvenue\b|in[ -]person|face[ -]to[ -]face|\bphysical"),
        )
        if re.search(pattern, text)
    }
    return found.pop() if len(found) == 1 else None


def _whole_week(row: Schedule, byday: Iterable[str]) -> Schedule:
    week = replace(row, byday=tuple(sorted(set(byday), key=DAYS.index)))
    return replace(week, text=describe(week))


def _with_rule(raw: dict[str, Any]) -> dict[str, Any]:
    """The row with the parts of an iCalendar rule that one of its fields holds as a whole."""
    whole = next((v for v in raw.values() if isinstance(v, str) and "FREQ=" in v), None)
    if whole is None:
        return raw
    return raw | {name.lower(): value for name, value in _RULE.findall(whole)}


def _by_day(
    opens: time | None, closes: time | None, written: Any
) -> tuple[time | None, time | None]:
    """Times of the afternoon where "1.30" to "3.30" says neither am nor pm."""
    text = str(written).strip()
    if opens is None or not re.fullmatch(r"[1-6][.:]\d\d", text):
        return opens, closes
    late = closes and closes.hour < 12 and closes > opens
    later = closes.replace(hour=closes.hour + 12) if closes and late else closes
    return opens.replace(hour=opens.hour + 12), later


def _freq(raw: dict[str, Any]) -> tuple[str | None, tuple[str, ...], tuple[int, ...], int]:
    """The rule's frequency, days and month days, and the weeks that one of its steps takes."""
    stated = (clean_text(raw.get("freq"), one_line=True) or "").casefold()
    byday = days(raw.get("byday")) or days(raw.get("weekday"))
    bymonthday = tuple(
        int(d)
        for d in re.findall(
            r"(?<!\d)-?\d{1,2}(?!\d)", clean_text(raw.get("bymonthday"), one_line=True) or ""
        )
        if 1 <= abs(int(d)) <= 31
    )
    if stated.startswith("month"):
        return "MONTHLY", _placed_in_month(byday, raw.get("bysetpos")), bymonthday, 1
    if stated in _DAILY:
        return "WEEKLY", byday or DAYS, (), 1
    if stated.startswith("fortnight") or stated in ("biweekly", "bi-weekly"):
        return "WEEKLY", byday, bymonthday, 2
    if stated.startswith("week") or (not stated and byday):
        # A position means the month, though it does not say so.
        return "WEEKLY", _placed_in_month(byday, raw.get("bysetpos")), bymonthday, 1
    return None, (), (), 1


def _placed_in_month(byday: tuple[str, ...], position: Any) -> tuple[str, ...]:
    """ "TU" at positions 1 and 3 is "1TU,3TU", which is the same for one day."""
    if len(byday) != 1 or len(byday[0]) != 2:
        return byday
    return tuple(f"{number}{byday[0]}" for number in _positions(position)) or byday


def _positions(value: Any) -> tuple[int, ...]:
    """The numbers of "1,3" or "-1" that a month can have of a day; () where one is another."""
    parts = re.split(r"[,\s\[\]]+", str(value if value is not None else "").strip("[] "))
    found = [re.fullmatch(r"([+-]?[1-5])(?:\.0+)?", part) for part in parts]
    return tuple(int(match[1]) for match in found if match) if all(found) else ()


def _date(value: Any) -> date | None:
    """A date, also as iCalendar writes it: "20230701T000000Z"."""
    if isinstance(value, str | int) and (found := _COMPACT_DATE.match(str(value).strip())):
        return clean_date("-".join(found.groups()))
    return clean_date(value)


def _count(value: Any) -> int | None:
    text = (clean_text(value, one_line=True) or "").removesuffix(".0")
    return int(text) if re.fullmatch(r"[0-9]{1,2}", text) and 1 <= int(text) <= 52 else None


def _last_of_count(schedule: Schedule, count: Any) -> date | None:
    """The last day of a rule that says how often, not until when; ``None`` where it cannot be."""
    text = clean_text(count, one_line=True) or ""
    if not schedule.freq or not schedule.dtstart or not re.fullmatch(r"[1-9]\d{0,3}", text):
        return None
    weekdays = [
        weekday(DAYS.index(d[-2:]), int(d[:-2]) if len(d) > 2 else None) for d in schedule.byday
    ]
    rule = rrule(
        WEEKLY if schedule.freq == "WEEKLY" else MONTHLY,
        dtstart=datetime.combine(schedule.dtstart, time.min),
        # A rule such as the 31st of every second February would never come to an end.
        until=datetime.combine(schedule.dtstart + _LONGEST, time.min),
        interval=schedule.interval,
        byweekday=weekdays or None,
        bymonthday=schedule.bymonthday or None,
    )
    days_on = list(islice(rule, int(text)))
    return days_on[-1].date() if len(days_on) == int(text) else None


def _is_sound(schedule: Schedule) -> bool:
    numbered = [d for d in schedule.byday if d[:1] in "-123456789"]
    if schedule.freq == "WEEKLY":
        # RFC 5545 forbids month days and "2MO" in a weekly rule.
        return bool(schedule.byday) and not numbered and not schedule.bymonthday
    if len(numbered) not in (0, len(schedule.byday)):
        return False
    if schedule.byday and not numbered:
        return False
    return bool(schedule.byday) != bool(schedule.bymonthday)


def _loose(raw: dict[str, Any], row: Schedule) -> str:
    """A rule in words, with the time, where it cannot be followed to a date; "" where it can.

    Of a rule that says more than ``Schedule`` holds, its days alone would be wrong.
    """
    days_on, limits = _days_in_words(raw, row), _limits(raw)
    if not row.freq or not (days_on or (limits and (row.byday or row.bymonthday))):
        return ""
    days_on = days_on or describe(replace(row, opens_at=None))
    return ", ".join(filter(None, (days_on, limits, time_span(row))))


def _days_in_words(raw: dict[str, Any], row: Schedule) -> str:
    """The days of a rule that is not sound: "Every 2 days", "Last weekday of the month"."""
    stated = (clean_text(raw.get("freq"), one_line=True) or "").casefold()
    if stated in _DAILY:
        return f"Every {row.interval} days" if row.interval > 1 else ""
    if _is_sound(replace(row, bymonthday=()) if row.freq == "WEEKLY" else row):
        return ""
    numbered = any(len(day) > 2 for day in row.byday)
    often = "Monthly" if row.interval == 1 else f"Every {row.interval} months"
    if row.freq == "WEEKLY" or numbered:
        return _first_up(" and ".join(ordinal_day(day) for day in row.byday))
    if not row.byday:
        return often
    places = _positions(raw.get("bysetpos"))
    if not places:
        return f"{often} on {day_names(row.byday)}"
    order = " and ".join(map(ordinal, places))
    names = {DAYS[:5]: "weekday", DAYS[5:]: "weekend day", DAYS: "day"}
    kind = names.get(row.byday) or " or ".join(NAMES[day] for day in row.byday)
    return f"{_first_up(order)} {kind} of the month"


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _limits(raw: dict[str, Any]) -> str:
    """The times of the year to which a rule is limited: "only in June, July and August"."""
    written = str(raw.get("bymonth") or "")
    months = sorted({int(m) for m in re.findall(r"\d+", written) if 1 <= int(m) <= 12})
    if 0 < len(months) < 12:
        *names, last = (_MONTHS[month - 1] for month in months)
        return f"only in {', '.join(names)}{' and ' if names else ''}{last}"
    if any(re.search(r"[1-9]", str(raw.get(key) or "")) for key in ("byweekno", "byyearday")):
        return "only at some times of the year"
    return ""


def _closures(value: Any) -> tuple[tuple[date, date], ...]:
    found = []
    for row in _objects(value):
        first = _date(row.get("start_date"))
        last = _date(row.get("end_date")) or first
        if first and last and first <= last and says_yes(row.get("closed")):
            found.append((first, last))
    return tuple(found)


def _objects(value: Any) -> list[dict[str, Any]]:
    rows = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, dict)]
