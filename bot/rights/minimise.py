# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Leaves out what is not needed of other people before anything reads or keeps a message.

Members of the map are data subjects too: a first name, a nickname or a role is enough. Phone
numbers, e-mail and street addresses, dates of birth, NHS numbers, surnames and the illnesses of
members are taken out of what a patient types, and the patient is told what and why.

A cut may fall on words that tell of a risk: ``bot.conversations.turns`` screens what was typed,
and passes it on whole where the shorter text would read as less.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from bot.network.model import PROFESSIONAL, Relationship
from bot.nlu import lexicon
from bot.nlu.words import known_words
from bot.safety.lexicon import load_lexicon
from bot.support.needs_map import ANY_CONDITION_WORD

PHONE, EMAIL, ADDRESS, BIRTH, NUMBER, SURNAME, DIAGNOSIS = (
    "phone",
    "email",
    "address",
    "birth",
    "number",
    "surname",
    "diagnosis",
)
"""Kinds of what is left out; their words are in ``bot.conversations.words``."""

_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_NHS = re.compile(
    r"\b(?:nhs|n\.h\.s\.?)(?: (?:number|no\.?))?[ :]*(?:is )?\d{3}[ -]?\d{3}[ -]?\d{4}\b", re.I
)
_DAY = (
    r"(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)?\d{2}|\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|"
    r"aug|sep|oct|nov|dec)[a-z]*,? (?:19|20)\d{2})"
)
_BIRTH = re.compile(
    rf"\b(?:(?:was |is )?born(?: on)?|d\.?o\.?b\.?|date of birth|birthday|birth date)\b(?: is| was)?[ :]*{_DAY}",
    re.I,
)
_NO_STREET = r"(?!(?:minutes?|mins?|hours?|miles?|km|metres?|yards?|days?|weeks?|years?|of|in|or|and|to|long|near|at|on|by|from|off)\b)"
_STREET = re.compile(
    rf"\b(?:[Ff]lat \d+[a-z]?,? )?\d{{1,4}}[a-z]?,? (?:{_NO_STREET}[A-Za-z][\w'’]* ){{1,3}}"
    r"(?:[Ss]treet|[Rr]oad|[Aa]venue|[Ll]ane|[Cc]rescent|[Tt]errace|St|Rd|Ave|Ln|Drive|Close|Gardens|Grove|Place|"
    r"Court|Way|Square|Walk|Row|Mews|Hill|Parade|Wynd|Brae)\b(?=[.,;!?\n]|$| (?:in|near|and|by)\b| [A-Z][a-z])"
)  # fmt: skip
_ILLNESS = (
    rf"(?:{ANY_CONDITION_WORD.pattern}|bipolar(?: disorder)?|schizo\w*|psychosis|autis\w*|a\.?d\.?h\.?d|p\.?t\.?s\.?d|"
    r"o\.?c\.?d|h\.?i\.?v(?: positive)?|aids|hepatitis|dialysis|alcoholic|(?:\w+ )?(?:disorder|syndrome)|learning (?:disabilit\w*|difficult\w*)|"
    r"motor neurone\w*|mnd|huntington\S*|sickle cell\w*|lupus|alcoholism)\b(?: (?:failure|diseases?|problems?|trouble)| of the \w+)?"
)
_KIND = r"(?:terminal|breast|prostate|bowel|lung|skin|throat|bone|blood|liver|stomach|brain)"
_DIAGNOSIS = re.compile(
    r"(?<![\w'’-])(?P<who>[A-Za-z][A-Za-z-]*)(?P<has>['’]s(?: got)?|,?(?: who)?(?: (?:also|both|now|still|sadly|just))?"
    r" (?:has(?: got)?|had|have(?: got)?|got|with|suffers (?:from|with)|lives with|was diagnosed with)"
    r"| who['’]?s(?: got)?| (?:who )?is| wi| \((?:has|with)) "
    r"(?P<some>(?:(?:an?|the|some|bit of|bad|severe|mild|early|late|advanced|terrible|really|very|both|his|her|their|on|"
    rf"{_KIND}) )*)"
    rf"(?!(?:my|our|blood)\b){_ILLNESS}(?:(?:,| and| &)? {_ILLNESS})*"
    r"(?! (?:groups?|clubs?|class\w*|clinics?|nurses?|teams?|support\w*|doctors?|choirs?|services?|society|trust|meds?|"
    r"leaflets?|appointments?)\b)",
    re.IGNORECASE,
)
_KIND_OF_IT = re.compile(rf"\b{_KIND} ", re.IGNORECASE)
_FOR = re.compile(r"\bfor(?: (?:my|our))?(?: [\w'’-]+){0,2} ?$", re.IGNORECASE)
_US = re.compile(r"\b(?:i|me|we|us|myself)\b", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<=\blives )(?:at|in) [a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.IGNORECASE)
_INSURANCE = re.compile(r"\b[a-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[a-d]\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\d.])(?:(?:\+|00)44[ -]?(?:\(0\))?|0)\d(?:[ -]?\d){8,9}(?!\d)")
_EVERYDAY = frozenset(
    re.findall(
        r"\w+",
        "hill wood white green king young hall ward turner carter cook baker bell price long fox gray rose hunt knight "
        "cole dean foster mills berry barnes cooper walker miller moore brown black cox day fisher parker mason hunter "
        "kelly murray scott james thomas lee martin le li reed stone marsh fields lamb sharp wise swan waters banks "
        "brooks rivers church house bird bishop pope page small little best noble power cross grant",
    )
)
"""Family names that are everyday words or first names too: read as names only in capitals."""

