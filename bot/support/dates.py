"""Days and hours in words, in British use: "Tuesday week", "the 3rd", "3.12", "half nine".

A day is read by rules, each a pattern and the day that it means; the earliest words win. We do
without dateparser: it takes "Sunday after next" for Sunday and "my friend Jan" for January, and
read nothing right that the rules do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial

from dateutil.easter import easter
from dateutil.relativedelta import SU, relativedelta, weekday
from rapidfuzz import fuzz, process

from bot.support.when import DAYS, UK, is_bank_holiday

LATEST = timedelta(days=400)
"""A plan's day is near: a later one is a misreading."""


def date_in(text: str, today: date | None = None) -> date | None:
    """The day that the text names, today or later; ``None`` where it names none.

    ``today`` is what "tomorrow" is counted from; the present day in the UK by default. Where
    several days are named it is the first, but "Tuesday, no, Wednesday" is Wednesday. A day that
    is ruled out ("not Tuesday") is none. A weekday is the coming one, never today, and so is
    "next Friday". A month is its first day; "next week" and "next month" are a week and a month
    from today.
    """
    base = today or datetime.now(UK).date()
    parts = (_ready(part) for part in reversed(_CORRECTION.split(_plain(text))))
    return next((found for part in parts if (found := _day_in(part, base))), None)


def hour_in(text: str) -> int | None:
    """The hour of the day, 0 to 23, that words name; ``None`` where they name none.

    A bare number is of the day and not of the night: "at 3" is 15, "half nine" is 9.
    """
    plain = _affirmed(_plain(text))
    if (found := _CLOCK.search(plain) or _BARE_CLOCK.search(plain)) is not None:
        said = _clock_time(found, plain)
        return None if said is None else said.hour
    return next((hour for words, hour in _PARTS_OF_A_DAY if words.search(plain)), None)


def time_in(text: str) -> time | None:
    """The time of day that words name by the clock; ``None`` for "in the morning" and the like.

    Without "am", "pm" or a part of the day it is a time of the day and not of the night: "at 3"
    is 15:00.
    """
    plain = _affirmed(_plain(text))
    found = _CLOCK.search(plain)
    return found and _clock_time(found, plain)


# --- words ----------------------------------------------------------------------------------------

