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
    "fifth": 5, "5th": 5, "last": -1, "penultimate": -2,
}  # fmt: skip
_ORDINAL_WORDS = {
    1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th", -1: "last", -2: "last but one",
}  # fmt: skip

_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_LAST_BUT_ONE = r"(?:penultimate|last but one|second[ -](?:to[ -])?last|next to last)"
# "2 nd" is what is left of a raised "nd".
_ORD = rf"(?:{_LAST_BUT_ONE}|1\s?st|2\s?nd|3\s?rd|[45]\s?th|first|second|third|fourth|fifth|last)"
# Each blank can be read in one way only, so that a long list cannot take for ever.
_AND = r"(?:\s*(?:,|&|and|/|\+))+(?:\s+the\b)?\s*"
_ORDINAL_DAYS = rf"(?P<ordinals>{_ORD}(?:{_AND}{_ORD})*)\s+(?P<day>{_DAY})"
_CLOCK = r"(?:12 ?noon|noon|midday|\d{1,2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?)"
_TIMES = rf"(?P<opens>{_CLOCK})(?:\s*(?:-|–|—|to|until|till)\s*(?P<closes>{_CLOCK}))?"

ORDINAL_PHRASE = re.compile(
    rf"\b(?:every |the |on )*{_ORDINAL_DAYS}\b(?P<tail>\s*(?:of|in|each|every|a|per)?\s*"
    r"(?:the|each|every|a)?\s*(?:calendar )?months?\b)?",
    re.IGNORECASE,
)
_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|twelve|[2-9]|1[0-2])"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_EACH = r"(?:a|per|each|every|in (?:a|the|each|every))"
_IRREGULAR_PATTERN = re.compile(
    rf"\b(?:{_ORD}(?:{_AND}{_ORD})*\s+{_DAY}"
    rf"|(?:{_ORD}|\d{{1,2}}(?:st|nd|rd|th))\s+(?:weeks?|weekends?|day)?\s*(?:of|in)"
    r" (?:the|each|every) (?:calendar )?month"
    rf"|(?:once|twice|(?:one|1|{_NUMBER})(?: (?:times|days?|evenings?|mornings?|afternoons?"
    rf"|weekends?|sessions?|meetings?|{_DAY}))?) {_EACH} (?:calendar )?(?:month|quarter|year)"
    r"|monthly|every month|each month|per month"
    rf"|every (?:other|second|third|fourth|fifth|sixth|{_NUMBER}) (?:weeks?|months?|days?|{_DAY})"
    rf"|{_NUMBER}(?:-weekly|[ -]monthly| weekly(?!\s+[a-z]+s\b))"
    r"|fortnight(?:ly)?|bi-?weekly|quarterly|bi-?monthly|seasonal(?:ly)?"
    rf"|alternat(?:e|ing) (?:weeks?|months?|{_DAY})|(?:odd|even) (?:weeks?|months?)"
    r"|term[ -]?time|(?:during|outside) (?:school )?terms?|school holidays?"
    rf"|{_MONTH}(?: to | ?- ?| ?– ?){_MONTH}"
    rf"|between {_MONTH} and {_MONTH}"
    r"|(?:spring|summer|autumn|winter)(?: months| season)? only"
    r"|only (?:in|during) (?:the )?(?:spring|summer|autumn|winter))\b",
    re.IGNORECASE,
)
# A range of months ends with a rare word, or with a common one after its dash.
_ENDS_OF_RANGES = (
    "jan", "feb", "apr", "jun", "jul", "aug", "oct", "nov",
    *(f"{to}{month}" for month in ("mar", "may", "sep", "dec") for to in ("to ", "-", "- ", "–",
                                                                          "– ", "and ")),
)  # fmt: skip
_IRREGULAR = Telling(
    _IRREGULAR_PATTERN,
    ("month", "week", "fortnight", "alternat", "quarter", "term", "holiday", "every", "year",
     "season", "spring", "summer", "autumn", "winter", "next to", "1 st", "2 nd", "3 rd", "4 th",
     "5 th", *_ORDINALS, *_ENDS_OF_RANGES),
)  # fmt: skip
_WEEKLY_TEXT = re.compile(
    rf"^(?:every |on |each )*(?P<days>{_DAY}(?:{_AND}(?:every |on )?{_DAY})*)\.?$", re.IGNORECASE
)
_TIMES_FIRST = re.compile(rf"^{_TIMES}\s*,?\s*(?P<rest>.*)$", re.IGNORECASE)
_TIMES_LAST = re.compile(rf"^(?P<rest>.*?)\s*,?\s*(?:at|from|-|–)?\s*{_TIMES}$", re.IGNORECASE)
_DAY_FINDER = re.compile(rf"\b{_DAY}\b", re.IGNORECASE)
_DAY_RANGE = re.compile(r"([A-Za-z]{2,9})\s*(?:-|–|—|\bto\b)\s*([A-Za-z]{2,9})")