_PAIR = re.compile(r"\b([A-Za-z][\w'’-]+) ([A-Za-z][\w'’-]+)\b")
_NO_PERSON = frozenset({"sue ryder", "marie curie", "dot cotton", "joe bloggs"})
_PLACES = frozenset(
    {"street", "road", "house", "centre", "center", "club", "church", "hospital", "hospice", "ward"}
    | {"surgery", "clinic", "group", "choir", "court", "school", "hall", "trust", "foundation"}
)


_PRONOUNS = frozenset({"he", "my"})
"""First names of some that are mostly other words."""

_NOBODY = frozenset({Relationship.GROUP, Relationship.ONLINE_COMMUNITY, Relationship.OTHER})


@dataclass(frozen=True)
class Minimised:
    """A text without what is not needed, and the kinds of what was left out, in order."""

    text: str
    left_out: tuple[str, ...] = ()


def minimise(text: str, *, diagnoses: bool = True) -> Minimised:
    """Leave out of a message what is never needed of other people.

    Args:
        text: what was typed.
        diagnoses: whether the illnesses of other people are left out too. Not where a helper
            writes: "my mum has COPD" then is the patient's own answer.
    """
    kinds: list[str] = []

    def cut(pattern: re.Pattern[str], kind: str, stands_for: str) -> None:
        nonlocal text
        text, found = pattern.subn(stands_for, text)
        if found:
            kinds.append(kind)

    cut(_EMAIL, EMAIL, "[email]")
    cut(_NHS, NUMBER, "[NHS number]")
    cut(_INSURANCE, NUMBER, "[number]")
    cut(_BIRTH, BIRTH, "[date of birth]")
    cut(_POSTCODE, ADDRESS, "at [address]")
    cut(_PHONE, PHONE, "[phone number]")
    for match in reversed(list(phonenumbers.PhoneNumberMatcher(text, "GB"))):
        text = f"{text[: match.start]}[phone number]{text[match.end :]}"
        if PHONE not in kinds:
            kinds.append(PHONE)
    parts = [(_without_streets, ADDRESS), (_without_surnames, SURNAME)]
    # After the surnames: "Jean Smith has MS" is by then "Jean has MS".
    for without, kind in [*parts, (_without_diagnoses, DIAGNOSIS)] if diagnoses else parts:
        if (shorter := without(text)) != text:
            text = shorter
            kinds.append(kind)
    return Minimised(text, tuple(kinds))


def _without_streets(text: str) -> str:
    """ "12 High Street" as "[address]"; "28 tablets Church Road" counts tablets."""
    medicines = load_lexicon().classes["med"]

    def street(found: re.Match[str]) -> str:
        counts = any(word in medicines for word in found[0].lower().split())
        return found[0] if counts else "[address]"

    return _STREET.sub(street, text)


