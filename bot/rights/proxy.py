# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Who is answering: the patient, or somebody in the patient's place (a proxy respondent).

A proxy says so in one of a few ways: what is being done and for whom ("typing this for my mum"),
who they are to the patient ("this is Sandra, Bill's daughter"), or why the patient is not writing
("she can't see the screen, so I'm typing"). Whom words name is checked against the same lists as
the members of a map. That somebody cares for another ("I'm a carer for my husband") or does
something else for them tells of the writer's life, and not of who writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.network.model import PROFESSIONAL, Relationship
from bot.nlu import lexicon
from bot.nlu.words import known_words
from bot.support.needs_map import ANY_CONDITION_WORD

_I = re.IGNORECASE
_ME = r"(?:i'?m|i am|we'?re|we are|me and (?:my )?\w+ are|and am)"
_BY = r"(?:(?:just|only|really|actually|currently|also|now|sat|here|the one|helping by|going to be) )*"
_WRITING = r"(?:typing|writing|answering|replying|responding|messaging|texting|filling|completing)"
_AT = r"(?:questions?|form|chat|survey|questionnaire|screen|app)"
_THIS = rf"(?:(?:all |in |out )*(?:this|it|these|(?:the|his|her|their) (?:answers|{_AT})|everything|to you)(?: {_AT})?)"
_ALONG = r"(?:(?: in| out| down| up| here| now| today| all| mostly| together| with \w+)*)"
_FOR = r"(?:for|on behalf of|in place of|instead of)"
_WHO = r"(?P<who>[\w'-]+(?: [\w'-]+){0,4})"
_GREETING = r"(?:(?:hi|hiya|hello|hey|good (?:morning|afternoon|evening)|morning|afternoon|evening|sorry|so|ok|well)(?: there| all| everyone)?[ ,.!-]+){0,3}"
_START = rf"(?:^|[.!?;\n]\s*|, ?|\band ){_GREETING}"
_IT_IS = r"(?:it'?s|its|this is|it is|i'?m|i am)"
_OWN_NAME = r"(?P<own>(?:[\w'-]+(?: here)?,? ){0,2}?)"
_SENTENCE = rf"(?:^|[.!?;\n]\s*){_GREETING}"

_FOR_SOMEBODY = [
    re.compile(pattern, _I)
    for pattern in (
        # "I'm filling this in for my dad", "typing for Mum", "this is Val writing for her sister".
        rf"(?:\b{_ME} {_BY}|{_START}(?:{_IT_IS} )?(?P<own>(?:(?!{_ME}\b)[\w'-]+,? ){{0,5}}?){_BY}){_WRITING}(?: {_THIS})?{_ALONG} {_FOR} {_WHO}",
        rf"\b{_ME} {_BY}(?:doing|using|putting|entering|saying) {_THIS}{_ALONG} {_FOR} {_WHO}",
        rf"\b{_ME} {_BY}(?:asking|enquiring|inquiring|looking|here|speaking|talking)(?: \w+)? on behalf of {_WHO}",
        rf"\b{_ME} (?:here|asking|speaking) for {_WHO}",
        rf"{_START}(?:this is |it'?s )?on behalf of {_WHO}",
        rf"\b{_ME} {_BY}(?:\w+ ){{0,4}}?on (?P<who>his|her|their|[\w'-]+(?: [\w-]+)?)(?:'s)? behalf\b",
        rf"\b(?:i'll|i will|i'd|let me|i can|i have to|i need to|i'm going to|i am going to|i'm here to) (?:be )?(?:answer|reply|type|write|respond|(?:fill|complete|do|use)(?:ing)?(?= {_THIS}))(?:ing)?(?: {_THIS})?{_ALONG} {_FOR} {_WHO}",
        rf"\b(?:i|i'm|i am) (?:do|doing) the (?:typing|writing|answering) for {_WHO}",
        # "I'm helping Mum with this", "helping my neighbour to fill it in".
        rf"(?:\b{_ME} {_BY}|{_START}{_BY})helping (?P<who>(?:(?!(?:with|to|fill|type|write|answer|do|use|complete)(?:ing)?\b)[\w'-]+ ?){{1,4}}?) ?(?:(?:with|to|and)? ?(?:fill|type|write|answer|do|use|complete)(?:ing)? {_THIS}|with (?:this|it|these|the {_AT})(?: {_AT})?(?=$|[ ]*[.,;!?\n]))",
        rf"\b(?:this|it|the answers?)(?:'s| is| are)(?: all)? (?:for|about) {_WHO},? (?:and )?not (?:for |about )?(?:me|myself)\b",
    )
]
"""What is done, and for whom."""

