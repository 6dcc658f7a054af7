"""Days in words, in British use: "Tuesday", "Tuesday week", "next week", "the 3rd", "3/12"."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import dateparser
from dateparser.search import search_dates

from bot.support.when import UK

_SETTINGS = {
    "DATE_ORDER": "DMY",
    "PREFER_DATES_FROM": "future",
    "RETURN_AS_TIMEZONE_AWARE": False,
}
LATEST = timedelta(days=400)
"""A plan's day is near: a later one is a misreading."""

_DAY = r"(?:today|tomorrow|(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?)"
_WEEKS = {"week": 7, "fortnight": 14}
_AFTER = re.compile(
    rf"(?<!next )(?<!this )(?<!last )\b(week|fortnight) (?:on |from )?({_DAY})\b"
    rf"|\b({_DAY}) (week|fortnight)\b"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_BARE = re.compile(rf"\bthe (\d{{1,2}})(?:st|nd|rd|th)\b(?! (?:of )?{_MONTH})")
# A time names no day, and these words no day that could be written down.
_NO_DAY = re.compile(
    r"\b(?:at )?\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b\.?"
    r"|\bat \d{1,2}(?::\d\d)?\b(?![/.-])"
    r"|\b(?:half|quarter|ten|twenty|five) (?:past|to) \w+|\b\w+ o.?clock\b"
    r"|\b(?:the )?new year\b|\b(?:one|some) ?day\b|\bnow and (?:then|again)\b"
    r"|\b(?:i|we|you|he|she|it|that|they) may\b|\bmay (?:be|do|go|have|need|not|take|try)\b"
)
_SAME = (
    (re.compile(r"\btonight\b|\bthis (?:morning|afternoon|evening)\b"), "today"),
    (re.compile(r"\b(?:at the|this) weekend\b"), "saturday"),
    (re.compile(r"\bweds\b"), "wednesday"),
    (re.compile(r"\b(?:a )?fortnight\b"), "2 weeks"),
)


def date_in(text: str, today: date | None = None) -> date | None:
    """The day that the text names, today or later; ``None`` where it names none.

    ``today`` is what "tomorrow" is counted from; the present day in the UK by default.
    """
    base = today or datetime.now(UK).date()
    found = _day_in(_NO_DAY.sub(" ", text.casefold()), base)
    return found if found is not None and base <= found <= base + LATEST else None


_HOUR = re.compile(
    r"\b(?:at |about |around |by |after )?(\d{1,2})(?:[:.]\d\d)? ?([ap])\.?m\b"
    r"|\b(\d{1,2})(?:[:.]\d\d)? ?o'?clock\b|^(?:at |about |around )?(\d{1,2})(?:[:.]\d\d)?$"
)
_PARTS_OF_A_DAY = (
    (re.compile(r"\b(?:noon|midday|lunch ?time|dinner time)\b"), 12),
    (re.compile(r"\b(?:mornings?|am|early|breakfast|first thing)\b"), 10),
    (re.compile(r"\b(?:afternoons?|pm|tea ?time|after lunch)\b"), 14),
    (re.compile(r"\b(?:evenings?|nights?|late|tonight|after tea)\b"), 18),
    (re.compile(r"\b(?:any ?time|don'?t mind|whenever|no matter)\b"), 10),
)


def hour_in(text: str) -> int | None:
    """The hour of the day, 0 to 23, that words name; ``None`` where they name none.

    A bare number is of the day and not of the night: "at 3" is 15.
    """
    plain = text.casefold().replace("’", "'").strip(" .!")
    if found := _HOUR.search(plain):
        hour = int(found[1] or found[3] or found[4])
        if hour > 23:
            return None
        if found[2]:
            return hour % 12 + (12 if found[2] == "p" else 0)
        return hour + 12 if hour < 8 else hour
    return next((hour for words, hour in _PARTS_OF_A_DAY if words.search(plain)), None)


_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?:[:.](?P<m>[0-5]\d))? ?(?P<half>[ap])\.?m\b"
    r"|\b(?P<h2>\d{1,2})[:.](?P<m2>[0-5]\d)\b(?![/.-]\d)"
    rf"|\b(?:at|about|around) (?P<h3>\d{{1,2}}|{'|'.join(_NUMBERS)})\b(?![/.-]\d)"
    rf"|\b(?P<part>half|quarter) past (?P<h4>\d{{1,2}}|{'|'.join(_NUMBERS)})\b"
    rf"|\b(?P<h5>\d{{1,2}}|{'|'.join(_NUMBERS)}) ?o'?clock\b"
)
_PAST = {"half": 30, "quarter": 15}


def time_in(text: str) -> time | None:
    """The time of day that words name by the clock; ``None`` for "in the morning" and the like.

    Without "am" or "pm" it is a time of the day and not of the night: "at 3" is 15:00.
    """
    found = _CLOCK.search(text.casefold().replace("’", "'"))
    if found is None:
        return None
    said = next(found[name] for name in ("h", "h2", "h3", "h4", "h5") if found[name])
    hour = _NUMBERS.index(said) + 1 if said in _NUMBERS else int(said)
    minute = int(found["m"] or found["m2"] or _PAST.get(found["part"] or "", 0))
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    elif hour < 8:
        hour += 12
    return time(hour, minute) if hour < 24 else None


def _day_in(text: str, base: date) -> date | None:
    if after := _AFTER.search(text):
        first = _parsed(after[2] or after[3], base)
        return first and first + timedelta(days=_WEEKS[after[1] or after[4]])
    if bare := _BARE.search(text):
        return _next_of_month(int(bare[1]), base)
    for pattern, word in _SAME:
        text = pattern.sub(word, text)
    return _parsed(text, base)


def _parsed(text: str, base: date) -> date | None:
    settings = {**_SETTINGS, "RELATIVE_BASE": datetime.combine(base, datetime.min.time())}
    found = dateparser.parse(text, languages=["en"], settings=settings)
    if found is None:
        pairs = search_dates(text, languages=["en"], settings=settings)
        found = pairs[0][1] if pairs else None
    return found.date() if found is not None else None


def _next_of_month(day: int, base: date) -> date | None:
    """The coming day of that number; a month may be too short for it."""
    days = (base + timedelta(days=n) for n in range(62))
    return next((each for each in days if each.day == day), None)
