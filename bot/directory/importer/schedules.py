"""When a service happens: the feed's rule where it can be trusted, its words where it cannot.

Feeds often record "2nd Monday of the month" as "every Monday", since their table has nothing
better. Where the words and the rule disagree the words win: they become the rule if they say
exactly one thing, and otherwise stand alone as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

from bot.directory.importer.repair import clean_date, clean_text, clean_time, says_yes
from bot.directory.model import AttendingType, Schedule
from bot.directory.telling import Telling

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NAMES = dict(
    zip(
        DAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "last": -1,
}  # fmt: skip
_ORDINAL_WORDS = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th", -1: "last"}

_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_ORD = r"(?:1st|2nd|3rd|4th|first|second|third|fourth|last)"
_AND = r"\s*(?:,|&|and|/|\+)\s*(?:&|and|the)?\s*"
_ORDINAL_DAYS = rf"(?P<ordinals>{_ORD}(?:{_AND}{_ORD})*)\s+(?P<day>{_DAY})"
_CLOCK = r"(?:\d{1,2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?|noon|midday|12 noon)"
_TIMES = rf"(?P<opens>{_CLOCK})(?:\s*(?:-|–|—|to|until|till)\s*(?P<closes>{_CLOCK}))?"

ORDINAL_PHRASE = re.compile(
    rf"\b(?:every |the |on )*{_ORDINAL_DAYS}\b(?P<tail>\s*(?:of|in|each|every|a|per)?\s*"
    r"(?:the|each|every|a)?\s*(?:calendar )?months?\b)?",
    re.IGNORECASE,
)
_IRREGULAR_PATTERN = re.compile(
    rf"\b(?:{_ORD}\s+(?:(?:and|&|,)\s*(?:the )?{_ORD}\s+)*{_DAY}|monthly|once a month|"
    r"(?:twice|two times|three times) a month|every (?:other|second|two|three|four|2|3|4|6|six) "
    r"(?:weeks?|mon|tue|wed|thu|fri|sat|sun|months?)\w*|every month|each month|per month|"
    r"fortnight(?:ly)?|bi-?weekly|alternate (?:weeks?|mon|tue|wed|thu|fri|sat|sun)\w*|quarterly|"
    r"term[ -]?time|school holidays?|bi-?monthly)\b",
    re.IGNORECASE,
)
_IRREGULAR = Telling(
    _IRREGULAR_PATTERN,
    ("month", "week", "fortnight", "alternate", "quarter", "term", "holiday", "every",
     *_ORDINALS),
)  # fmt: skip
_WEEKLY_TEXT = re.compile(
    rf"^(?:every |on |each )*(?P<days>{_DAY}(?:{_AND}(?:every |on )?{_DAY})*)\.?$", re.IGNORECASE
)
_TIMES_FIRST = re.compile(rf"^{_TIMES}\s*,?\s*(?P<rest>.*)$", re.IGNORECASE)
_TIMES_LAST = re.compile(rf"^(?P<rest>.*?)\s*,?\s*(?:at|from|-|–)?\s*{_TIMES}$", re.IGNORECASE)
_DAY_FINDER = re.compile(_DAY, re.IGNORECASE)
_DAY_RANGE = re.compile(r"([A-Za-z]{2,9})\s*(?:-|–|—|\bto\b)\s*([A-Za-z]{2,9})")

# "£12 per month" and "all year including school holidays" say nothing of when it meets.
_NOT_WHEN = re.compile(
    r"(?:£\s?)?\d+(?:\.\d\d)?p?\s*(?:per|a|each|every)\s+(?:calendar )?month"
    r"|(?:including|includes|incl?\.?|also in|as well as|even in|term[ -]?time (?:and|&))\s+"
    r"(?:during |in )?(?:the )?school holidays?",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?…;])\s+|\n+")
_OF_OTHER_THINGS = re.compile(r"£|\bnewsletters?\b|\bmember(?:ship)?s? (?:is|are|costs?|fees?)\b"
                              r"|\bmagazines?\b|\bsubscriptions?\b", re.IGNORECASE)  # fmt: skip
_MEETS = re.compile(
    r"\bmeets?\b|\bmeetings?\b|\bgather\w*"
    r"|\b(?:we|they|it|groups?|clubs?|class(?:es)?|sessions?|caf[eé]s?)\s+(?:\w+\s+)?"
    r"(?:run|runs|is|are|held|take|takes|happens?)\b"
    r"|\bterm[ -]?time only\b|\bonly (?:in|during) (?:the )?(?:school )?term",
    re.IGNORECASE,
)
# "Last Tuesday we had 30 people" tells of one day; "the last Tuesday of the month" is a rule.
_ONE_DAY = re.compile(
    rf"(?<!every )(?<!each )(?<!and )(?<!& )\b(?:first|last)\s+{_DAY}\b"
    r"(?!\s*(?:of|in|each|every|a|per)?\s*(?:the|each|every|a)?\s*(?:calendar )?month)",
    re.IGNORECASE,
)


# "Every Monday except the first" and "no meeting on the last Thursday" are no monthly rules.
_EXCEPTION = re.compile(
    r"\b(?:except(?:ing)?|apart from|other than|excluding|but not|not on"
    r"|no (?:\w+ ){0,2}?(?:meeting|session|class|club|group|caf[eé]|lunch|coffee|morning)s?"
    r"|(?:do|does|will|is|are)(?: not|n['’]t)|won['’]t"
    r"|not (?:meet|run|open|on)|closed|cancelled)\b",
    re.IGNORECASE,
)
_SAYS_WEEKLY = re.compile(
    rf"\b(?:(?:every|each) (?:week\b|{_DAY}\b(?!\s+(?:of|in) (?:the|each|every) month))"
    r"|weekly\b|once a week\b)|\bon (?:mon|tues|wednes|thurs|fri|satur|sun)days\b",
    re.IGNORECASE,
)


_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T\d{4,6}Z?)?$")
_LONGEST = timedelta(days=365 * 40)


@dataclass(frozen=True)
class Said:
    """What words say about when: exactly one rule, or only that weekly would be wrong.

    Attributes:
        besides: the sentence tells of days besides or out of a weekly rule, which it keeps:
            "there is no meeting on the last Thursday of the month".
    """

    freq: str | None = None
    byday: tuple[str, ...] = ()
    sentence: str = ""
    besides: bool = False


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
    parts = [_KINDS_OF_DAY.get(part.strip().casefold().rstrip("s"), part) for part in parts]
    parts = [
        part
        for text in parts
        for part in re.split(r"[,;&\s/]+|\band\b", _DAY_RANGE.sub(_range, text))
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


_KINDS_OF_DAY = {
    "weekday": "MO-FR",
    "weekend": "SA,SU",
    "every day": "MO-SU",
    "daily": "MO-SU",
    "all": "MO-SU",
}


def _range(found: re.Match[str]) -> str:
    """ "MO-FR" and "Mon to Fri" as each of their days."""
    first, last = day_code(found[1]), day_code(found[2])
    if first is None or last is None:
        return found[0]
    i, j = DAYS.index(first), DAYS.index(last)
    return ",".join(DAYS[i : j + 1] if i <= j else (*DAYS[i:], *DAYS[: j + 1]))


@lru_cache(maxsize=2_000)
def said(text: str | None) -> Said | None:
    """What the words say that a plain weekly rule would get wrong, or ``None`` if nothing."""
    if not text or not _IRREGULAR.search(text):
        return None
    # Blanks of the same length, so that the sentence is found in the text as it was.
    telling = _NOT_WHEN.sub(lambda found: " " * len(found[0]), text)
    irregular = _IRREGULAR.search(telling)
    if irregular is None:
        return None
    sentence = _sentence(text, irregular.start())
    if _EXCEPTION.search(sentence) or _SAYS_WEEKLY.search(sentence):
        return Said(sentence=sentence, besides=True)
    found: set[str] = set()
    phrases = list(ORDINAL_PHRASE.finditer(telling))
    for phrase in phrases:
        code = day_code(phrase.group("day"))
        for word in re.findall(_ORD, phrase.group("ordinals"), re.IGNORECASE):
            found.add(f"{_ORDINALS[word.casefold()]}{code}")
    rest = ORDINAL_PHRASE.sub(" ", telling)
    only_this = phrases and not _says_otherwise(rest) and all(p.group("tail") for p in phrases)
    if only_this and len({p.group("day").casefold().rstrip("s") for p in phrases}) == 1:
        return Said("MONTHLY", tuple(sorted(found)), sentence)
    return Said(sentence=sentence)


def said_in_prose(prose: str | None, byday: Iterable[str]) -> Said | None:
    """As ``said``, of the sentences of a description that are about when it meets.

    Beside a rule a sentence counts where it names one of the rule's days (``byday``), says that
    people meet, or begins with the phrase. It never counts where it is about money, membership
    or a newsletter.
    """
    if not prose or not said(prose):
        return None
    on = {d.lstrip("+-0123456789") for d in byday}
    telling = [s for s in map(_without_one_day, _SENTENCES.split(prose)) if _is_about_when(s, on)]
    told = said("\n".join(telling))
    if told and not told.besides and _SAYS_WEEKLY.search(prose):
        return None  # "Every Tuesday. On the first Tuesday of the month there is a speaker."
    return told


def _without_one_day(sentence: str) -> str:
    return _ONE_DAY.sub(" ", sentence).strip()


def _is_about_when(sentence: str, on: set[str]) -> bool:
    irregular = _IRREGULAR.search(sentence)
    if irregular is None or _OF_OTHER_THINGS.search(sentence):
        return False
    if not on or irregular.start() == 0 or _MEETS.search(sentence):
        return True
    return bool(on & {day_code(d) for d in _DAY_FINDER.findall(sentence)})


def _says_otherwise(rest: str) -> bool:
    # "monthly" beside "2nd Monday of the month" adds nothing; term time or "every other" does.
    return any(
        m.group(0).casefold() not in ("monthly", "every month", "each month", "once a month")
        for m in _IRREGULAR_PATTERN.finditer(rest)
    )


def _sentence(text: str, at: int) -> str:
    start = max(text.rfind(mark, 0, at) for mark in (". ", "\n", "! ", "? ")) + 1
    ends = [e for mark in (". ", "\n", "! ", "? ") if (e := text.find(mark, at)) >= 0]
    sentence = text[start : min(ends) + 1 if ends else len(text)].strip()
    return sentence if len(sentence) <= 240 else text[max(0, at - 60) : at + 120].strip()


def from_text(text: str) -> Schedule:
    """A schedule from words alone; a rule only where the whole text is understood.

    "10am - 12pm every Sunday" and "2nd Thursday of the month, 2pm" become rules. "Term time
    only" and whatever else is left over keep it as text.
    """
    words = " ".join(text.replace("’", "'").split()).strip(" .")
    for pattern in (_TIMES_FIRST, _TIMES_LAST):
        match = pattern.match(words)
        if match and (rule := _rule(match.group("rest"))):
            opens, closes = _times(match.group("opens"), match.group("closes"))
            if opens is not None:
                return replace(rule, text=text.strip(), opens_at=opens, closes_at=closes)
    rule = _rule(words)
    return replace(rule, text=text.strip()) if rule else Schedule(text=text.strip())


def _rule(words: str) -> Schedule | None:
    words = words.strip(" ,.")
    if match := _WEEKLY_TEXT.match(words):
        codes = [day_code(d) for d in _DAY_FINDER.findall(match.group("days"))]
        return Schedule("", freq="WEEKLY", byday=tuple(dict.fromkeys(c for c in codes if c)))
    # "every 2nd Thursday" alone could mean fortnightly: it needs "of the month".
    match = ORDINAL_PHRASE.fullmatch(words)
    numbers = re.findall(_ORD, match.group("ordinals"), re.IGNORECASE) if match else []
    if match and (match.group("tail") or len(numbers) > 1):
        code = day_code(match.group("day"))
        byday = tuple(f"{_ORDINALS[n.casefold()]}{code}" for n in numbers)
        return Schedule("", freq="MONTHLY", byday=byday)
    return None


def _times(opens: str | None, closes: str | None) -> tuple[time | None, time | None]:
    start, end = opens, closes
    # "2-4pm": the half of the day is said once, at the end.
    if start and end and not re.search(r"[ap]\.?m|noon|midday", start, re.IGNORECASE):
        half = re.search(r"([ap])\.?m", end, re.IGNORECASE)
        if half:
            late = clean_time(f"{start.strip()}{half.group(0)}")
            last = clean_time(end)
            # "11-1pm" starts in the morning.
            morning = bool(late and last and late >= last)
            start = f"{start.strip()}{'am' if morning else half.group(0)}"
    first = clean_time(start)
    last = clean_time(end) if end else None
    if first and last and last <= first:
        # "11:30am - 12:30am" is a slip that only a person can settle.
        return first, None
    return first, last


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
    if freq is not None and not _is_sound(structured):
        flags.append("schedule_rule_not_sound")
        # Month days in a weekly rule are a slip of the tool; its week days are meant.
        weekdays = replace(structured, bymonthday=())
        structured = (
            weekdays
            if _is_sound(weekdays)
            # The start of a rule that was given up is no date of its own.
            else replace(structured, freq=None, byday=(), bymonthday=(), interval=1, dtstart=None)
        )
    last = _last_of_count(structured, raw.get("count"))
    if last and until is None:
        structured = replace(structured, until=last)
    if freq is None and (stated := clean_text(raw.get("freq"), one_line=True)):
        flags.append("schedule_rule_not_sound")
        if not words:
            words = _joined(stated.capitalize(), _span(structured))
    elif freq is None and dtstart and until is None and not words and not notes:
        structured = replace(structured, until=dtstart)  # it happened once
    told = said(words) or said(notes) or said_in_prose(prose, structured.byday)
    weekly = structured.freq == "WEEKLY" and structured.interval == 1
    if weekly and told:
        flags.append("schedule_text_wins")
        named = {d.lstrip("-0123456789") for d in told.byday}
        if told.freq and named == set(structured.byday):
            structured = replace(structured, freq=told.freq, byday=told.byday)
            return replace(structured, text=_joined(describe(structured), words)), tuple(flags)
        text = words if words and said(words) else told.sentence
        if told.besides and text is not words:
            text, times = describe(structured), text
        else:
            times = _days_and_times(structured, text)
        structured = replace(structured, freq=None, byday=(), interval=1)
        return replace(structured, text=_joined(text, times)), tuple(flags)
    if structured.freq is None and words:
        read_words = from_text(words)
        return (
            replace(
                structured,
                text=_joined(read_words.text, notes),
                freq=read_words.freq,
                byday=read_words.byday,
                opens_at=read_words.opens_at or opens,
                closes_at=read_words.closes_at or closes,
            ),
            tuple(flags),
        )
    text = _joined(words or describe(structured), notes)
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


def _whole_week(row: Schedule, byday: Iterable[str]) -> Schedule:
    week = replace(row, byday=tuple(sorted(set(byday), key=DAYS.index)))
    return replace(week, text=describe(week))


def _days_and_times(schedule: Schedule, text: str) -> str:
    """What stays true of a weekly rule that was given up: its days, unless said, and its time."""
    named = {day_code(d) for d in _DAY_FINDER.findall(text)}
    names = "" if named & set(schedule.byday) else _named(schedule.byday)
    return ", ".join(filter(None, (names, _span(schedule))))


def _joined(first: str | None, second: str | None) -> str:
    if first and second and second not in first:
        return f"{first.rstrip('. ')}{'. ' if len(second) > 14 else ', '}{second}"
    return first or second or ""


_RULE = re.compile(r"\b(FREQ|INTERVAL|BYDAY|BYMONTHDAY|BYSETPOS|COUNT|UNTIL|DTSTART)[=:]([^;\s]+)")


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
    if stated in ("daily", "day", "every day"):
        return "WEEKLY", byday or DAYS, (), 1
    if stated.startswith("fortnight") or stated in ("biweekly", "bi-weekly"):
        return "WEEKLY", byday, bymonthday, 2
    if stated.startswith("week") or (not stated and byday):
        return "WEEKLY", byday, bymonthday, 1
    return None, (), (), 1


def _placed_in_month(byday: tuple[str, ...], position: Any) -> tuple[str, ...]:
    """ "TU" at position 2 is "2TU", which is the same for one day."""
    number = re.fullmatch(r"([+-]?[1-5])(?:\.0+)?", clean_text(position, one_line=True) or "")
    if number is None or len(byday) != 1 or len(byday[0]) != 2:
        return byday
    return (f"{int(number[1])}{byday[0]}",)


def _date(value: Any) -> date | None:
    """A date, also as iCalendar writes it: "20230701T000000Z"."""
    if isinstance(value, str | int) and (found := _COMPACT_DATE.match(str(value).strip())):
        return clean_date("-".join(found.groups()))
    return clean_date(value)


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


def _count(value: Any) -> int | None:
    text = (clean_text(value, one_line=True) or "").removesuffix(".0")
    return int(text) if re.fullmatch(r"[0-9]{1,2}", text) and 1 <= int(text) <= 52 else None


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


def _span(schedule: Schedule) -> str:
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


def describe(schedule: Schedule) -> str:
    """The rule in words: "Every Monday, 9:30am to 12 noon"; "" where there is no rule."""
    span = _span(schedule)
    if schedule.freq == "WEEKLY":
        named = _named(schedule.byday)
        if schedule.interval > 1:
            named = f"Every {schedule.interval} weeks on {named}"
        elif schedule.byday == DAYS:
            named = "Every day"
        elif " to " not in named:
            named = f"Every {named}"
        return f"{named}{', ' + span if span else ''}"
    if schedule.freq == "MONTHLY" and schedule.byday:
        parts = [_ordinal_day(d) for d in schedule.byday]
        often = "the month" if schedule.interval == 1 else f"every {schedule.interval} months"
        return f"{' and '.join(parts)} of {often}{', ' + span if span else ''}"
    if schedule.freq == "MONTHLY":
        parts = [_month_day(d) for d in schedule.bymonthday]
        return f"{' and '.join(parts)} of the month{', ' + span if span else ''}"
    if schedule.dtstart and (schedule.until in (None, schedule.dtstart)):
        return f"{schedule.dtstart:%-d %B %Y}{', ' + span if span else ''}"
    return span


def _month_day(number: int) -> str:
    """ "Day 3", and from the end "Last day" and "Day 2 from the end"."""
    if number > 0:
        return f"Day {number}"
    return "Last day" if number == -1 else f"Day {-number} from the end"


def _named(byday: tuple[str, ...]) -> str:
    """ "Monday and Friday"; three and more in a row are "Monday to Friday"."""
    places = [DAYS.index(d) for d in byday]
    if len(places) > 2 and places == list(range(places[0], places[0] + len(places))):
        return f"{NAMES[byday[0]]} to {NAMES[byday[-1]]}"
    return " and ".join(NAMES[d] for d in byday)


def _ordinal_day(code: str) -> str:
    match = re.fullmatch(r"(-?\d+)([A-Z]{2})", code)
    if not match:
        return NAMES.get(code, code)
    number = int(match.group(1))
    return f"{_ORDINAL_WORDS.get(number, str(number))} {NAMES[match.group(2)]}"


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