_CANNOT = r"(?:can ?n[o']t|can't|cant|couldn'?t|could not|is ?n[o']t able to|isn'?t able to|is unable to|is too [\w ]{2,20}? to|struggles to|finds it hard to|doesn'?t|does not|won'?t)(?: really| always| well| easily| even)? (?:see|read|type|write|use|hold|work|manage|do|speak|talk|text)"
_UNABLE = rf"(?P<who>(?:he|she|they)|(?:my |our )?[\w'-]+(?: [\w'-]+)?) {_CANNOT}\b[^.!?]{{0,40}}?"
_I_WRITE = rf"(?:i'?m|i am|i'll|i will|i have to|i) (?:be )?(?:{_WRITING}|(?:type|write|answer|reply)\b|(?:do|doing|fill|use|using) {_THIS})"
_REASON = re.compile(rf"\b(?:{_UNABLE}(?=[.!?,]|$)|because .{{0,30}}?(?=[.!?,]|$))", _I)
_IN_THE_PLACE = [
    re.compile(pattern, _I)
    for pattern in (
        rf"\b(?P<who>(?:my |our )?[\w'-]+(?: [\w'-]+){{0,2}}?)(?:'s| is)(?: \w+)? {_WRITING} {_THIS}{_ALONG}(?: \w+){{0,2}} for me\b",
        rf"\b(?P<who>(?:he|she|they)|(?:my |our )?[\w'-]+(?: [\w'-]+)?) (?:has )?(?:asked|wants|got|told) me to (?:fill|write|type|answer|do|complete) {_THIS}{_ALONG} for (?:him|her|them)\b",
        rf"\b{_UNABLE}(?:so|and|,|-)+ ?{_I_WRITE}",
        rf"\b{_I_WRITE}[^.!?]{{0,20}}? (?:because|as|since|cos|coz|cause) {_UNABLE}",
    )
]
"""Whose hand writes in the patient's place, or why it does."""

