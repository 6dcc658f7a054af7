"""Days, rules and times in words: weekdays as feeds write them, and how we say a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time
from typing import Any

from bot.directory.importer.repair import clean_text
from bot.directory.model import Schedule

# As iCalendar writes them, from Monday.
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NAMES = dict(
    zip(
        DAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
_ORDINAL_WORDS = {
    1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th", -1: "last", -2: "last but one",
}  # fmt: skip
# "MO-FR", "Mon to Fri"; any other two words as well.
DAY_RANGE = re.compile(r"([A-Za-z]{2,9})\s*(?:-|–|—|\bto\b)\s*([A-Za-z]{2,9})")
# In lower case and without a plural s, as ``days`` reads them.
KINDS_OF_DAY = {
    "weekday": "MO-FR",
    "weekend": "SA,SU",
    "every day": "MO-SU",
    "daily": "MO-SU",
    "all": "MO-SU",
}


def day_code(value: str) -> str | None:
    """ "Monday", "mon", "1" (HSDS 1.1 counts from Monday) and "MO" give "MO"; else ``None``."""
    text = value.strip().casefold()
    if re.fullmatch(r"[0-9](?:\.0)?", text):
        text = text[0]
        return DAYS[int(text) - 1] if 1 <= int(text) <= 7 else ("SU" if text == "0" else None)
    for code, name in NAMES.items():
        if len(text) >= 2 and name.casefold().startswith(text.rstrip("s.") or text):
            return code
    return None


def days(value: Any) -> tuple[str, ...]:
    """iCalendar days from "MO,WE", "2MO", "Monday" or a list of them; unknown ones give ()."""
    parts: Iterable[str]
    if isinstance(value, list):
        parts = [str(v) for v in value if v is not None]
    else:
        parts = [clean_text(value, one_line=True) or ""]
    parts = [KINDS_OF_DAY.get(part.strip().casefold().rstrip("s"), part) for part in parts]
    parts = [
        part
        for text in parts
        for part in re.split(r"[,;&\s/]+|\band\b", DAY_RANGE.sub(_range, text))
    ]
    found: list[str] = []
    for part in filter(None, (p.strip() for p in parts)):
        match = re.fullmatch(r"([+-]?\d{1,2})?\s*([A-Za-z]{2,9})|(\d)(?:\.0)?", part)
        code = day_code(match.group(2) or match.group(3)) if match else None
        if code is None:
            return ()
        number = match.group(1) if match else None
        found.append(f"{int(number)}{code}" if number and int(number) else code)
    return tuple(dict.fromkeys(found))


def _range(found: re.Match[str]) -> str:
    """ "MO-FR" and "Mon to Fri" as each of their days."""
    first, last = day_code(found[1]), day_code(found[2])
    if first is None or last is None:
        return found[0]
    i, j = DAYS.index(first), DAYS.index(last)
    return ",".join(DAYS[i : j + 1] if i <= j else (*DAYS[i:], *DAYS[: j + 1]))


def describe(schedule: Schedule) -> str:
    """The rule in words: "Every Monday, 9:30am to 12 noon"; "" where there is no rule."""
    span = time_span(schedule)
    once = schedule.dtstart is not None and schedule.until == schedule.dtstart
    if schedule.freq == "WEEKLY" and not once:
        named = day_names(schedule.byday)
        if schedule.interval > 1:
            named = f"Every {schedule.interval} weeks on {named}"
        elif schedule.byday == DAYS:
            named = "Every day"
        elif " to " not in named:
            named = f"Every {named}"
        return f"{named}{', ' + span if span else ''}"
    if schedule.freq == "MONTHLY" and not once:
        parts = [ordinal_day(d) for d in schedule.byday]
        parts += [_month_day(d) for d in schedule.bymonthday]
        often = "the month" if schedule.interval == 1 else f"every {schedule.interval} months"
        return f"{' and '.join(parts)} of {often}{', ' + span if span else ''}"
    if schedule.dtstart and (schedule.until in (None, schedule.dtstart)):
        return f"{schedule.dtstart:%-d %B %Y}{', ' + span if span else ''}"
    return span


def time_span(schedule: Schedule) -> str:
    """Its times in words: "9:30am to 12 noon", "all day", "2pm"; "" where it has none."""
    if schedule.opens_at is None:
        return ""
    if schedule.opens_at == time(0) and (schedule.closes_at or time(0)) >= time(23, 59):
        return "all day"
    start = clock(schedule.opens_at)
    return f"{start} to {clock(schedule.closes_at)}" if schedule.closes_at else start


def clock(moment: time) -> str:
    """A time as people write it: "9:30am", "12 noon", "2pm"."""
    if moment == time(12):
        return "12 noon"
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def day_names(byday: tuple[str, ...]) -> str:
    """Weekday codes as "Monday and Friday"; three and more in a row as "Monday to Friday".

    A place in the month ("2TU") is not said.
    """
    plain = [day[-2:] for day in byday]
    places = [DAYS.index(d) for d in plain]
    if len(places) > 2 and places == list(range(places[0], places[0] + len(places))):
        return f"{NAMES[plain[0]]} to {NAMES[plain[-1]]}"
    return " and ".join(NAMES[d] for d in plain)


def ordinal(number: int) -> str:
    """A place in the month in words: 2 is "2nd", -1 "last"; one without a word is its number."""
    return _ORDINAL_WORDS.get(number, str(number))


def ordinal_day(code: str) -> str:
    """An iCalendar day in words: "2MO" is "2nd Monday", "MO" is "Monday"."""
    match = re.fullmatch(r"(-?\d+)([A-Z]{2})", code)
    if not match:
        return NAMES.get(code, code)
    number = int(match.group(1))
    return f"{ordinal(number)} {NAMES[match.group(2)]}"


def _month_day(number: int) -> str:
    """ "Day 3", and from the end "Last day" and "Day 2 from the end"."""
    if number > 0:
        return f"Day {number}"
    return "Last day" if number == -1 else f"Day {-number} from the end"