_ONES = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_COUNTS = {
    **{word: n for n, word in enumerate(_ONES, 1)},
    **{"a": 1, "an": 1, "another": 1, "couple": 2, "few": 3},
    **{"fourteen": 14, "twenty": 20, "thirty": 30},
}
_COUNT = rf"(?:\d{{1,2}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})"
_UNITS = "first second third fourth fifth sixth seventh eighth ninth".split()  # noqa: SIM905
_TEENS = (
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth "
    "nineteenth twentieth"
)
_ORDINALS = [
    *_UNITS,
    *_TEENS.split(),
    *(f"twenty {unit}" for unit in _UNITS),
    *("thirtieth", "thirty first"),
]
_ORDINAL_WORD = rf"(?:{'|'.join(reversed(_ORDINALS))})"
_ORDINAL = rf"(?:\d{{1,2}} ?(?:st|nd|rd|th)\b|{_ORDINAL_WORD}\b)"
_DAY_NUMBER = rf"(?:\d{{1,2}} ?(?:st|nd|rd|th)?(?!\d|[:.]\d)|{_ORDINAL_WORD}\b)"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_FULL_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
)
# "3 may help" and "I may" are no dates.
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may(?! (?:be|do|go|have|need|not|take|"
    r"try|come|help|want|well|i|we|you)\b)|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b"
)
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
_WEEKDAY = rf"(?:{'|'.join(_WEEKDAYS)})\b"
_PART = r"(?: (?:morning|afternoon|evening|night|lunch ?time|tea ?time))?"
# What may follow a bare number that is a day or an hour: "the 3rd floor" and "at 80 I" are none.
_END = (
    r"(?= ?(?:$|[,;.!?)/-](?!\d)|(?:about|after|am|and|around|as|at|because|before|but|each|every|"
    r"for|i|if|ill|in|is|ish|looks|maybe|most|next|now|on|onwards|or|perhaps|please|pm|probably|"
    r"sharp|so|sounds|suits|thanks|that|then|this|till?|to|today|tomorrow|tonight|until|was|we|"
    r"well|when|will|with|works|would|morning|afternoon|evening|night|lunchtime|"
    rf"{'|'.join(_WEEKDAYS)})\b))"
)

_SHORT = re.compile(r"\b(tues?|weds|thurs?|thu|fri)\b")
# "I sat down", "in the sun" and "we were wed" are no days.
_SHORT_AND_A_WORD = re.compile(
    r"(^|[,;/]|\b(?:on|this|next|coming|by|till|until|from|every|for|or|and|to|week|fortnight|is|"
    rf"{'|'.join(_WEEKDAYS)}) )( ?)(mon|wed|sat|sun)(?= ?(?:$|[,;.!?)/])"
    r"| (?:(?:and |to )?(?:mon|wed|sat|sun)|morning|afternoon|evening|night|am|pm|at \d{1,2}|or|"
    r"next|after next|maybe|please|(?:the )?\d{1,2}(?:[ap]m|[:.]\d\d|st|nd|rd|th)?|week|fortnight|"
    rf"{'|'.join(_WEEKDAYS)})\b)"
)
_SPELLINGS = (
    (re.compile(r"\b(?:tmrw|tmr|tmw|tomo|tomoz|2moro|2morrow|2mrw|2moz)\b"), "tomorrow"),
    (re.compile(r"\b(?:tonite|2nite|2night)\b"), "tonight"),
    (re.compile(r"\bwk(s?)\b"), r"week\1"),
    (re.compile(r"\bmth(s?)\b"), r"month\1"),
    (re.compile(r"\bbank hol\b"), "bank holiday"),
    (re.compile(r"\bo clock\b"), "oclock"),
    (re.compile(r"(?<=[\d ])([ap])\.m\b\.?|(?<=\d )([ap]) m\b"), r"\1\2m"),
    (re.compile(r"(?<=\d) - (?=\d)"), "-"),
)
_LONG_NAMES = (*_WEEKDAYS, "tomorrow", "fortnight", "february", "christmas")
_WORD = re.compile(r"\b[a-z]{5,}\b")
_SLIP = 84  # "wensday" is read and "birthday" is not


def _plain(text: str) -> str:
    """Small letters, no apostrophes, names of days in full."""
    plain = re.sub(r"['’`´]", "", text.casefold()).replace("–", "-").replace("—", " - ")
    plain = re.sub(r"(?<=[a-z])-(?=[a-z])|\s+", " ", plain).strip()
    for spelling, word in _SPELLINGS:
        plain = spelling.sub(word, plain)
    plain = _WORD.sub(_mended, plain)
    plain = _SHORT.sub(lambda found: _full(found[1]), plain)
    for _ in range(2):  # in "mon wed fri" the second is seen once the first is written out
        plain = _SHORT_AND_A_WORD.sub(lambda found: found[1] + found[2] + _full(found[3]), plain)
    return plain


def _full(short: str) -> str:
    return _WEEKDAYS[_weekday(short)]


def _mended(found: re.Match[str]) -> str:
    close = process.extractOne(found[0], _LONG_NAMES, scorer=fuzz.ratio, score_cutoff=_SLIP)
    if close is None or found[0].startswith(close[0]):
        return found[0]
    return str(close[0])


def _weekday(word: str) -> int:
    return DAYS.index(word[:2].upper())


def _count(word: str | None) -> int:
    if not word:
        return 1
    return int(word) if word.isdigit() else _COUNTS[word]


def _number(word: str) -> int:
    """ "3", "3rd" or "third"."""
    digits = re.match(r"\d+", word)
    return int(digits[0]) if digits else _ORDINALS.index(word) + 1


# --- what is ruled out ----------------------------------------------------------------------------

_CORRECTION = re.compile(
    r"(?:[,;.!?-] ?|\boh )(?:no|nope)\b(?! (?:\w+days|weekends|good|not)\b)"
    r"|\b(?:sorry|actually|i meant?|no wait|or rather|make (?:it|that)|scrap that)\b"
)
_EXCEPT = re.compile(
    r"\b(?:any|every) ?(?:thing|day|time) (?:but|bar)\b|\bexcept(?: for)?\b|\bapart from\b"
    r"|\bother than\b|\binstead of\b|\brather than\b|\bbut not\b|\bavoid(?:ing)?\b"
)
_NO = (
    r"(?:not|never|neither|cannot|unable"
    r"|(?:ca|wo|do|does|did|is|are|was|could|would|should|have|has)nt)"
)
_NOT_UNTIL = re.compile(rf"\b{_NO} (?:[a-z]+ ){{0,4}}?(?:until|till?|before)\b")
_RULED_OUT = re.compile(
    rf"(?<!why )\b(?:{_NO}(?! (?:mind|matter|fuss(?:ed)?|bothered|bad|too|forget|busy|away|wait|"
    r"be long)\b)"
    r"|(?<!not )(?<!straight )(?<!right )(?:busy|away)"
    r"|no(?= (?:\w+days|weekends|mornings|afternoons|evenings|nights)\b))\b"
)
_SAID_DAY = (
    rf"(?:{'|'.join(_WEEKDAYS)}|today|tomorrow|weekend|week|month|fortnight|{_FULL_MONTH}"
    r"|morning|afternoon|evening|night|\d ?(?:st|nd|rd|th))"
)
_UNSUITABLE = re.compile(
    rf"\b{_SAID_DAY}s?{_PART}(?: (?:is|are|was|would be|will be|im|i am|i|we|were|its|it|really|"
    r"just|that))* (?:(?:is|are|do|does|wo|ca|would|could)nt\b(?! (?:mind|too))"
    r"|(?:cannot|busy|away|bad|no good|no use|difficult|impossible|full|not (?:good|great|possible|"
    r"convenient|any good|ok|okay|an option|free|suitable|for me))\b|out(?: of the question)?$)"
)
_CLAUSE = re.compile(
    r"[,;!?]|\.(?!\d)| - "
    r"|\b(?:but(?! one)|maybe|perhaps|probably|although|though|(?<!or )so|then)\b"
)


def _affirmed(plain: str) -> str:
    """The text without what it rules out: of "not Tuesday, Friday" only Friday is left."""
    plain = _NOT_UNTIL.sub("from", _EXCEPT.sub(", not ", plain))
    return ", ".join(_kept(clause.strip()) for clause in _CLAUSE.split(plain))


def _kept(clause: str) -> str:
    if _UNSUITABLE.search(clause):
        return ""
    found = _RULED_OUT.search(clause)
    # "if it's not raining on Tuesday" does not rule Tuesday out.
    if found is None or re.search(r"\bif\b", clause[: found.start()]):
        return clause
    return clause[: found.start()].strip()


_NO_DAY = re.compile(
    # The past.
    rf"(?:\ba (?:week|fortnight) )?\blast (?:week|weekend|month|year|night|{_WEEKDAY})"
    rf"(?! (?:of|in)\b)(?: on {_WEEKDAY})?"
    rf"|\b(?:since|previous|past) (?:the |last )?(?:{_WEEKDAY}|week|month|year|{_ORDINAL})"
    rf"|\b(?:{_COUNT} (?:of )?)?(?:day|week|fortnight|month|year)s? ago(?: (?:on|last) {_WEEKDAY})?"
    rf"|\b{_WEEKDAY} (?:before last|(?:just )?(?:gone|past))\b"
    r"|\byesterday(?: week)?\b|\bthe other day\b|(?<!\bin )\b(?:one|some) ?day\b"
    # What comes round and what is always.
    r"|\b(?:every|each|per|(?:once|twice|times) an?) (?:(?:other|second|third|couple of|"
    rf"{_COUNT}) )?(?:day|week|weekend|fortnight|month|year)s?\b|\b24/7\b"
    # Times.
    r"|\b\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b\.?|\b\d{1,2}:\d\d\b"
    r"|\bat \d{1,2}\.\d\d\b(?!\.\d)"
)


def _ready(plain: str) -> str:
    text = _NO_DAY.sub(" , ", _affirmed(plain))
    text = re.sub(rf"\b({'|'.join(_WEEKDAYS)})s\b", r"\1", text)
    return re.sub(r"\s+", " ", text).strip(" ,.!?")


# --- days -----------------------------------------------------------------------------------------

_Meaning = Callable[[re.Match[str], date], "date | None"]
_RULES: list[tuple[re.Pattern[str], _Meaning]] = []
_NEAR = 60  # characters
_ON = rf"\b(?:{_WEEKDAY}(?:,? on|,)? )?(?:the )?"


def _rule(pattern: str) -> Callable[[_Meaning], _Meaning]:
    """Read words of ``pattern`` so; of two rules at one place the one further up wins."""

    def add(meaning: _Meaning) -> _Meaning:
        _RULES.append((re.compile(pattern), meaning))
        return meaning

    return add


def _day_in(text: str, base: date) -> date | None:
    found = (
        (match.start(), order, match)
        for order, (pattern, _) in enumerate(_RULES)
        for match in pattern.finditer(text)
    )
    in_order = sorted(found, key=lambda each: each[:2])
    days = (_within(_RULES[order][1](match, base), base) for _, order, match in in_order)
    return next((day for day in days if day), None)


_EVENT = r"(?:my|our|the|his|her|their|an?) (?:[a-z]+ ){1,4}?(?:on|which is|thats|is)(?: on)? "


def _rest(match: re.Match[str], base: date, *, event: bool = False) -> date | None:
    """The day that follows the words of the rule at once, or what is on that day ("my op on")."""
    # What is far away is not meant; and so rules within rules have an end.
    begin = rf"^[ ,]*(?:{_EVENT})?(?:the )?" if event else r"^[ ,]*(?:the )?"
    rest = re.sub(begin, "", match.string[match.end() :][:_NEAR])
    found = ((pattern.match(rest), meaning) for pattern, meaning in _RULES)
    days = (_within(meaning(begun, base), base) for begun, meaning in found if begun)
    return next((day for day in days if day), None)


def _within(day: date | None, base: date) -> date | None:
    return day if day is not None and base <= day <= base + LATEST else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(month: int, day: int, base: date) -> date | None:
    """The day of the year, today or later."""
    years = (_date(base.year + n, month, day) for n in range(2))
    return next((each for each in years if each is not None and each >= base), None)


def _coming_weekday(day: int, base: date) -> date:
    return base + timedelta(days=(day - base.weekday() - 1) % 7 + 1)


def _next_of_month(day: int, base: date) -> date | None:
    """The coming day of that number; a month may be too short for it."""
    days = (base + timedelta(days=n) for n in range(62))
    return next((each for each in days if each.day == day), None)


def _monday(base: date) -> date:
    return base - timedelta(days=base.weekday())


def _month(word: str, base: date) -> date:
    """The first day of the month of that name, this one or a later."""
    number = _MONTHS.index(word[:3]) + 1
    return date(base.year + (number < base.month), number, 1)


# -- dates by number

_SAYS_A_DAY = re.compile(
    rf"(?:^|\b(?:on|by|until|till|from|before|after|the|or|and|to|for|commencing|{_WEEKDAY})|,) ?$"
)


@_rule(
    _ON + r"(?<![\d./-])(?P<day>\d{1,2})(?P<mark>[./ -])(?P<month>\d{1,2})"
    r"(?:[./-](?P<short>\d\d)|[./ -](?P<year>20\d\d))?"
    r"(?![./-]?\d)(?! (?:of|an|hour|past|way|out)\b)"
)
def _by_numbers(match: re.Match[str], base: date) -> date | None:
    day, month = int(match["day"]), int(match["month"])
    if match["year"] or match["short"]:
        return _date(int(match["year"] or f"20{match['short']}"), month, day)
    found = _coming(month, day, base)
    if match["mark"] == "/" or found is None:
        return found
    if match["mark"] != "." or not _SAYS_A_DAY.search(match.string[: match.start("day")]):
        return None  # "3-4 times", "sugar 1.9"
    named = re.match(_WEEKDAY, match[0])
    # "Tuesday 10.05" is a time.
    return found if named is None or found.weekday() == _weekday(named[0]) else None


@_rule(r"\b(?P<year>20\d\d)[/-](?P<month>\d{1,2})[/-](?P<day>\d{1,2})\b")
def _year_first(match: re.Match[str], base: date) -> date | None:
    return _date(int(match["year"]), int(match["month"]), int(match["day"]))


@_rule(
    _ON
    + rf"(?P<day>{_DAY_NUMBER})(?: ?(?:-|to|or|and) ?(?:the )?{_DAY_NUMBER})?[ -]?(?:day )?(?:of )?"
    rf"(?P<month>{_MONTH})(?:,? (?P<year>20\d\d)\b)?"
)
@_rule(_ON + rf"(?P<month>{_MONTH}) (?:the )?(?P<day>{_DAY_NUMBER})(?:,? (?P<year>20\d\d)\b)?")
def _by_name(match: re.Match[str], base: date) -> date | None:
    day, month = _number(match["day"]), _MONTHS.index(match["month"][:3]) + 1
    if match["year"]:
        return _date(int(match["year"]), month, day)
    return _coming(month, day, base)


@_rule(
    rf"\b(?:the )?(?P<nth>last|{_ORDINAL}) (?P<weekday>{_WEEKDAY}) (?:of|in) "
    rf"(?:(?P<which>the|this|next) month|(?P<month>{_MONTH}))"
)
def _nth_weekday(match: re.Match[str], base: date) -> date | None:
    nth = -1 if match["nth"] == "last" else _number(match["nth"])
    if nth > 5:
        return None
    if match["month"]:
        firsts = [_month(match["month"], base)]
        firsts.append(firsts[0] + relativedelta(years=1))
    else:
        skipped = 1 if match["which"] == "next" else 0
        firsts = [base.replace(day=1) + relativedelta(months=skipped + n) for n in range(2)]
    found = (_nth_of(first, nth, _weekday(match["weekday"])) for first in firsts)
    return next((day for day in found if day is not None and day >= base), None)


def _nth_of(first: date, nth: int, day: int) -> date | None:
    found = first + relativedelta(day=31 if nth < 0 else 1, weekday=weekday(day, nth))
    return found if found.month == first.month else None


@_rule(_ON + rf"(?P<day>{_ORDINAL}) (?:day )?of (?P<which>the|this|next|each|every) month")
@_rule(_ON + rf"(?P<day>{_ORDINAL}),? (?P<which>this|next) month")
@_rule(rf"\b(?P<which>this|next) month,? (?:on )?(?:the )?(?P<day>{_ORDINAL})")
def _of_the_month(match: re.Match[str], base: date) -> date | None:
    if match["which"] == "next":
        first = base + relativedelta(months=1, day=1)
        return _date(first.year, first.month, _number(match["day"]))
    return _next_of_month(_number(match["day"]), base)


@_rule(
    rf"\b(?:the )?(?P<nth>last|{_ORDINAL}) week (?:of|in) (?:(?P<which>the|this|next) month|"
    rf"(?P<month>{_MONTH}))"
)
def _nth_week(match: re.Match[str], base: date) -> date | None:
    if match["month"]:
        first = _month(match["month"], base)
    else:
        first = base + relativedelta(months=1 if match["which"] == "next" else 0, day=1)
    if match["nth"] == "last":
        start = first + relativedelta(day=31) - timedelta(days=6)
    else:
        start = first + timedelta(weeks=_number(match["nth"]) - 1)
    return max(start, base) if base < start + timedelta(weeks=1) else None


# -- bank holidays


@_rule(
    rf"\b(?:the )?(?:next )?(?:(?P<which>early|late|spring|summer|easter|christmas) )?"
    rf"(?:(?P<month>{_FULL_MONTH}) (?:day )?)?(?:(?P<before>{_WEEKDAY}) )?bank holiday"
    rf"(?: (?P<after>{_WEEKDAY}|weekend))?"
)
def _bank_holiday(match: re.Match[str], base: date) -> date | None:
    month = {"spring": 5, "summer": 8, "christmas": 12}.get(match["which"] or "")
    if match["month"]:
        month = _MONTHS.index(match["month"][:3]) + 1
    on = match["before"] or match["after"]
    days = [
        day
        for n in range(1, LATEST.days)
        if is_bank_holiday(day := base + timedelta(days=n))
        and (month is None or day.month == month)
        and (on in (None, "weekend") or day.weekday() == _weekday(on))
        and (match["which"] != "easter" or abs(day - easter(day.year)) < timedelta(days=3))
    ]
    if match["which"] in ("late", "spring"):
        days = days[1:]
    if not days:
        return None
    return days[0] - timedelta(days=2) if on == "weekend" else days[0]


# -- weeks, months and their edges

_EARLY = r"early|(?:at |by )?(?:the )?(?:beginning|start) of"
_MIDDLE = r"mid|(?:in |by )?(?:the )?middle of"
_END_OF = r"late|later|(?:at |by |towards )?(?:the )?(?:back )?end(?: of)?"
_EDGE = rf"(?:(?P<early>{_EARLY})|(?P<middle>{_MIDDLE})|(?P<late>{_END_OF}))(?: in)?(?: the| this)?"


@_rule(rf"\b{_EDGE} (?P<which>next week|week after next|week)\b")
@_rule(r"\b(?P<middle>mid ?week)\b(?: (?P<which>next week))?")
def _edge_of_week(match: re.Match[str], base: date) -> date | None:
    groups = match.groupdict()
    day = 0 if groups.get("early") else 2 if groups["middle"] else 4
    weeks = {"next week": 1, "week after next": 2}.get(match["which"], 0)
    found = _monday(base) + timedelta(weeks=weeks, days=day)
    return found if found >= base else found + timedelta(weeks=1)


@_rule(rf"\b{_EDGE} (?:(?P<next>next )?month\b|(?:next )?(?P<month>{_MONTH}))(?! \d)")
def _edge_of_month(match: re.Match[str], base: date) -> date | None:
    if match["month"]:
        first, again = _month(match["month"], base), relativedelta(years=1)
    else:
        first = base + relativedelta(months=1 if match["next"] else 0, day=1)
        again = relativedelta(months=1)
    edge = relativedelta(day=1 if match["early"] else 15 if match["middle"] else 31)
    return first + edge if first + edge >= base else first + again + edge


_NEXT_WEEK = (
    r"(?:(?P<one>next week|following week)\b(?! but one)"
    r"|(?P<two>week after next|next week but one|week after(?: that\b|(?= ?(?:$|[,.!?]))))"
    r"|this week\b)"
)


@_rule(
    rf"\b(?P<weekday>{_WEEKDAY}){_PART}(?: (?:or|and) {_WEEKDAY})?,?(?: of| in)?(?: the)? "
    rf"{_NEXT_WEEK}"
)
@_rule(rf"\b(?:the )?{_NEXT_WEEK},?(?: on| sometime)?(?: the)?(?: (?P<weekday>{_WEEKDAY}))?")
def _in_a_week(match: re.Match[str], base: date) -> date | None:
    weeks = timedelta(weeks=1 if match["one"] else 2 if match["two"] else 0)
    if not match["weekday"]:
        return base + weeks
    day = _weekday(match["weekday"])
    found = _monday(base) + weeks + timedelta(days=day)
    return found if found >= base else _coming_weekday(day, base)


@_rule(r"\bnext month\b|\b(?:the )?(?P<two>month after next)\b|\bthis month\b")
def _month_from_now(match: re.Match[str], base: date) -> date:
    return base + relativedelta(months=2 if match["two"] else 0 if "this" in match[0] else 1)


@_rule(r"\bnext year\b")
def _year_from_now(match: re.Match[str], base: date) -> date:
    return base + relativedelta(years=1)


@_rule(
    r"\b(?:in|by|during|until|till|for|from|next|this|come|around) "
    rf"(?P<month>{_MONTH})(?! ?\d(?!\d\d\d))(?: (?P<year>20\d\d))?"
)
@_rule(rf"^(?P<month>{_MONTH})(?: (?P<year>20\d\d)| next year)?$")
def _in_a_month(match: re.Match[str], base: date) -> date:
    first = _month(match["month"], base)
    return max(base, first.replace(year=int(match["year"] or first.year)))


@_rule(
    r"\b(?:the )?(?P<two>weekend after next)\b|\bnext weekend\b(?P<one>)"
    r"|\b(?:(?:at |over )?the |this |coming )?weekend\b(?! of)"
)
def _weekend(match: re.Match[str], base: date) -> date:
    saturday = _monday(base) + timedelta(days=5)
    weeks = 2 if match["two"] else 1 if match["one"] is not None else 0
    if "this" in match[0]:
        return max(base, saturday)
    return saturday + timedelta(weeks=weeks + (saturday < base and not weeks))


# -- so long after something

_UNIT = r"(?P<unit>minute|min|hour|day|week|fortnight|month|year)s?"
_MANY = (
    rf"(?:the )?(?:a (?=couple|few))?(?P<count>{_COUNT})(?: ?(?:or|to|-) ?{_COUNT})?(?: of| more)?"
)
_LONG = rf"(?:{_MANY} {_UNIT}|(?:the )?(?P<one>day|week|fortnight))\b(?: or so| or two)?"


def _length(match: re.Match[str]) -> relativedelta:
    many = _count(match["count"])
    unit = match.groupdict().get("one") or match["unit"]
    if unit in ("minute", "min", "hour"):
        return relativedelta()
    if unit == "fortnight":
        return relativedelta(weeks=2 * many)
    return relativedelta(**{f"{unit}s": many})  # type: ignore[arg-type]


@_rule(rf"\b(?P<weekday>{_WEEKDAY}){_PART} in (?:about |around )?{_LONG}")
@_rule(
    rf"\b(?:in|within) (?:about |around |roughly |maybe )?(?:the next )?{_LONG}(?: time)?,?"
    rf"(?: on)? (?P<weekday>{_WEEKDAY})"
)
def _weekday_of_that_week(match: re.Match[str], base: date) -> date | None:
    then = _monday(base + _length(match)) + timedelta(days=_weekday(match["weekday"]))
    return then if then >= base else None


@_rule(rf"\b{_LONG}(?: time)? (?P<side>(?:on|come|from|after|following) )?(?!before)(?=\w)")
def _long_after(match: re.Match[str], base: date) -> date | None:
    if "day" in (match["one"], match["unit"]) and match["side"] in (None, "on "):
        return None  # "a nice day Monday"
    start = _rest(match, base, event=match["side"] in ("after ", "following "))
    return start and start + _length(match)


@_rule(rf"\b{_LONG} before (?=\w)")
def _long_before(match: re.Match[str], base: date) -> date | None:
    end = _rest(match, base, event=True)
    return end and end - _length(match)


_IN = r"(?:in|within|after|over)(?: about| around| roughly| maybe| another)?(?: the next)?"


@_rule(rf"\b{_IN} {_MANY} {_UNIT}\b(?! (?:ago|after|before)\b)")
@_rule(rf"\b{_IN} (?:the next )(?P<count>)(?P<unit>week|fortnight|month)\b")
@_rule(rf"\b{_MANY} {_UNIT} (?:from now|hence|later|time)\b")
@_rule(rf"^(?:about |around |maybe |say )?{_MANY} {_UNIT}(?: or so| or two)?$")
@_rule(r"^(?P<count>)(?P<unit>fortnight)$")
def _from_now(match: re.Match[str], base: date) -> date:
    return base + _length(match)


@_rule(
    rf"\b(?:next |this )?(?P<anchor>{_WEEKDAY}|today|tomorrow|this day) (?P<one>week|fortnight)\b"
)
def _week_after(match: re.Match[str], base: date) -> date:
    weeks = timedelta(weeks=1 if match["one"] == "week" else 2)
    if match["anchor"] in _WEEKDAYS:
        return _coming_weekday(_weekday(match["anchor"]), base) + weeks
    return base + timedelta(days=match["anchor"] == "tomorrow") + weeks


@_rule(rf"\b(?:the )?(?P<weekday>{_WEEKDAY}) after next\b")
def _weekday_after_next(match: re.Match[str], base: date) -> date:
    return _coming_weekday(_weekday(match["weekday"]), base) + timedelta(weeks=1)


@_rule(rf"\b(?:the )?(?P<weekday>{_WEEKDAY}) (?P<side>after|before|following) (?=\w)")
def _weekday_beside(match: re.Match[str], base: date) -> date | None:
    day = _rest(match, base, event=True)
    if day is None:
        return None
    wanted = _weekday(match["weekday"])
    if match["side"] == "before":
        return day - timedelta(days=(day.weekday() - wanted - 1) % 7 + 1)
    return _coming_weekday(wanted, day)


@_rule(r"\bafter (?=\w)")
def _after(match: re.Match[str], base: date) -> date | None:
    day = _rest(match, base)
    if day is None:
        return None
    if re.match(r"(?:next |this |the )?week(?:end)?\b", match.string[match.end() :]):
        return _coming_weekday(0, day)
    later = (day + timedelta(days=n) for n in range(1, 8))
    return next(each for each in later if not is_bank_holiday(each))


@_rule(r"\bbefore (?=\w)")
def _before(match: re.Match[str], base: date) -> date | None:
    day = _rest(match, base)
    if day and match.string.startswith("next week", match.end()):
        day = _monday(day)
    return day and day - timedelta(days=1)


# -- feasts

_OfYear = Callable[[int], date]


def _fixed(month: int, day: int) -> _OfYear:
    return lambda year: date(year, month, day)


def _from_easter(days: int) -> _OfYear:
    return lambda year: easter(year) + timedelta(days=days)


def _nth_sunday(nth: int, month: int) -> _OfYear:
    return lambda year: date(year, month, 1) + relativedelta(weekday=SU(nth))


_FEASTS: tuple[tuple[str, _OfYear], ...] = (
    (r"new years day|new year day|new years$|at (?:the )?new year", _fixed(1, 1)),
    (r"after (?:the )?new year", _fixed(1, 2)),
    (r"twelfth night|epiphany", _fixed(1, 6)),
    (r"burns night", _fixed(1, 25)),
    (r"valentines?(?: day)?", _fixed(2, 14)),
    (r"st davids day", _fixed(3, 1)),
    (r"st patricks day", _fixed(3, 17)),
    (r"st georges day", _fixed(4, 23)),
    (r"hallow ?een", _fixed(10, 31)),
    (r"bonfire night|fireworks night|guy fawkes(?: night| day)?", _fixed(11, 5)),
    (r"(?:armistice|remembrance) day", _fixed(11, 11)),
    (r"st andrews day", _fixed(11, 30)),
    (r"(?:christmas|xmas) eve", _fixed(12, 24)),
    (r"(?<!merry )(?<!happy )(?:christmas|xmas)(?: day)?(?! (?:cards?|cake|tree))", _fixed(12, 25)),
    (r"boxing day", _fixed(12, 26)),
    (r"new years eve|hogmanay", _fixed(12, 31)),
    (r"pancake day|shrove tuesday", _from_easter(-47)),
    (r"ash wednesday", _from_easter(-46)),
    (r"mothers day|mothering sunday", _from_easter(-21)),
    (r"palm sunday", _from_easter(-7)),
    (r"maundy thursday", _from_easter(-3)),
    (r"good friday", _from_easter(-2)),
    (r"easter saturday", _from_easter(-1)),
    (r"easter monday", _from_easter(1)),
    (r"easter(?: sunday| day)?", _from_easter(0)),
    (r"ascension(?: day)?", _from_easter(39)),
    (r"whit monday", _from_easter(50)),
    (r"whitsun(?:tide|day)?|whit sunday|pentecost", _from_easter(49)),
    (r"fathers day", _nth_sunday(3, 6)),
    (r"remembrance sunday", _nth_sunday(2, 11)),
)


def _feast(of_year: _OfYear, match: re.Match[str], base: date) -> date:
    return next(day for n in range(2) if (day := of_year(base.year + n)) >= base)


for _words, _of_year in _FEASTS:
    _rule(rf"\b(?:{_words})\b")(partial(_feast, _of_year))


# -- near days


@_rule(
    r"\b(?:today|tonight|this (?:morning|afternoon|evening)|later on|right (?:now|away)|"
    r"straight away)\b|^now$"
)
def _today(match: re.Match[str], base: date) -> date:
    return base


@_rule(r"\btomorrow\b")
def _tomorrow(match: re.Match[str], base: date) -> date:
    return base + timedelta(days=1)


@_rule(rf"{_ON}(?P<day>{_ORDINAL}|(?<=the )\d{{1,2}}){_END}")
def _bare_ordinal(match: re.Match[str], base: date) -> date | None:
    if not match["day"][0].isdigit() and "the " not in match[0]:
        return None  # "my sister first"
    return _next_of_month(_number(match["day"]), base)


@_rule(rf"\b(?P<weekday>{_WEEKDAY}) (?P<day>\d{{1,2}}){_END}")
def _weekday_and_number(match: re.Match[str], base: date) -> date | None:
    found = _next_of_month(int(match["day"]), base)
    # "Tuesday 10" is a time, unless the 10th is a Tuesday.
    return found if found and found.weekday() == _weekday(match["weekday"]) else None


@_rule(rf"\b(?:this |next |coming )*(?P<weekday>{_WEEKDAY})")
def _named_weekday(match: re.Match[str], base: date) -> date:
    return _coming_weekday(_weekday(match["weekday"]), base)


# --- hours ----------------------------------------------------------------------------------------

_HOUR = rf"(?:\d{{1,2}}|{'|'.join(_ONES)})"
_MINUTES = {"five": 5, "ten": 10, "quarter": 15, "twenty": 20, "twenty five": 25, "half": 30}
_WORDS_OF_MINUTES = r"twenty five|five|ten|(?:a )?quarter|twenty"
_CLOCK = re.compile(
    rf"(?<![\d.:/])(?P<h1>\d{{1,2}})(?:[:.]?(?P<m1>[0-5]\d))? ?(?P<half>[ap])m\b"
    rf"|\b(?P<h2>{_HOUR}) (?P<half2>[ap])m\b"
    r"|\b(?P<h3>\d{1,2}):(?P<m3>[0-5]\d)\b"
    r"|\b(?:at|about|around|after|from|by) (?P<h4>\d{1,2})\.?(?P<m4>[0-5]\d)\b"
    r"(?![/.-]?\d| ?[ap]m\b)"
    # "3.12" is a day.
    r"|(?<![\d./])\b(?P<h5>\d{1,2})"
    r"(?:\.(?P<m5>00|1[3-9]|[2-5]\d)\b(?![/.-]?\d)|(?P<m6>[0-5]\d) ?hrs?\b)"
    rf"|\b(?P<past>half|{_WORDS_OF_MINUTES}|5|10|20|25)(?: minutes| mins)? past (?P<h6>{_HOUR})\b"
    rf"|\b(?P<to>{_WORDS_OF_MINUTES}|20|25|5(?= to [1-4]\b))(?: minutes| mins)? to "
    rf"(?P<h7>{_HOUR})\b"
    rf"|\b(?P<half_past>half) ?(?P<h8>{_HOUR})(?: ?ish)?{_END}"
    rf"|\b(?P<h9>{_HOUR}) ?(?:oclock\b|ish\b|(?=(?:in the|tomorrow|this|at) (?:morning|afternoon|"
    r"evening|night)\b))"
    r"|\b(?:at|about|around|after|from|by|between|roughly|say|till|until|do|make it|like) "
    rf"(?P<h10>{_HOUR})(?! ?[ap]m\b){_END}"
)
# In an answer to "what time?" a number at the start is an hour.
_BARE_CLOCK = re.compile(
    rf"^(?:or |say |about )*(?P<h1>{_HOUR})(?:[:.]?(?P<m1>[0-5]\d))?(?! ?[ap]m\b)"
    rf"(?:{_END}| ?- ?\d{{1,2}}$)"
)
_MORNING = re.compile(r"(?<!good )\bmornings?\b|(?<!i )\bam\b")
_LATE = re.compile(r"\b(?:afternoons?|evenings?|tea ?time|pm)\b")
_NIGHT = re.compile(r"\b(?:nights?|tonight)\b")
_PARTS_OF_A_DAY = tuple(
    (re.compile(rf"(?<!good )(?<!too )\b(?:{words})\b"), hour)
    for words, hour in (
        (r"midnight", 0),
        (r"before lunch|late morning|elevenses", 11),
        (r"noon|mid ?day|lunch ?time|dinner ?time", 12),
        (r"late afternoon|tea ?time", 17),
        (r"bed ?time|last thing", 21),
        (r"mornings?|(?<!i )am|early(?! (?:afternoon|evening))|breakfast|first thing", 10),
        (r"afternoons?|pm|after (?:lunch|dinner)", 14),
        (r"evenings?|night(?: ?time|s)?|late|tonight|after (?:work|(?:my )?tea|supper)", 18),
        (r"any ?time|dont mind|whenever|no matter|not (?:fussed|bothered)|you choose", 10),
    )
)


def _clock_time(found: re.Match[str], plain: str) -> time | None:
    said = {name: value for name, value in found.groupdict().items() if value}
    word = next(value for name, value in said.items() if re.fullmatch(r"h\d+", name))
    minute = int(next((value for name, value in said.items() if re.fullmatch(r"m\d", name)), 0))
    hour = _count(word)
    if half := said.get("half") or said.get("half2"):
        hour = hour % 12 + (12 if half == "p" else 0) if hour <= 12 else hour
    elif hour <= 12 and word[0] != "0":
        hour = _of_the_day(hour, plain, plain[found.end() :])
    if hour > 23:
        return None
    if past := said.get("past") or said.get("half_past"):
        minute = _minutes(past)
    elif to := said.get("to"):
        hour, minute = (hour - 1) % 24, 60 - _minutes(to)
    return time(hour, minute)


def _minutes(word: str) -> int:
    return int(word) if word.isdigit() else _MINUTES[word.removeprefix("a ")]


def _of_the_day(hour: int, plain: str, after: str) -> int:
    """The hour of the 24 that one of 12 means, by the part of the day that the text names."""
    if _MORNING.search(plain) and (hour > 4 or after.startswith(" in the morning")):
        return hour
    if _LATE.search(plain):
        return hour % 12 + 12
    if _NIGHT.search(plain):
        return hour % 12 if hour == 12 or hour < 5 else hour + 12
    return hour + 12 if hour < 8 else hour


def day_words(day: date, opens: object = None) -> str:
    """ "Tuesday 24 November, 10am"."""
    words = f"{day:%A} {day.day} {day:%B}"
    if opens is None:
        return words
    hour, minute = opens.hour, opens.minute  # type: ignore[attr-defined]
    clock = f"{hour % 12 or 12}" + (f":{minute:02d}" if minute else "")
    return f"{words}, {clock}{'am' if hour < 12 else 'pm'}"
