"""Mending of single values: texts, phones, e-mails, links, ages, amounts, dates, coordinates.

Each function takes what a feed wrote and returns a clean value, or ``None`` where nothing
usable is there. What was changed or doubted is said by a flag, so that a directory officer
can be told.
"""

from __future__ import annotations

import html
import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from functools import lru_cache
from typing import Any

import ftfy
import html2text
import phonenumbers

from bot.directory.model import Phone, Precision
from bot.directory.places import (
    Place,
    haversine_km,
    in_uk,
    normalise_outcode,
    normalise_postcode,
    outcode_centroid,
    postcode_centroid,
)

REGION = "GB"
FAR_KM = 5.0

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060"
    r"\u2066-\u2069\ufeff\ufffe\uffff]"
)
# What is neither of these is printable ASCII without anything to mend: most texts of most feeds.
_TO_MEND = re.compile(r"[^ -~]|[&<#\\*]|  |^ | $")
# Letters and marks that ftfy would leave, or only straighten: broken encodings have others.
_SUSPECT = re.compile(r"[^\x00-\x7f£éèüö–—‘’“”…•]|[^\x00-\x7f]{2}")
_STRAIGHT = str.maketrans("‘’“”", '\x27\x27""')
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_HTML = re.compile(r"</?[a-zA-Z][^<>@]*>|<!--")
# "Choir <info@choir.org>" is no markup, and would be lost as such.
_ADDRESS_IN_BRACKETS = re.compile(
    r"<((?:https?://|www\.)[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>", re.IGNORECASE
)
_NEXT_CELL = re.compile(r"</t[dh]\s*>\s*(<t[dh]\b)", re.IGNORECASE)
_ROW_END = re.compile(r"</tr\s*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_EDITOR_MARK = re.compile(r"#{2,}[A-Z]{2,5}#{2,}")
_PLACEHOLDER = re.compile(
    r"^(?:[-–—.,_*?\s]*|n/?a|none|null|nil|nan|undefined|tb[ac]|test|string|x+|"
    r"(?:no|not?) (?:description|information|details?)"
    r"(?: (?:is )?(?:available|provided|given|yet))?|"
    r"(?:to be (?:confirmed|added|announced))|lorem ipsum.*|\[?unknown\]?|not known|"
    r"\[?no registered public address\]?)\.?$",
    re.IGNORECASE | re.DOTALL,
)
# Bounded as mail is, so that no text makes it slow.
_EMAIL = re.compile(
    r"[A-Za-z0-9._%+'\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,8}\.[A-Za-z]{2,63}"
)
_DEAD_HOSTS = re.compile(
    r"(?:^|[@./])(?:example\.(?:com|org|net|co\.uk)|noemail\.invalid|path|localhost|test)$|\.invalid$",
    re.IGNORECASE,
)
_URL = re.compile(
    r"^(?:(https?)://)?([A-Za-z0-9\-_]+(?:\.[A-Za-z0-9\-]+)+)(:\d+)?([/?#].*)?$", re.IGNORECASE
)
_URL_IN_WORDS = re.compile(r"\b(?:https?://|www\.)[^\s<>]+", re.IGNORECASE)
_ONLY_PHONE_WORDS = re.compile(r"^(?:or|and|tel|phone|telephone|call|mobile|landline)$", re.I)
_LETTER_O = re.compile(r"(?<![^\W\d_])[oO](?=\d)|(?<=\d)[oO](?=[\d ])")
_OF_A_TABLE = re.compile(r"(?<=^\d{10})\.0$|(?<=^\d{11})\.0$|(?<=^\d{12})\.0$")
"""What a spreadsheet makes of a number."""
_SHORTEST, _LONGEST_SHORT = 5, 6
_FAX = re.compile(r"\bfax\b|\bfacsimile\b", re.IGNORECASE)
_BY_TEXT = re.compile(r"\b(?:text|sms)\b", re.IGNORECASE)
_RINGS = re.compile(r"\b(?:tel|phone|telephone|call|ring|voice)\b", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t]+")
_LINE_END = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")
_NOT_DIGITS = re.compile(r"\D")
_MOBILE_START = re.compile(r"(?:0|44|0044)7\d{7,}$")
_PLAIN_NUMBER = re.compile(r"^[\d\s()+\-./]+$")
_AGE = re.compile(
    r"(\d{1,3})\s*(?:\+|(?:years?|yrs?)(?: old| of age)?)?\s*(?:\+|and (?:over|above|older)|plus)?",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"^(?:it(?:'s| is) |this (?:service|activity|group) is )?"
    r"(?:free|no (?:cost|charge|fee)s?|free of charge|£0(?:\.00)?)"
    r"(?: (?:to (?:attend|join|use|all)|for all|service|entry))?[.!]?$",
    re.IGNORECASE,
)
_BETWEEN_NUMBERS = re.compile(r"\s*(?:[\n;|,/]|\bor\b|\band\b|&)\s*", re.IGNORECASE)
# Numbers that Ofcom keeps for drama and examples: real in form, and never anyone's.
_DRAMA = re.compile(r"^\+44(?:1632960|7700900|8081570|3069990|1134960|1144960|1154960|1164960)")


def _converter() -> html2text.HTML2Text:
    converter = html2text.HTML2Text(bodywidth=0)
    converter.ignore_links = True
    converter.ignore_images = True
    converter.ignore_emphasis = True
    converter.ignore_tables = True
    converter.ul_item_mark = "-"
    return converter


def clean_text(value: Any, *, one_line: bool = False) -> str | None:
    """Plain text in UTF-8 without markup, mojibake, control characters or placeholders.

    ``one_line`` is for names: all white space becomes single blanks. ``None`` where nothing
    was said. Numbers are written out; lists and objects are not text and give ``None``.
    """
    if value is None or isinstance(value, bool | dict | list):
        return None
    text = value if isinstance(value, str) else str(value)
    if _TO_MEND.search(text) is None:
        return None if not text or _PLACEHOLDER.match(text) else text
    return _mended(text, one_line=one_line)


def _mended(text: str, *, one_line: bool) -> str | None:
    if text.isspace():
        return None
    if _SUSPECT.search(text):
        text = ftfy.fix_text(_SURROGATE.sub("", text), unescape_html=False)
    elif not text.isascii():
        text = text.translate(_STRAIGHT)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\r\\n", "\n")
    text = text.replace("\\n", "\n").replace("\xa0", " ")
    if "#" in text:
        text = _EDITOR_MARK.sub("\n", text)
    if "&" in text and _ENTITY.search(text):
        # Twice, since some feeds escape what is already escaped.
        text = html.unescape(html.unescape(text)) if "&amp;" in text else html.unescape(text)
        if _SUSPECT.search(text):  # A broken encoding, written as entities.
            text = ftfy.fix_text(text, unescape_html=False)
        text = text.replace("\xa0", " ")
    if "<" in text:
        text = _ADDRESS_IN_BRACKETS.sub(r"\1", text)
        text = _from_html(text) if _HTML.search(text) else text
    text = _CONTROL.sub("", text)
    if one_line:
        text = " ".join(text.split())
    else:
        text = _BLANKS.sub(" ", text)
        text = _LINE_END.sub("\n", text)
        text = _MANY_LINES.sub("\n\n", text).strip()
        text = text.replace("**", "")
    return None if not text or _PLACEHOLDER.match(text) else text


def storable(text: str) -> str:
    """Without the characters that databases refuse: controls and lone surrogates."""
    return _CONTROL.sub("", _SURROGATE.sub("", text))


def _from_html(markup: str) -> str:
    markup = _NEXT_CELL.sub(r", \1", _ROW_END.sub("<br>", markup))
    text: str = _converter().handle(markup)
    text = re.sub(r"^#+ *", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ *- +", "- ", text, flags=re.MULTILINE)
    text = re.sub(r"^>+ ?", "", text, flags=re.MULTILINE)
    # html2text escapes what Markdown would read as its own.
    text = re.sub(r"\\([\\.\-+#*_`()\[\]!>|])", r"\1", text)
    # A line break inside a paragraph carries two blanks in Markdown.
    return re.sub(r" {2,}\n", "\n", text)


def clean_url(value: Any) -> str | None:
    """An absolute http or https address, or ``None`` for placeholders and other schemes."""
    text = clean_text(value, one_line=True)
    if not text:
        return None
    within = _URL_IN_WORDS.search(text)
    text = (within[0] if within else text.split()[0]).rstrip(".,;)")
    match = _URL.match(text)
    if not match or _DEAD_HOSTS.search(match.group(2)) or not match.group(2)[-1].isalpha():
        return None
    scheme, host, port, rest = match.groups()
    return f"{(scheme or 'https').lower()}://{host.lower()}{port or ''}{rest or ''}"


def clean_email(value: Any) -> str | None:
    """The first e-mail address in the text, lower case, or ``None``."""
    text = clean_text(value, one_line=True)
    match = _EMAIL.search(text) if text else None
    if not match or _DEAD_HOSTS.search(match.group(0).rsplit("@", 1)[1]):
        return None
    return match.group(0).lower()


@lru_cache(maxsize=1)
def _national() -> re.Pattern[str]:
    """The British numbers that phonenumbers' own metadata knows, after the leading 0."""
    data = phonenumbers.PhoneMetadata.metadata_for_region(REGION)
    kinds = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip",
             "personal_number", "pager", "uan", "voicemail")  # fmt: skip
    found = (getattr(data, kind, None) for kind in kinds)
    patterns = [k.national_number_pattern for k in found if k and k.national_number_pattern]
    return re.compile("|".join(f"(?:{p})" for p in patterns))


def _is_short_number(digits: str) -> bool:
    """Whether it is a number that is rung as it is: 111, 101, 116 123."""
    try:
        number = phonenumbers.parse(digits, REGION)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_short_number_for_region(number, REGION)


@lru_cache(maxsize=20_000)
def _e164(text: str) -> str | None:
    digits = _NOT_DIGITS.sub("", text)
    # Reading a number in full takes a hundred times as long as seeing that it is a plain one.
    if text.startswith("0") and len(digits) == 11 and _national().fullmatch(digits, 1):
        return f"+44{digits[1:]}"
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number):
        return written
    if len(digits) <= _LONGEST_SHORT and _is_short_number(digits):
        return digits
    return written if _DRAMA.match(written) and phonenumbers.is_possible_number(number) else None