# "£12 per month" and "all year including school holidays" say nothing of when it meets.
_NOT_WHEN = re.compile(
    r"(?:£\s?)?\d+(?:\.\d\d)?p?\s*(?:per|a|each|every)\s+(?:calendar )?month"
    r"|(?:including|includes|incl?\.?|also in|as well as|even in|term[ -]?time (?:and|&))\s+"
    r"(?:during |in )?(?:the )?school holidays?",
    re.IGNORECASE,
)
_TIMES_A_YEAR = re.compile(
    rf"\b(?:once|twice|{_NUMBER} times) {_EACH} (?:year|quarter)\b", re.IGNORECASE
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
    rf"(?!{_AND}(?:the )?{_ORD}\b)"
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
_EVERY_FEW_WEEKS = re.compile(
    rf"\b(?:{_NUMBER}|bi)(?:-weekly\b| weekly\b(?!\s+[a-z]+s\b))", re.IGNORECASE
)

# --- what the words of a row say against its rule

_BANK_HOLIDAYS = re.compile(
    r"\b(?:except(?:ing)?|apart from|other than|excluding|but not|not|closed|no \w+)"
    r"(?: on| for| during)?(?: any| all| the)? (?:bank|public)(?: (?:and|or|&) \w+)? holidays?\b"
    r"|\b(?:bank|public) holidays? excepted\b",
    re.IGNORECASE,
)
_CALLED_OFF = re.compile(
    r"\b(?:cancelled|suspended|paused|postponed|discontinued|ceased|on hold"
    r"|(?:temporarily|currently|now|permanently) closed|closed until"
    r"|no longer (?:runs?|running|meets?|meeting|available|held|takes? place|taking place)"
    r"|(?:not|n['’]t) (?:currently |presently )?(?:running|meeting|taking place|being held)"
    r"|(?:not|n['’]t) (?:currently|presently) (?:run|meet|open|available|held))\b",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"\b(?:if|when(?:ever)?|unless|in case|may|might|should|could|can|sometimes|occasionally)\b",
    re.IGNORECASE,
)
_LEAVES_OUT = re.compile(
    rf"\b(?:except(?:ing)?|apart from|other than|excluding|but not"
    rf"|not (?:{_DAY}|on|in|during|at|every)"
    r"|no (?:\w+ ){0,2}?(?:meeting|session|class|club|group|caf[eé]|lunch|coffee|morning)(?:e?s)?"
    r"|(?:not|n['’]t) (?:meet|run|open|be (?:meeting|running|open|held)|held)"
    r"|closed(?! (?:group|session|class|for lunch)))\b",
    re.IGNORECASE,
)
_UNSETTLED = re.compile(
    r"\b(?:coming soon|to be (?:confirmed|announced|arranged)|tb[ca]|ad[ -]hoc|irregular(?:ly)?"
    r"|(?:week|wk)s? (?:\d|[ab]\b)"
    r"|occasional(?:ly)?|(?:dates?|days?|weeks?)(?: and times)? (?:var(?:y|ies)|changes?)"
    r"|(?:various|selected|some|certain|occasional|specific) (?:dates|weeks|(?:\w+day)s)"
    r"|(?:for|see|check)(?: \w+){0,3} dates"
    r"|(?:in|during|over|throughout) (?:the )?(?:spring|summer|autumn|winter))\b",
    re.IGNORECASE,
)
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b(?:,? \d{{4}})?"
    rf"|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}|(?<!\d )(?<!st )(?<!nd )(?<!rd )(?<!th ){_MONTH} \d{{4}})"
)
_STARTS = re.compile(
    rf"\b(?:re-?)?(?:start\w*|begin\w*|began|commenc\w+|resum\w+|opens|from)\b[^.;\d]{{0,25}}?"
    rf"(?P<date>{_DATE})",
    re.IGNORECASE,
)
_ENDS = re.compile(
    rf"(?:\b(?:until|till|to|ends?|ending|finish\w*|last (?:session|meeting|class))\b|[-–])"
    rf"[^.;\d]{{0,25}}?(?P<date>{_DATE})",
    re.IGNORECASE,
)
_ANY_DATE = re.compile(
    rf"\b{_DATE}\b|\b(?:start|begin|commenc|resum)\w* (?:in |again in )?{_MONTH}\b",
    re.IGNORECASE,
)
# Small abbreviations are other words as well: "in the sun", "we sat".
_DAY_NAME = re.compile(
    r"\b(?:(?i:mon|tues|wednes|thurs|fri|satur|sun)(?i:days?)"
    r"|(?:Mon|Tues?|Weds?|Thurs?|Thu|Fri|Sat|Sun)s?|(?:MON|TUES?|WED|THU|FRI|SAT|SUN))\b"
)
# "Ring on Thursday to book" tells of no Thursday meeting.
_ASIDE = re.compile(
    r"\b(?:book(?:ed|ing|ings)?|ring|call|phone|contact|e-?mail|order|regist\w+|lines?|office"
    r"|pay(?:ment)?|notice)\b",
    re.IGNORECASE,
)
_TIMES_FINDER = re.compile(rf"(?<![£\d.:/]){_TIMES}(?![\d%])", re.IGNORECASE)
_BARE_SPAN = re.compile(
    rf"\b{_DAY}\W{{1,3}}(?P<opens>1?\d)\s*(?:-|–|to)\s*1?\d\b(?![:.]\d|\s*[ap]\.?m)",
    re.IGNORECASE,
)
_AT_THE_END = re.compile(
    r"\b(?:until|till|to|by|before|close[sd]?|ends?|finish\w*)\s+(?:at\s+)?$", re.IGNORECASE
)
_THEY_MEET = re.compile(
    r"^(?:(?:we|it|they|(?:the |this |our )?(?:groups?|clubs?|class(?:es)?|caf[eé]s?|choir"
    r"|sessions?|meetings?))\s+(?:(?:all|also|usually|normally|currently|now)\s+)?"
    r"(?:meets?|runs?|(?:is|are)(?: held| on| open| run)?|takes? place|happens?)"
    rf"|meets?|meetings?(?: are| is)?(?: held)?|held|runs?)\s+"
    rf"(?P<when>(?:on |every |each |weekly )*{_DAY}(?:{_AND}(?:on |every )?{_DAY})*\b(?!['’]).*)$",
    re.IGNORECASE | re.DOTALL,
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
    return _said(text, text) if text else None


def _said(text: str, telling: str) -> Said | None:
    """As ``said``, of what of the text is ``telling``: the rest of it is blank there.

    The two are of one length, so that a sentence is shown as it was written.
    """
    if not _IRREGULAR.search(telling):
        return None
    telling = _NOT_WHEN.sub(_blank, telling)
    irregular = _IRREGULAR.search(telling)
    if irregular is None:
        return None
    sentence = _sentence(text, irregular.start())
    exception = _EXCEPTION.search(sentence)
    if _says_weekly(sentence):
        return Said(sentence=sentence, besides=True)
    if exception:
        # "Monthly, except in August" tells of no weekly rule, "not on the last Friday" does.
        of_it = sentence.find(irregular[0]) > exception.start()
        return Said(sentence=sentence, besides=of_it)
    found: dict[str, None] = {}
    phrases = list(ORDINAL_PHRASE.finditer(telling))
    for phrase in phrases:
        found |= dict.fromkeys(_numbered(phrase))
    rest = ORDINAL_PHRASE.sub(" ", telling)
    only_this = phrases and not _says_otherwise(rest) and all(p.group("tail") for p in phrases)
    if only_this and len({code[-2:] for code in found}) == 1:
        return Said("MONTHLY", tuple(sorted(found)), sentence)
    return Said(sentence=sentence)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _says_weekly(text: str) -> bool:
    return bool(_SAYS_WEEKLY.search(_EVERY_FEW_WEEKS.sub(" ", text)))


def _numbered(phrase: re.Match[str]) -> tuple[str, ...]:
    """ "1st and 3rd Monday" as "1MO" and "3MO"."""
    code = day_code(phrase.group("day"))
    words = (
        re.sub(r"(?<=\d)\s", "", " ".join(word.casefold().split()))
        for word in re.findall(_ORD, phrase.group("ordinals"), re.IGNORECASE)
    )
    # All other ways to say it are of the last but one.
    return tuple(f"{_ORDINALS.get(word, -2)}{code}" for word in words)


def said_in_prose(prose: str | None, byday: Iterable[str]) -> Said | None:
    """As ``said``, of the sentences of a description that are about when it meets.

    Beside a rule a sentence counts where it names one of the rule's days (``byday``), says that
    people meet, or begins with the phrase. It never counts where it is about money, membership
    or a newsletter.
    """
    if not prose or not said(prose):
        return None
    on = {d.lstrip("+-0123456789") for d in byday}
    about = "\n".join(s.strip() for s in _SENTENCES.split(prose) if _is_about_when(s, on))
    told = _said(about, _ONE_DAY.sub(_blank, about))
    if told and not told.besides and _says_weekly(prose):
        return None  # "Every Tuesday. On the first Tuesday of the month there is a speaker."
    return told


def _is_about_when(sentence: str, on: set[str]) -> bool:
    if not _IRREGULAR.search(sentence) or _OF_OTHER_THINGS.search(sentence):
        return False
    sentence = _ONE_DAY.sub(" ", sentence).strip()
    if _says_weekly(sentence):
        sentence = _TIMES_A_YEAR.sub(" ", sentence)  # "weekly, with a trip twice a year"
    irregular = _IRREGULAR.search(sentence)
    if irregular is None:
        return False
    first = sentence[: irregular.start()].casefold() in ("", "from ")
    if not on or first or _MEETS.search(sentence):
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
        return Schedule("", freq="MONTHLY", byday=_numbered(match))
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
        given_up = replace(_no_rule(structured, ""), dtstart=None)
        structured = given_up if loose or not _is_sound(weekdays) else weekdays
    last = _last_of_count(structured, raw.get("count"))
    if last and until is None:
        structured = replace(structured, until=last)
        if _count(raw.get("count")) == 1:
            structured = replace(structured, dtstart=last)
    if freq is None and (stated := clean_text(raw.get("freq"), one_line=True)):
        flags.append("schedule_rule_not_sound")
        if not words:
            words = _joined(stated.capitalize(), _span(structured))
    elif freq is None and dtstart and until is None and not words and not notes:
        structured = replace(structured, until=dtstart)  # it happened once
    if structured.freq and (told := _as_told(structured, words, notes, prose)):
        return told, (*flags, "schedule_text_wins")
    if loose:
        closer = None if _limits(raw) else _closer(words, said_in_prose(prose, byday))
        if closer:
            return _by_closer(structured, closer, notes), tuple(flags)
        return replace(structured, text=_joined(_joined(words, loose), notes)), tuple(flags)
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


def _as_told(
    row: Schedule, words: str | None, notes: str | None, prose: str | None
) -> Schedule | None:
    """A row whose rule other words contradict, as those have it; ``None`` where none do.

    Args:
        row: with a sound rule, and no text.
        words, notes: the row's own.
        prose: the service's name and description, which count only where they say clearly when
            it meets.
    """
    told = row
    for part in filter(None, (words, notes)):
        told = _as_its_words_say(told, part) if told.freq else told
    shown = _joined(words, notes)
    if told == row:
        return _as_prose_says(row, prose, shown)
    left = _left(told, shown)
    # "2nd Monday of the month, 10am" where the words are all of the rule.
    text = f"{shown}, {left}" if left and from_text(shown).freq else _joined(shown, left)
    return replace(told, text=text) if told.freq else _no_rule(told, text)


def _no_rule(row: Schedule, text: str) -> Schedule:
    return replace(row, freq=None, byday=(), bymonthday=(), interval=1, text=text)


def _as_its_words_say(row: Schedule, words: str) -> Schedule:
    """The row with another rule, or no ``freq`` and what is still true; as it was if they agree.

    Words that are understood as a whole are the rule. Of others it is only asked what would make
    its next date wrong.
    """
    rule = from_text(words)
    if rule.freq:
        return _with_rule_of(row, rule)
    words = _BANK_HOLIDAYS.sub(" ", words)  # the card warns of them
    if _is_called_off(words):
        return _nothing_of(row)
    named = _days_named(words)
    if named and not _weekdays(row) <= named:
        return _nothing_of(row)
    row = _with_times_of(row, words)
    told = said(words) if row.freq == "WEEKLY" and row.interval == 1 else None
    if told and told.freq and {d.lstrip("-0123456789") for d in told.byday} == set(row.byday):
        row = replace(row, freq=told.freq, byday=told.byday)
    elif told:
        return replace(row, freq=None)
    if _LEAVES_OUT.search(words) or _UNSETTLED.search(words):
        return replace(row, freq=None)
    return _within_dates_of(row, words)


def _nothing_of(row: Schedule) -> Schedule:
    return replace(row, freq=None, byday=(), bymonthday=(), opens_at=None, closes_at=None)


def _with_rule_of(row: Schedule, rule: Schedule) -> Schedule:
    """The row with the rule of its words, unless these are only vaguer: "Mondays"."""
    same_rule = row.freq == rule.freq and set(row.byday) <= set(rule.byday)
    vaguer = rule.freq == "WEEKLY" and bool(row.byday) and _weekdays(row) <= _weekdays(rule)
    if not (same_rule or vaguer):
        if _weekdays(row) != _weekdays(rule):
            row = replace(row, opens_at=None, closes_at=None)  # they were of another day
        row = replace(row, freq=rule.freq, byday=rule.byday, bymonthday=(), interval=1)
    if rule.opens_at and (rule.opens_at != row.opens_at or rule.closes_at):
        row = replace(row, opens_at=rule.opens_at, closes_at=rule.closes_at)
    return row


def _is_called_off(words: str) -> bool:
    """Whether a sentence says that it does not run now; "if it is cancelled, we ring" does not."""
    return any(
        _CALLED_OFF.search(sentence) and not _PERHAPS.search(sentence)
        for sentence in _SENTENCES.split(words)
    )


def _weekdays(row: Schedule) -> set[str]:
    return {day[-2:] for day in row.byday}


def _days_named(words: str) -> set[str]:
    """The weekdays on which it happens by these words: "Mon to Wed and Sat", "weekdays"."""
    found: set[str] = set()
    for sentence in _SENTENCES.split(words):
        if _ASIDE.search(sentence):
            continue
        found |= {code for name in _DAY_NAME.findall(sentence) if (code := day_code(name))}
        for span in _DAY_RANGE.finditer(sentence):
            found |= set(days(span[0]))
        low = sentence.casefold()
        found |= {d for kind in _KINDS_OF_DAY if kind != "all" and kind in low for d in days(kind)}
    return found


def _starts_named(words: str) -> list[tuple[set[time], time | None, time | None]]:
    """The times from which it is on by these words, in each way to read them, with their span."""
    found: list[tuple[set[time], time | None, time | None]] = []
    for sentence in _SENTENCES.split(words):
        if _ASIDE.search(sentence) or _LEAVES_OUT.search(sentence.replace("for lunch", "")):
            continue
        for match in _TIMES_FINDER.finditer(sentence):
            opens, closes = _times(match["opens"], match["closes"])
            if opens and not _AT_THE_END.search(sentence[: match.start()]):
                plain = not re.search(r"[ap]\.?m|noon|midday", match[0], re.IGNORECASE)
                found.append((_halves(opens.hour, opens.minute, plain), opens, closes))
        for match in _BARE_SPAN.finditer(sentence):
            found.append((_halves(int(match["opens"]), 0, True), None, None))
    return found


def _halves(hour: int, minute: int, either: bool) -> set[time]:
    hours = {hour, (hour + 12) % 24} if either and hour <= 12 else {hour}
    return {time(h, minute) for h in hours}


def _with_times_of(row: Schedule, words: str) -> Schedule:
    """The row with its words' only span, or without a time, where they name others."""
    named = _starts_named(words)
    if row.opens_at is None or not named or any(row.opens_at in ways for ways, _, _ in named):
        return row
    [(ways, opens, closes), *more] = named
    sure = closes is not None and len(ways) == 1 and not more
    return replace(row, opens_at=opens if sure else None, closes_at=closes if sure else None)


def _within_dates_of(row: Schedule, words: str) -> Schedule:
    """The row from and until the days that its words name; no rule where they name others."""
    start, end = _STARTS.search(words), _ENDS.search(words)
    bounds = [found["date"] for found in (start, end) if found]
    rest = words
    for written in bounds:
        rest = rest.replace(written, " ", 1)
    first, last = (_day_of(found["date"]) if found else None for found in (start, end))
    if _ANY_DATE.search(rest) or (start and not first) or (end and not last):
        return replace(row, freq=None)
    if first and (row.dtstart is None or row.dtstart < first):
        # A later start would move the weeks of "every second week".
        moved = row.interval > 1 and row.dtstart is not None
        row = replace(row, valid_from=first) if moved else replace(row, dtstart=first)
    if last and (row.until is None or last < row.until):
        row = replace(row, until=last)
    return row


def _day_of(written: str) -> date | None:
    """The day, or the first of "January 2027"; ``None`` without a year."""
    return clean_date(written) or clean_date(f"1 {written}")


def _as_prose_says(row: Schedule, prose: str | None, shown: str) -> Schedule | None:
    if not prose or row.freq != "WEEKLY" or row.interval > 1:
        return None
    told = said_in_prose(prose, row.byday)
    if told is None:
        return _as_they_meet(row, prose)
    if told.freq and _weekdays(replace(row, byday=told.byday)) == set(row.byday):
        row = replace(row, freq=told.freq, byday=told.byday)
        return replace(row, text=_joined(describe(row), shown))
    if told.besides and not _starts_named(told.sentence):
        text = _joined(describe(row), told.sentence)
    else:
        text = _joined(told.sentence, _left(row, told.sentence))
    return _no_rule(row, _joined(text, shown))


def _as_they_meet(row: Schedule, prose: str) -> Schedule | None:
    """The row as a sentence has it that says only that they meet on other days or times."""
    named = {day_code(name) for name in _DAY_FINDER.findall(prose)}
    if not named:
        return None
    told = [s for s in map(str.strip, _SENTENCES.split(prose)) if _THEY_MEET.match(s)]
    elsewhere = not _weekdays(row) & named
    if not told or not (elsewhere or len(told) == 1):
        return None
    rule = from_text(_THEY_MEET.sub(r"\g<when>", told[0]))
    if rule.freq is None:
        return _no_rule(_nothing_of(row), told[0]) if elsewhere else None
    read_so = _with_rule_of(row, rule)
    if read_so == row:
        return None
    return replace(read_so, text=_joined(told[0], _left(read_so, told[0])))


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


def _left(row: Schedule, text: str) -> str:
    """What of a row stays true and is not in the text: its days and its times."""
    plain = row.freq != "MONTHLY" and not any(len(day) > 2 for day in row.byday)
    names = _named(row.byday) if plain else describe(replace(row, freq="MONTHLY", opens_at=None))
    told = {day_code(d) for d in _DAY_FINDER.findall(text)}
    span = _span(row) if not _starts_named(text) else ""
    if told and not told & _weekdays(row):
        return ""
    return ", ".join(filter(None, ("" if told else names, span)))


def _joined(first: str | None, second: str | None) -> str:
    if first and second and second not in first:
        return f"{first.rstrip('. ')}{'. ' if len(second) > 14 else ', '}{second}"
    return first or second or ""


_RULE = re.compile(
    r"\b(FREQ|INTERVAL|BYDAY|BYMONTHDAY|BYMONTH|BYWEEKNO|BYYEARDAY|BYSETPOS|COUNT|UNTIL|DTSTART)"
    r"[=:]([^;\s]+)"
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def _loose(raw: dict[str, Any], row: Schedule) -> str:
    """A rule in words, with the time, where it cannot be followed to a date; "" where it can.

    Of a rule that says more than ``Schedule`` holds, its days alone would be wrong.
    """
    days_on, limits = _days_in_words(raw, row), _limits(raw)
    if not row.freq or not (days_on or (limits and (row.byday or row.bymonthday))):
        return ""
    days_on = days_on or describe(replace(row, opens_at=None))
    return ", ".join(filter(None, (days_on, limits, _span(row))))


def _closer(words: str | None, told: Said | None) -> Schedule | None:
    """A monthly rule in the words beside one that was given up; "Mondays" is no closer than it."""
    rule = from_text(words) if words else Schedule("")
    if rule.freq == "MONTHLY":
        return rule
    if told and told.freq and not words:
        return Schedule(told.sentence, freq=told.freq, byday=told.byday)
    return None


def _by_closer(row: Schedule, rule: Schedule, notes: str | None) -> Schedule:
    if rule.opens_at:
        row = replace(row, opens_at=rule.opens_at, closes_at=rule.closes_at)
    row = replace(row, freq=rule.freq, byday=rule.byday)
    return replace(row, text=_joined(_joined(rule.text, _left(row, rule.text)), notes))


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
        return _first_up(" and ".join(_ordinal_day(day) for day in row.byday))
    if not row.byday:
        return often
    places = _positions(raw.get("bysetpos"))
    if not places:
        return f"{often} on {_named(row.byday)}"
    order = " and ".join(_ORDINAL_WORDS.get(n, str(n)) for n in places)
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


_DAILY = ("daily", "day", "every day")


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
    once = schedule.dtstart is not None and schedule.until == schedule.dtstart
    if schedule.freq == "WEEKLY" and not once:
        named = _named(schedule.byday)
        if schedule.interval > 1:
            named = f"Every {schedule.interval} weeks on {named}"
        elif schedule.byday == DAYS:
            named = "Every day"
        elif " to " not in named:
            named = f"Every {named}"
        return f"{named}{', ' + span if span else ''}"
    if schedule.freq == "MONTHLY" and not once:
        parts = [_ordinal_day(d) for d in schedule.byday]
        parts += [_month_day(d) for d in schedule.bymonthday]
        often = "the month" if schedule.interval == 1 else f"every {schedule.interval} months"
        return f"{' and '.join(parts)} of {often}{', ' + span if span else ''}"
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