def _without_diagnoses(text: str) -> str:
    """ "My sister Jean has MS" as "My sister Jean has [illness]"; never what the writer has."""

    def illness(found: re.Match[str]) -> str:
        before = re.split(r"[.!?;\n]", text[: found.start()])[-1]
        if text.isupper() and found[0].endswith(" ME"):
            return found[0]  # "JEAN LIVES WITH ME"
        if not _is_other(found["who"], found["has"], before):
            return found[0]
        # A group "for my husband with dementia" cannot be looked for without that word.
        if found["has"].strip().lower() == "with" and _FOR.search(before):
            return found[0]
        return f"{found['who']}{found['has']} {_KIND_OF_IT.sub('', found['some'])}[illness]"

    return _DIAGNOSIS.sub(illness, text)


def _is_other(who: str, has: str, before: str) -> bool:
    """Whether it is a member who has something; ``before`` is the sentence up to their name."""
    low = who.lower()
    if low in ("he", "she"):
        return True
    if relationship := lexicon.relationship_in(low):
        plural = lexicon.terms()[tuple(low.replace("-", " ").split())].plural
        theirs = relationship not in PROFESSIONAL and relationship not in _NOBODY
    else:
        plural = False
        known = low in _first_names() and low not in _PRONOUNS
        theirs = known and (who[0].isupper() or low not in lexicon.word_names())
    # "My wife and I have" and "me and my brothers have" are about the writer too.
    together = re.search(r"\bhave\b", has, re.IGNORECASE) is not None
    return theirs and (not together or (plural and not _US.search(before)))


def _without_surnames(text: str) -> str:
    """ "Bob Smith" as "Bob": a known first name, then a family name that is nothing else."""
    begin, pieces = 0, []
    for match in _overlapping(text):
        first, last = match[1], match[2]
        after = text[match.end() :].lstrip().split(" ", 1)[0].strip(".,!?").lower()
        if after in _PLACES or not (
            _is_full_name(first, last) or _is_family_name(first, last, text[: match.start()])
        ):
            continue
        if match.start() < begin:
            continue
        pieces.append(text[begin : match.end(1)])
        begin = match.end(2)
        # "Bob Smith's": what belongs to him stays his.
        if last.lower().endswith(("'s", "’s")):
            pieces.append(last[-2:])
    return "".join([*pieces, text[begin:]])


def _overlapping(text: str) -> list[re.Match[str]]:
    found, at = [], 0
    while (match := _PAIR.search(text, at)) is not None:
        found.append(match)
        at = match.start(2)
    return found


def _is_full_name(first: str, last: str) -> bool:
    low = re.sub(r"['’]s$", "", last.lower())
    if first.lower() not in _first_names() or f"{first} {last}".lower() in _NO_PERSON:
        return False
    if low in lexicon.surnames() and low not in _first_names():
        if low in _EVERYDAY:
            return last[0].isupper() and first.lower() not in lexicon.word_names()
        return first[0].isupper() == last[0].isupper()
    # A verb that no list knows ("Mark Thumps Me") is no name where the risk screen listens for it.
    heard = low in load_lexicon().vocabulary or low.endswith(("n't", "n’t"))
    unknown = low not in known_words() and low not in _first_names() and not heard and len(low) > 3
    return first[0].isupper() and last[0].isupper() and last[1:2].islower() and unknown


_MOSTLY_FAMILY = frozenset(
    re.findall(
        r"\w+",
        "jackson lewis ali hussain hussein ahmed stewart stuart mitchell morgan graham russell howard wong chen shah "
        "webb potter archer khan begum singh kaur patel gordon douglas craig ross clark clarke elliott bruce cameron "
        "campbell duncan harvey kennedy lawrence marshall maxwell owen parry perry riley shaw spencer sullivan wallace "
        "warren watson lloyd franklin hamilton bradley vaughan rahman chowdhury islam malik iqbal",
    )
)
"""Family names that are first names too, and are the second of two names far more often."""


def _is_family_name(first: str, last: str, before: str) -> bool:
    """Whether a name that may be a first name too is the family name after one: "Sue Jackson".

    Of "my sons Jordan Lewis and Kyle" Lewis may be one of several.
    """
    low = re.sub(r"['’]s$", "", last.lower())
    kin = re.search(r"([\w-]+)\W*$", before)
    term = lexicon.terms().get((kin[1].lower(),)) if kin else None
    return (
        low in _MOSTLY_FAMILY
        and first.lower() in _first_names()
        and first.lower() not in lexicon.word_names()
        and first[0].isupper()
        and last[0].isupper()
        and not (term is not None and term.plural)
    )


@lru_cache(maxsize=1)
def _first_names() -> frozenset[str]:
    return frozenset(name.lower() for name in lexicon.names())