@lru_cache(maxsize=20_000)
def _is_mobile(e164: str) -> bool:
    number = phonenumbers.parse(e164, REGION)
    return bool(phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE)


def is_mobile(phone: Phone) -> bool:
    """Whether it is a mobile number, which in a named person's record is likely to be private.

    One with a digit too few or too many counts too: a person can still guess it.
    """
    if phone.e164:
        return _is_mobile(phone.e164)
    return _MOBILE_START.match(_NOT_DIGITS.sub("", phone.as_written)) is not None


def clean_phones(
    value: Any, *, extension: Any = None, description: Any = None
) -> tuple[Phone, ...]:
    """The numbers in a phone field, which may hold prose and several numbers.

    A text without any valid number is kept as written ("text FREE to 87023") where it has
    three digits or more, since a person may still make sense of it.
    """
    text = clean_text(value)
    if not text:
        return ()
    text = _LETTER_O.sub("0", text)
    digits = _NOT_DIGITS.sub("", text)
    if not digits.strip("0") or (len(digits) < _SHORTEST and not _is_short_number(digits)):
        return ()
    about = clean_text(description, one_line=True)
    extra = clean_text(extension, one_line=True)
    text = _OF_A_TABLE.sub("", text.strip("\"' "))
    if _PLAIN_NUMBER.match(text) and (number := _e164(text)):
        return (Phone(text, number, extra, about),)
    parts = [p for p in _BETWEEN_NUMBERS.split(text) if p]
    if len(parts) > 1 and all(_PLAIN_NUMBER.match(p) and _e164(p) for p in parts):
        return tuple(Phone(p.strip(), _e164(p), extra, about) for p in parts)
    text = " ".join(text.split())
    found: list[Phone] = []
    before = 0
    for match in phonenumbers.PhoneNumberMatcher(text, REGION):
        label = text[before : match.start].strip(" :;,/-–.()\"'")
        before = match.end
        if is_fax(label):
            continue
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        words = label if re.search(r"[A-Za-z]{3}", label) else None
        if words and _ONLY_PHONE_WORDS.match(words):
            words = None
        found.append(
            Phone(match.raw_string.strip(), number, match.number.extension or extra, words or about)
        )
    if not found and before:
        return ()  # Nothing but a fax.
    rung = _is_short_number(digits) and not _BY_TEXT.search(text)
    return tuple(found) or (Phone(text, digits if rung else None, extra, about),)