_REL = r"(?P<rel>[\w-]+(?: [\w-]+){0,3}?)"
_END = r"(?= *(?:[.,;:!?\n]|$|-|here\b|and\b|so\b|but\b|helping\b|speaking\b|" + _WRITING + r"\b))"
_TO_THE_PATIENT = re.compile(
    rf"(?:{_SENTENCE}{_IT_IS}|, ?i'?m|, ?i am) {_OWN_NAME}(?:and )?(?:{_IT_IS} )?"
    rf"(?P<whose>his|her|their|the|[\w-]+(?: [\w-]+)?'s) {_REL}{_END}",
    _I,
)
_SPEAKING = re.compile(
    rf"{_SENTENCE}(?:{_IT_IS} (?P<whose>the|a|an) |(?:{_IT_IS} )?(?:(?:his|her|their) )?){_REL}"
    rf" (?:here|speaking)(?= *(?:[.,;!?\n-]|$|{_WRITING}|and\b|on\b|for\b))",
    _I,
)
_AT_THE_KEYS = re.compile(
    rf"{_START}(?:{_IT_IS} )?{_OWN_NAME}(?:(?:the|his|her|their|a|an|my|our) )?{_REL},? (?:and )?"
    rf"(?:i'?m |i am )?(?:{_WRITING} {_THIS}|doing this)\b",
    _I,
)
_NOT_THE_PATIENT = re.compile(
    r"\bi(?:'m| am) not the (?:patient|person (?:with|who))\b|\bthe patient is (?:my|our|him|her|not me)\b",
    _I,
)
_MYSELF = re.compile(
    rf"\b(?:{_ME} {_BY}|i can |i'll |i will )(?:{_WRITING}|type|write|answer)(?: {_THIS})?(?: for)? myself\b|"
    rf"\b(?:it'?s|this is|it is) (?:just )?me (?:myself )?{_WRITING}\b|"
    rf"\b(?:nobody|no one) (?:is |'s )?{_WRITING}(?: {_THIS})? for me\b",
    _I,
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_SOMEBODY = _words(
    "him her them his their someone somebody mr mrs ms miss client patient resident tenant service person "
    "gentleman lady man woman lad"
)
_DETERMINERS = _words("my our me mi the a an his her their this another")
_ADJECTIVES = _words("dear old elderly poor lovely late sick disabled blind deaf own")
_PRONOUNS = _words("he she they him her his")
_LINKS = _words("here and in law is it's its this just paid care support worker")
_NO_NAME = _words("i it you we what that there today now god nhs")
_FILLER = _words(
    "hi hiya hello hey there good morning afternoon evening and so ok okay yes well thanks thank you please today "
    "now just here as because she he they he's she's is with me sat next to us right sorry by the way only also "
    "agrees knows permission has given his her their i it's this that's who wants to i'm am cant can't"
)
_CONDITION_OF_MINE = re.compile(r"\b(?:i have|i've|i suffer|i live with|i was diagnosed)\b", _I)
_LEFT_OVER = 3
"""Words beside it that make no answer to a question yet, unless they name an illness or somebody."""


@dataclass(frozen=True)
class Proxy:
    """That somebody writes for the patient.

    Attributes:
        alone: whether the message says nothing else that may be an answer.
    """

    alone: bool


def proxy_in(text: str, *, nobody_named: bool = True) -> Proxy | None:
    """Whether a message tells that somebody else writes for the patient; ``None`` where not.

    Args:
        text: the message.
        nobody_named: whether the talk has not yet been about people of a map. "I'm his carer" can
            then only be said of the patient; later "he" is whoever the talk is about.
    """
    text = text.replace("’", "'")
    said = next(_said(text, nobody_named), None)
    return Proxy(_is_alone(text, *said)) if said else None


def answers_oneself(text: str) -> bool:
    """Whether a message tells that the patient writes now, and nobody for them."""
    return _MYSELF.search(text.replace("’", "'")) is not None


def _said(text: str, nobody_named: bool) -> Iterator[tuple[int, int]]:
    """Where in a text it is told that somebody else writes."""
    for pattern in _FOR_SOMEBODY:
        for found in pattern.finditer(text):
            named = _patient(found["who"])
            if named and _is_own(found.groupdict().get("own")):
                after = found["who"].split()[named:]
                yield found.start(), found.end() - len(" ".join(["", *after]))
    for pattern in _IN_THE_PLACE:
        for found in pattern.finditer(text):
            who = found["who"].split()
            if who[0].lower() in ("he", "she", "they") or _person(who, staff=True):
                yield found.span()
    if own := _NOT_THE_PATIENT.search(text):
        yield own.span()
    for found in _AT_THE_KEYS.finditer(text):
        if _is_own(found["own"]) and _is_role(found["rel"]):
            yield found.span()
    if nobody_named and not _CONDITION_OF_MINE.search(text):
        for pattern in (_TO_THE_PATIENT, _SPEAKING):
            for found in pattern.finditer(text):
                if _introduces(found) and not _names_somebody(text[: found.start()]):
                    yield found.span()


def _introduces(found: re.Match[str]) -> bool:
    """Whether words give who the writer is to the patient, and not who somebody is to another."""
    groups = found.groupdict()
    whose = (groups.get("whose") or "").lower()
    if whose.endswith("'s"):
        owner = found["whose"].removesuffix("'s").split()
        if owner[0].lower() in ("my", "our", "me") or not _person(owner):
            return False
    if not _is_own(groups.get("own")):
        return False
    if whose == "the":
        # "The carer", "the youngest" may be what one is to somebody on the map.
        term = lexicon.terms().get(tuple(found["rel"].lower().split()))
        return term is not None and not term.is_role and "o" not in term.flags
    return _is_role(found["rel"])


def _is_own(words: str | None) -> bool:
    """Whether words before what one does are only who one is: "Mags here", "Hina's husband"."""
    parts = re.findall(r"[\w'-]+", words or "")
    return all(
        low in _DETERMINERS | _ADJECTIVES | _LINKS
        or _term([word]) is not None
        or _is_name(word)
        or low.removesuffix("'s") not in known_words()
        for word in parts
        for low in (word.lower(),)
    )


def _is_role(words: str) -> bool:
    """Whether words are what somebody may be to a patient: "daughter", "new support worker"."""
    parts = words.split()
    if parts[0].lower() in _DETERMINERS:
        return False
    return any(_term(parts[skipped:]) is not None for skipped in range(min(2, len(parts))))


def _patient(words: str) -> int:
    """How many words name somebody for whom one may write ("my old mum", "Mr Abdi"); 0: none."""
    parts = words.split()
    if parts[0].lower() == "myself" or (parts[0].lower() == "me" and _term(parts[1:2]) is None):
        return 0
    return _person(parts)


def _person(parts: list[str], *, staff: bool = False) -> int:
    """How many words at the beginning name one person; "my mum's sake" begins with a thing."""
    at = 0
    while at < len(parts) - 1 and parts[at].lower() in _DETERMINERS | _ADJECTIVES:
        at += 1
    for length in range(min(3, len(parts) - at), 0, -1):
        term = _term(parts[at : at + length])
        if term is not None and (staff or term not in PROFESSIONAL):
            end = at + length
            break
    else:
        word, end = parts[at], at + 1
        unknown_name = at == 0 and word[:1].isupper() and word[1:].islower()
        unknown_name = unknown_name and word.lower() not in _NO_NAME
        if not (word.lower() in _SOMEBODY or _is_name(word) or unknown_name):
            return 0
    if parts[end - 1].lower().endswith("'s") and end < len(parts):
        return 0
    while end < len(parts) and _is_name(parts[end]):
        end += 1
    return end


def _is_name(word: str) -> bool:
    low = word.lower().removesuffix("'s")
    return low in lexicon.names() and (word[0].isupper() or low not in lexicon.word_names())


def _term(words: list[str]) -> Relationship | None:
    """What one person, no group and no animal, is called by these words."""
    parts = (part for w in words for part in w.lower().removesuffix("'s").split("-"))
    term = lexicon.terms().get(tuple(parts))
    if term is None or term.plural or term.is_group or term.is_pet:
        return None
    return term.relationship


def _names_somebody(text: str) -> bool:
    """Whether words speak of somebody, whom a later "his" or "her" may mean."""
    words = re.findall(r"[\w'-]+", text)
    return any(w.lower() in _PRONOUNS or _term([w]) is not None or _is_name(w) for w in words)


def _is_alone(text: str, start: int, end: int) -> bool:
    # Why the patient does not write is no answer to a question either.
    rest = _REASON.sub(" ", f"{text[:start]} . {text[end:]}")
    words = [w for w in re.findall(r"[\w'-]+", rest) if w.lower() not in _FILLER]
    tells = ANY_CONDITION_WORD.search(rest) or any(_term([w]) or _is_name(w) for w in words)
    return not tells and len(words) <= _LEFT_OVER
