"""What words say of when something happens: rules, days, times, dates, and that it is off.

The words are a row's own or a service's description; a rule is read only where they say exactly
one thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time
from functools import lru_cache

from bot.directory.importer.repair import clean_date, clean_time
from bot.directory.importer.weekdays import DAY_RANGE, KINDS_OF_DAY, day_code, days
from bot.directory.model import Schedule
from bot.directory.telling import Telling

_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "fifth": 5, "5th": 5, "last": -1, "penultimate": -2,
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

_ORDINAL_PHRASE = re.compile(
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


@lru_cache(maxsize=2_000)
def said(text: str | None) -> Said | None:
    """What the words say that a plain weekly rule would get wrong, or ``None`` if nothing."""
    return _said(text, text) if text else None


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


def day_codes_in(words: str) -> list[str | None]:
    """The code of each weekday that is mentioned, in order: "MO"; ``None`` for "Tueday"."""
    return [day_code(name) for name in _DAY_FINDER.findall(words)]


def days_named(words: str) -> set[str]:
    """The weekdays on which it happens by these words: "Mon to Wed and Sat", "weekdays"."""
    found: set[str] = set()
    for sentence in _SENTENCES.split(words):
        if _ASIDE.search(sentence):
            continue
        found |= {code for name in _DAY_NAME.findall(sentence) if (code := day_code(name))}
        for span in DAY_RANGE.finditer(sentence):
            found |= set(days(span[0]))
        low = sentence.casefold()
        found |= {d for kind in KINDS_OF_DAY if kind != "all" and kind in low for d in days(kind)}
    return found


def starts_named(words: str) -> list[tuple[set[time], time | None, time | None]]:
    """The times from which it is on by these words, one entry for each time or span in them.

    Returns:
        The start in each way to read it ("2 to 4" may be at night or in the afternoon), then the
        start and the end as read; both are ``None`` for a bare "Monday 2-4".
    """
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


def dates_named(words: str) -> tuple[date | None, date | None] | None:
    """The first and the last day on which it is on by these words, each ``None`` if not said.

    ``None`` for both together where words name dates that are no such bound, or lack the year.
    """
    start, end = _STARTS.search(words), _ENDS.search(words)
    rest = words
    for written in [found["date"] for found in (start, end) if found]:
        rest = rest.replace(written, " ", 1)
    first, last = (_day_of(found["date"]) if found else None for found in (start, end))
    if _ANY_DATE.search(rest) or (start and not first) or (end and not last):
        return None
    return first, last


def times_they_meet(prose: str) -> list[tuple[str, str]]:
    """The sentences that say only when people meet, each with its words from the day on.

    "We meet on Mondays at 10am." comes with "on Mondays at 10am.", which ``from_text`` may read.
    """
    sentences = map(str.strip, _SENTENCES.split(prose))
    return [(s, found["when"]) for s in sentences if (found := _THEY_MEET.match(s))]


def is_called_off(words: str) -> bool:
    """Whether a sentence says that it does not run now; "if it is cancelled, we ring" does not."""
    return any(
        _CALLED_OFF.search(sentence) and not _PERHAPS.search(sentence)
        for sentence in _SENTENCES.split(words)
    )


def without_bank_holidays(words: str) -> str:
    """The words but for "except bank holidays", of which the card warns anyway."""
    return _BANK_HOLIDAYS.sub(" ", words)


def leaves_some_out(words: str) -> bool:
    """Whether by these words it is not on each time: "not in August", "dates vary"."""
    return bool(_LEAVES_OUT.search(words) or _UNSETTLED.search(words))


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
    phrases = list(_ORDINAL_PHRASE.finditer(telling))
    for phrase in phrases:
        found |= dict.fromkeys(_numbered(phrase))
    rest = _ORDINAL_PHRASE.sub(" ", telling)
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
    return not on.isdisjoint(day_codes_in(sentence))


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


def _rule(words: str) -> Schedule | None:
    words = words.strip(" ,.")
    if match := _WEEKLY_TEXT.match(words):
        codes = day_codes_in(match.group("days"))
        return Schedule("", freq="WEEKLY", byday=tuple(dict.fromkeys(c for c in codes if c)))
    # "every 2nd Thursday" alone could mean fortnightly: it needs "of the month".
    match = _ORDINAL_PHRASE.fullmatch(words)
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


def _halves(hour: int, minute: int, either: bool) -> set[time]:
    hours = {hour, (hour + 12) % 24} if either and hour <= 12 else {hour}
    return {time(h, minute) for h in hours}


def _day_of(written: str) -> date | None:
    """The day, or the first of "January 2027"; ``None`` without a year."""
    return clean_date(written) or clean_date(f"1 {written}")