def is_fax(words: Any) -> bool:
    """Whether the words on a number say that it is for fax only: nobody can ring it."""
    text = words if isinstance(words, str) else ""
    return bool(_FAX.search(text)) and not _RINGS.search(text)


def clean_age(value: Any) -> float | None:
    """An age in years, also from "18+" or "50 years and over".

    -1, blanks and impossible ages are "no limit known" (``None``).
    """
    match = _AGE.fullmatch(value.strip()) if isinstance(value, str) else None
    number = clean_number(match[1] if match else value)
    return number if number is not None and 0 <= number <= 125 else None


def clean_ages(low: Any, high: Any) -> tuple[float | None, float | None, tuple[str, ...]]:
    """Both limits, with a flag where they contradict each other (then neither is kept)."""
    minimum, maximum = clean_age(low), clean_age(high)
    if maximum == 0:
        maximum = None
    if minimum is not None and maximum is not None and minimum > maximum:
        return None, None, ("ages_contradict",)
    return minimum or None, maximum, ()


def says_no(value: Any) -> bool:
    """Whether a flag is plainly off, however a feed writes it; what is not said is no "no"."""
    return str(value).strip().casefold() in ("false", "f", "0", "0.0", "no", "n")


def says_yes(value: Any) -> bool:
    """Whether a flag is set, however a feed writes it; anything that is not clear is a no."""
    return str(value).strip().casefold() in ("true", "t", "1", "1.0", "yes", "y")


