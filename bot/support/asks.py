# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What people ask to be given of their own, and what they tell of a life that has changed.

Read by plain patterns, as ``bot.rights.wishes`` reads rights: a calendar file, a page to print,
a message to pass on, the map then and now. The router brings them here with the rights, so no
classifier has to know them.
"""

from __future__ import annotations

import re

from bot.network.model import Code
from bot.support.needs_map import condition_words, normalise_conditions


class Ask(Code):
    """What is asked for."""

    CALENDAR = "calendar"
    PAGE = "page"
    INVITE = "invite"
    THEN_AND_NOW = "then_and_now"
    REVIEW = "review"


_I = re.IGNORECASE
_CALENDAR = re.compile(
    r"\b(?:put|add|save|send|export|get|have|want|give|make)\b.{0,30}\b(?:calend[ae]r|diary|ics)\b|"
    r"\bcalend[ae]r (?:file|entry|event|invite)\b|\b(?:in|to|on|into) my (?:phone'?s? |google |outlook )?(?:calend[ae]r|diary)\b",
    _I,
)
_OWN_DOING = re.compile(r"^\W*(?:yes,? |ok,? )?(?:i'?ll|i will|i have|i'?ve|i) (?:put|write|written|wrote|note|jot|add)", _I)  # fmt: skip
_PAGE = re.compile(
    r"\bprint(?:able|ing|ed|-?out)?\b.{0,30}\b(?:map|plan|page|it|this|that|them|everything|out)\b|\bprint(?:able|-?out| out)\b|"
    r"\b(?:map|plan|it|this|that)\b.{0,15}\b(?:on paper|as a pdf|to print|printed)\b|\bpdf\b",
    _I,
)
_INVITE = re.compile(
    r"\bwho (?:could|can|might|would|will|shall|to) (?:i (?:ask|take|bring)|ask|go|come|join|do it|take|bring)\b.{0,12}\b(?:with me|along|with|to come)\b|"
    r"\b(?:write|draft|make|help me (?:to )?write|give me)\b.{0,12}\b(?:message|text|note|invit\w+)\b(?:.{0,25}\b(?:for|to)\b (?P<name>(?:my |our )?[\w'’-]+(?: [\w'’-]+)?))?|"
    r"\bhelp me (?:to )?(?:ask|invite) (?P<name2>(?:my |our )?[\w'’-]+)|\bmessage (?:that )?i (?:can|could) (?:forward|pass on|send)\b",
    _I,
)
_THEN_AND_NOW = re.compile(
    r"\bthen and now\b|\bbefore and after\b|\b(?:how|what)(?:'s| has| have| did)?\b.{0,20}\bmaps?\b.{0,12}\bchanged?\b|\bwhat(?:'s| has| is) (?:changed|different|new) (?:on|in|about) my map\b|"
    r"\bcompare\b.{0,15}\bmaps?\b|\b(?:old|first|earlier|last|previous) map\b|\bmap\b.{0,10}\b(?:used to|looked|was)\b.{0,12}\b(?:before|then|like|last)\b",
    _I,
)
_REVIEW = re.compile(
    r"\b(?:go|look|run) (?:over|through|at|back over)\b.{0,12}\bmap\b.{0,12}\b(?:again|afresh|once more)\b|\b(?:go over|review|update|redo|refresh) (?:my|the) map\b|"
    r"^\W*(?:(?:oh|well|hello|hi|you see|to be honest)[ ,]+)*(?:a lot|lots|so much|everything|things|my life|life|quite a bit|much) (?:has|have|is|'s|'ve|ha?s all|have all)? ?(?:all )?changed\b",
    _I,
)
_WORDS_MAX = 16


def asked_for(text: str) -> tuple[Ask, str] | None:
    """What a short message asks to be given, and the name in it where there is one."""
    text = text.replace("’", "'").strip()
    if not text or len(text.split()) > _WORDS_MAX:
        return None
    if _CALENDAR.search(text) and not _OWN_DOING.match(text):
        return Ask.CALENDAR, ""
    if _PAGE.search(text):
        return Ask.PAGE, ""
    if found := _INVITE.search(text):
        return Ask.INVITE, (found["name"] or found["name2"] or "").strip()
    if _THEN_AND_NOW.search(text):
        return Ask.THEN_AND_NOW, ""
    if _REVIEW.search(text):
        return Ask.REVIEW, ""
    return None


class LifeChange(Code):
    """Something that changes who is around and what helps (domain.md 3.5)."""

    MOVED = "moved"
    DIAGNOSIS = "diagnosis"
    HOSPITAL = "hospital"
    DIED = "died"
    PARTED = "parted"
    WORK = "work"
    CLOSE = "close"
    GOING_IN = "going_in"


# Whose life it is has to be the person's own ("my wife came home", "the letter came" are not), or
# left out as people do who write shortly: "just out of hospital".
_ME = r"(?:\bi(?:'ve| have|'m| am| was|'d| had)?|\b(?:ive|im)|\bwe(?:'ve| have|'re| are| were)?|^|[.,;!] *|\b(?:and|but|because|since|as|so|cos))"
_FILL = r"(?: *\b(?:well|hi|hello|yes|no|oh|sorry|i've|i'm|i|have|just|only|now|recently|newly|finally|not long|been|was|am|back|home|came|come|got|get|let|sent|went)\b,?)*"
_HOSPITAL = r"(?:the |an? )?(?:hosp(?:ital)?|infirmary|intensive care|icu|(?:(?:rehab|stroke|cardiac|medical|surgical) )?(?:ward|unit))\b"
_PARTNER = r"(?:husband|wife|partner|boyfriend|girlfriend)"
_OUT = (
    r"\b(?:home|back|out|came|come|got|get|discharged|(?:let|sent) (?:me )?(?:out|home)|let me (?:out|go|home))\b"
    r"(?: (?:home|back|out|again|yesterday|today|early|on \w+))* (?:from|of|off|after [\w ]{1,20} in)"
)
_IN = (
    r"(?:been|was|were|ended up|(?:was |were |been )?(?:taken|rushed|admitted)|(?:spent|had) (?:\w+ ){1,3}?(?:days?|weeks?|months?|nights?|fortnight))"
    r" ?(?:back )?(?:in(?:to)?|to)"
)
_AS_OUTPATIENT = r"(?! (?:for (?!(?:\w+ ){0,3}(?:days?|weeks?|months?|nights?|fortnight)\b)|visiting|to (?:see|visit)|appointments?|radio|transport))"

_CHANGES: tuple[tuple[LifeChange, re.Pattern[str]], ...] = tuple(
    (change, re.compile(pattern, _I))
    for change, pattern in (
        (
            LifeChange.MOVED,
            rf"\b(?:i|we)(?:'ve| have| had)?(?: just| recently| now)? moved\b(?! (?:on|the|my|his|her|it|forward|nearer|seats?)\b)|\b(?:my|our) (?:new|recent) (?:home|flat|house|place)\b|\bmoved (?:house|home)\b"
            rf"|{_ME}{_FILL} ?(?:moved|gone) (?:in with|into? (?:a|an|my|our|sheltered|supported|extra)|to (?:a new|sheltered))\b",
        ),
        (
            LifeChange.DIAGNOSIS,
            r"\b(?:new|another|second|recent) diagnosis\b|\b(?:i(?:'ve| have| was|'ve just| have just| just)?) (?:just |recently |newly )?(?:been |got )?(?:newly |just |recently )?diagnosed\b|\bgot (?:a|my) diagnosis\b|^\W*(?:(?:hi|hello|well|oh)\W+)*(?:just|newly|recently)(?: been| got)? diagnosed\b",
        ),
        (
            LifeChange.HOSPITAL,
            # Out again, or over: "I am in hospital" and "in and out of hospital" are neither.
            rf"{_ME}{_FILL} ?(?<!and ){_OUT} {_HOSPITAL}|{_ME}{_FILL} ?{_IN} {_HOSPITAL}{_AS_OUTPATIENT}"
            rf"|{_ME}{_FILL} ?discharged\b(?! from (?:the )?(?:physio\w*|clinic|service|team|caseload|district|community)\b)"
            r"|\bdischarged me\b|\b(?:they|hospital|ward)(?:'ve| have)? let me (?:out|home)\b",
        ),
        (
            LifeChange.PARTED,
            rf"{_ME}(?: (?:and )?my {_PARTNER}| \w+ and i)?{_FILL} ?(?:have |are )?(?:split up|separated|(?:got )?divorced|broke(?:n)? up)\b|\bmy {_PARTNER}(?: has|'s)? left(?: me)?\b(?! (?:me|at|in|the|for|to|early|on)\b)|\bmy marriage (?:has )?ended\b"
            rf"|\bi(?:'ve| have)?(?: just)? left my {_PARTNER}\b(?! (?:at|in|with|to|a|some|home)\b)",
        ),
        (
            LifeChange.WORK,
            r"\bi(?:'ve| have)?(?: just| recently)? retired\b|\blost my job\b|\b(?:been made|was made) redundant\b|\bi(?:'ve| have)? (?:had to )?(?:stop(?:ped)?|g[ai]ven? up) work(?:ing)?\b",
        ),
    )
)
_THEIRS = r"(?:\bmy (?:\w+ ){0,2}?\w+|\b(?:our )?[A-Z]\w+|\b(?:he|she|they))(?:'s|'ve|s| has| have| is| are| had| was)?(?: just| now| recently| sadly)*"
_IN_A_HOME = r"(?:gone|went|moved|going|had to go|(?:been )?(?:taken|put|admitted)|in)(?: now)?(?: in| into| to)? (?:a |an |the )?(?:(?:care|nursing|residential|rest|old people'?s?|dementia) home(?! \w)|(?<=a )home(?= now|$|[.,;])|hospice|hospital|intensive care|icu)"
_STRUCK = r"(?:had|having|suffered) (?:a |an |another )?(?:(?:big|bad|massive|mini|minor|small|nasty|serious) )?(?:heart attack|stroke|tia|fall|accident|seizure|operation|breakdown)"
_CLOSE = re.compile(rf"{_THEIRS} (?:{_IN_A_HOME}|{_STRUCK})\b")
"""Somebody close is ill or gone into care. A name is told by its large letter."""
_STRUCK_ME = re.compile(
    r"\b(?:i|i've|i have|ive)(?: just| recently| also)? (?:had|suffered) (?:a |an |another )?(?:(?:big|bad|massive|mini|minor|small) )?(?:heart attack|stroke|tia)\b",
    _I,
)
_GOING_IN = re.compile(
    r"\b(?:i'?m|i am|im|i'?ll be|i'?ve got to|i have to) (?:going |go |being admitted |be admitted |back )?(?:in|into|to)(?: the)? hospital\b(?= (?:on|for|next|tomorrow|this|in|at)\b)"
    r"|\b(?:i'?m|i am|im) (?:having|going in for|booked in for|due) (?:my |an? |the )?(?:\w+ )?(?:operation|op|surgery)\b(?= (?:on|next|tomorrow|this|in|at)\b)",
    _I,
)
_TOLD_OF_ME = re.compile(
    r"\b(?:doctors?|dr|gp|consultant|hospital|specialist|nurse|they|been|was)(?:'ve| have| has|'s)? (?:just |now |recently )?(?:told|says?|said|reckons?|thinks?)(?: me)?(?: that)? i(?:'ve| have|'m| am)?(?: now)?(?: got| have)? (?P<what>.+)",
    _I,
)
"""What follows has to name an illness that lasts: "they told me I have a lovely voice" is no news."""

_NOT_SO = re.compile(
    r"\?|\b(?:if|might|(?<!in )(?<!since )(?<!of )(?<!last )may|could|thinking (?:of|about)|going to|want(?:ed)? to|would like to|hope to|plan(?:ning)? to|years? ago|last year|as a (?:child|kid|boy|girl)|never|not(?! long\b)|haven't|hadn't|didn't|when i was)\b",
    _I,
)


def life_change_in(text: str) -> LifeChange | None:
    """A change that the words tell as having happened; ``None`` for a question or a maybe."""
    text = text.replace("’", "'")
    if _NOT_SO.search(text):
        return None
    if _STRUCK_ME.search(text):
        return LifeChange.DIAGNOSIS
    if _GOING_IN.search(text):
        return LifeChange.GOING_IN
    told = _TOLD_OF_ME.search(text)
    if told is not None and normalise_conditions(told["what"]):
        return LifeChange.DIAGNOSIS
    own = next((change for change, pattern in _CHANGES if pattern.search(text)), None)
    return own or (LifeChange.CLOSE if _CLOSE.search(text) else None)


def diagnosis_in(text: str) -> tuple[str, ...]:
    """The conditions that the person tells of having been found to have, in their own words.

    Empty where none is named, or the one that is named is somebody else's.
    """
    if life_change_in(text) is not LifeChange.DIAGNOSIS:
        return ()
    text = text.replace("’", "'")
    if (struck := _STRUCK_ME.search(text)) is not None:
        return condition_words(struck[0])
    if (told := _TOLD_OF_ME.search(text)) is not None:
        after = told["what"]
    else:
        found = dict(_CHANGES)[LifeChange.DIAGNOSIS].search(text)
        after = text[found.end() :] if found else ""
    return condition_words(_ANOTHER.split(after)[0])


_ANOTHER = re.compile(
    r"[.;!\n]|\b(?:my|our|his|her) (?!(?:own|left|right|heart|lungs?|kidneys?)\b)", _I
)
"""Where the words go on to something else, or somebody else: "and my wife has dementia"."""