def clean_number(value: Any) -> float | None:
    """A finite number from a number or a text such as "£4.00" or "1,200"; else ``None``."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            return None
    else:
        text = clean_text(value, one_line=True) or ""
        # "3,50" is a decimal comma, and "1,200" a thousand.
        text = re.sub(r",(\d\d)$", r".\1", text).replace(",", "")
        match = re.fullmatch(r"[£$€]?\s*(-?\d+(?:\.\d+)?)(?:\s*(?:p\.?p\.?|gbp))?", text, re.I)
        if not match:
            return None
        number = float(match.group(1))
    return number if math.isfinite(number) else None


def says_free(text: str | None) -> bool:
    """Whether the whole text says that there is nothing to pay (and nothing else)."""
    return bool(text and _FREE.match(text.strip()))


def clean_date(value: Any) -> date | None:
    """A date from ISO 8601, "14/09/2021", "14 September 2021", RFC 2822 or seconds since 1970.

    The epoch and impossible years give ``None``.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = clean_text(value, one_line=True)
    if not text:
        return None
    found: date | None = None
    if match := re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
        found = _date(*(int(g) for g in match.groups()))
    elif match := re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text):
        day, month, year = (int(g) for g in match.groups())
        found = _date(year, month, day)
    elif match := _NAMED_DATE.match(text):
        number = 1 + _MONTHS.index(match["month"][:3].casefold())
        found = _date(int(match["year"]), number, int(match["day"]))
    elif match := _MONTH_FIRST.match(text):
        number = 1 + _MONTHS.index(match["month"].casefold())
        found = _date(int(match["year"]), number, int(match["day"]))
    elif text.isdecimal() and len(text) in (8, 10, 13):
        found = _date_of_digits(text)
    # Empty stamps come out as the epoch or the day before it.
    return found if found and 1971 <= found.year <= 2200 else None


def today() -> date:
    """The day now, in UTC, as feeds and stores have it."""
    return datetime.now(timezone.utc).date()


def is_within(first: Any, last: Any, day: date | None = None) -> bool:
    """Whether a day is between two that a feed wrote, both inclusive; one not known bounds nothing.

    Args:
        first, last: as the feed has them.
        day: today unless given.
    """
    day = day or today()
    begins, ends = clean_date(first), clean_date(last)
    return not (begins and begins > day) and not (ends and ends < day)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_DATE = re.compile(
    r"(?:[a-z]{3,9},? )?(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -](?:of )?"
    r"(?P<month>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)[ ,-]+(?P<year>\d{4})\b",
    re.IGNORECASE,
)


_MONTH_FIRST = re.compile(
    r"(?:[a-z]+day,? )?(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? "
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})\b",
    re.IGNORECASE,
)


def _date_of_digits(text: str) -> date | None:
    """ "20261001", or seconds or milliseconds since 1970."""
    if len(text) == 8:
        return _date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return datetime.fromtimestamp(int(text[:10]), timezone.utc).date()


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_TIME = re.compile(
    r"^(\d{1,2})(?:[:.h](\d{1,2}))?(?:[:.](\d{2})(?:\.\d+)?)?\s*([ap])?\.?(?:m\.?)?(?:z|[+-]\d\d:?\d\d)?$",
    re.IGNORECASE,
)


def clean_time(value: Any) -> time | None:
    """A wall-clock time from "09:30", "10:00:00", "9am", "830am" or "noon"; else ``None``."""
    text = clean_text(value, one_line=True)
    if not text:
        return None
    text = text.casefold().strip()
    if text in ("noon", "midday", "12 noon", "12noon", "12 midday"):
        return time(12)
    if text in ("midnight", "12 midnight"):
        return time(0)
    if "t" in text and re.match(r"\d{4}-\d\d-\d\dt", text):
        text = text.split("t", 1)[1]
    if match := re.fullmatch(r"(\d{1,2})(\d\d)\s*([ap]m?)?", text):
        text = f"{match.group(1)}:{match.group(2)}{match.group(3) or ''}"
    match = _TIME.match(text)
    if not match:
        return None
    # "8:00m" lost its a or p: morning or evening is anyone's guess.
    if not match.group(4) and text.endswith("m"):
        return None
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    if match.group(4):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match.group(4) == "p" else 0)
    elif match.group(2) is None:
        return None
    if hour == 24 and minute == 0:
        return time(23, 59)
    return time(hour, minute) if hour < 24 and minute < 60 else None


@dataclass(frozen=True)
class Point:
    """Where a location is, after checking; ``lat`` and ``lon`` are both set or both ``None``."""

    lat: float | None
    lon: float | None
    precision: Precision
    postcode: str | None
    flags: tuple[str, ...] = ()


# Points that geocoders give when they know no better: the middle of London and of the UK.
_DEFAULT_POINTS = (
    (51.5073509, -0.1277583),
    (51.5072178, -0.1275862),
    (51.50853, -0.12574),
    (55.378051, -3.435973),
    (54.0, -2.0),
    (52.3555177, -1.1743197),
)
_DEFAULT_RADIUS_KM = 0.3
_DEFAULT_NEAR_KM = 1.0


def clean_point(
    latitude: Any,
    longitude: Any,
    postcode: Any,
    *,
    masked: bool = False,
    has_street: bool = True,
    british: bool = True,
) -> Point:
    """Coordinates checked against the postcode, with how far they can be trusted.

    Zero, swapped, default and far-off coordinates are replaced by the postcode's centroid. A
    masked address gets its outcode's centroid whatever the feed says. ``british`` is false
    where the record says that it is in another country: then the UK checks do not apply.
    """
    written = clean_text(postcode, one_line=True)
    full = normalise_postcode(written) if written else None
    outcode = full.split()[0] if full else (normalise_outcode(written) if written else None)
    flags: list[str] = []
    if written and british and not outcode:
        flags.append("postcode_not_valid")
    elif full and written and full.replace(" ", "") != written.upper().replace(" ", "").strip("."):
        flags.append("postcode_repaired")

    if masked:
        centre = outcode_centroid(outcode) if outcode else None
        if centre:
            return Point(centre.lat, centre.lon, Precision.OUTCODE, outcode, (*flags, "masked"))
        lat, lon = _pair(latitude, longitude, flags)
        if lat is None or lon is None or not in_uk(lat, lon):
            return Point(None, None, Precision.NONE, None, (*flags, "masked"))
        # One decimal is about 7 km: near enough to search by, too far to find a door.
        return Point(round(lat, 1), round(lon, 1), Precision.AREA, None, (*flags, "masked"))

    anchor = postcode_centroid(full or outcode)
    lat, lon = _pair(latitude, longitude, flags)
    if lat is not None and lon is not None and (british or anchor):
        lat, lon = _checked(lat, lon, anchor, flags)
    kept = full or outcode or (written if not british else None)
    if lat is None or lon is None:
        if anchor is None:
            return Point(None, None, Precision.NONE, kept, tuple(flags))
        return Point(anchor.lat, anchor.lon, anchor.precision, kept, tuple(flags))
    return Point(lat, lon, _precision(lat, lon, full, outcode, has_street), kept, tuple(flags))


def _pair(latitude: Any, longitude: Any, flags: list[str]) -> tuple[float | None, float | None]:
    lat, lon = clean_number(latitude), clean_number(longitude)
    if lat is None or lon is None:
        return None, None
    if abs(lat) < 0.01 and abs(lon) < 0.01:
        flags.append("coordinates_zero")
        return None, None
    if abs(lat) > 90 or abs(lon) > 180:
        flags.append("coordinates_impossible")
        return None, None
    return lat, lon


def _checked(
    lat: float, lon: float, anchor: Place | None, flags: list[str]
) -> tuple[float | None, float | None]:
    if not in_uk(lat, lon):
        if in_uk(lon, lat):
            flags.append("coordinates_swapped")
            lat, lon = lon, lat
        elif in_uk(lat, -lon) and anchor and _near(lat, -lon, anchor):
            flags.append("longitude_sign")
            lon = -lon
        else:
            flags.append("coordinates_outside_uk")
            return None, None
    if anchor is not None and not _near(lat, lon, anchor):
        if abs(lon) > 0.05 and _near(lat, -lon, anchor):
            flags.append("longitude_sign")
            return lat, -lon
        flags.append("coordinates_far_from_postcode")
        return None, None
    if _is_default(lat, lon, anchor):
        flags.append("coordinates_default")
        return None, None
    return lat, lon


def _is_default(lat: float, lon: float, anchor: Place | None) -> bool:
    """Whether it is a geocoder's guess: one of its points, and the postcode is not just there."""
    if anchor is not None and haversine_km(lat, lon, anchor.lat, anchor.lon) < _DEFAULT_NEAR_KM:
        return False
    return any(haversine_km(lat, lon, *point) < _DEFAULT_RADIUS_KM for point in _DEFAULT_POINTS)


def _near(lat: float, lon: float, anchor: Place) -> bool:
    # A wide rural postcode area is no proof of a fault at 5 km.
    return haversine_km(lat, lon, anchor.lat, anchor.lon) <= max(FAR_KM, 2 * anchor.spread_km)


def _precision(
    lat: float, lon: float, full: str | None, outcode: str | None, has_street: bool
) -> Precision:
    digits = max(_decimals(lat), _decimals(lon))
    if digits <= 1:
        return Precision.AREA
    if outcode and not full:
        return Precision.OUTCODE
    if digits == 2:
        return Precision.SECTOR
    return Precision.EXACT if has_street or not full else Precision.POSTCODE


def _decimals(number: float) -> int:
    return len(repr(number).partition(".")[2].rstrip("0"))
