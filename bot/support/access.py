"""Whether a place has what the person needs, read from the record's own words on access.

Three answers, never two: a record that says nothing is unknown, and unknown is not yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.network.model import Code
from bot.support.preferences import AccessNeed


class Answer(Code):
    """Yes, no, or not known (also where a record says both)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_LEVEL = (
    r"\b(?:step.?free|level (?:access|entrance|entry|throughout)|ramps?\b|no steps|without steps"
    r"|ground.floor (?:room|studio) is step"
    r"|wheelchair (?:access(?:ible|ibility)?\b|friendly|users? welcome)"
    r"|accessible (?:to|for|by) wheelchairs?|fully accessible|lift (?:to|from)|flat access)"
)
_NOT_LEVEL = (
    r"no (?:level|step.?free|wheelchair|disabled)(?: access)?|not (?:\w+ )?(?:wheelchair|accessible"
    r"|step.?free)|(?:one|two|three|four|five|six|several|some|steep|\d+) steps?\b|stairs only"
    r"|only (?:by|up) (?:the )?stairs|upstairs with no lift|no lift|no ramp|cobbles|flight of"
    r"|inaccessible|unsuitable for (?:\w+ )?wheelchairs?|not suitable for (?:\w+ )?wheelchairs?"
)
_HAS: dict[AccessNeed, re.Pattern[str]] = {
    AccessNeed.WHEELCHAIR: re.compile(_LEVEL, re.IGNORECASE),
    AccessNeed.STEP_FREE: re.compile(_LEVEL, re.IGNORECASE),
    AccessNeed.TOILET: re.compile(
        r"(?:accessible|disabled|wide|adapted|changing places) (?:toilets?|wc|loos?)"
        r"|toilets? (?:is|are|with|\S+ \S+ \S+ (?:is|are)) (?:accessible|a ramp)|changing places",
        re.IGNORECASE,
    ),
    AccessNeed.HEARING: re.compile(
        r"(?:hearing|induction) loops?|bsl|sign language|subtitles|lip.?speak", re.IGNORECASE
    ),
    AccessNeed.SIGHT: re.compile(
        r"braille|large print|audio (?:guide|descri\w+)|guide dogs?|assistance dogs?|good light",
        re.IGNORECASE,
    ),
}
_LACKS: dict[AccessNeed, re.Pattern[str]] = {
    AccessNeed.WHEELCHAIR: re.compile(_NOT_LEVEL, re.IGNORECASE),
    AccessNeed.STEP_FREE: re.compile(_NOT_LEVEL, re.IGNORECASE),
    AccessNeed.TOILET: re.compile(
        r"toilets? (?:(?:is|are) not|isn['’]t|aren['’]t) accessible"
        r"|no (?:accessible |disabled )?toilets?|no grab rails",
        re.IGNORECASE,
    ),
    AccessNeed.HEARING: re.compile(
        r"no (?:hearing|induction) loop|loop (?:is )?not working", re.IGNORECASE
    ),
    AccessNeed.SIGHT: re.compile(
        r"no (?:guide |assistance )?dogs\b(?! (?:except|other than|apart))", re.IGNORECASE
    ),
}
# "Two steps and a ramp" is unknown to someone on wheels, but "no steps" is not a lack.
_NOT_A_LACK = re.compile(r"\bno steps|without steps|there are no stairs", re.IGNORECASE)
# "Toilet is not accessible to wheelchairs" is about the toilet, not the way in.
_TOILET = re.compile(r"\btoilets?\b", re.IGNORECASE)
_CLAUSES = re.compile(r"[.;,\n]|\b(?:and|but|however|although)\b", re.IGNORECASE)
# A label and its answer belong together: "Wheelchair accessible? No", "Hearing loop: none".
_ANSWERED_NO = re.compile(r"\W+(?:no|none|false)\s*(?=$|[.;,\n)])", re.IGNORECASE)
_DENIED = " not available"
# "No dogs except guide dogs" and "not far from the ramp" deny nothing of what follows.
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:no|not|cannot|without|lacks?|lacking)|n['’]t)\b(?!.*\b(?:except|than|apart|only|far"
    r"|need|problem|cost|charge|fee)\b)(?:\W+\w+){0,4}\W*$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"^.{0,40}?(?:\bunavailable|\bnot (?:currently |yet |always )?(?:available|possible|provided"
    r"|working|suitable|there|in use|offered)|\bout of (?:order|use)|\bbroken)"
    r"|^\W*(?:(?:is|are|was) not|isn['’]t|aren['’]t)\b(?! (?:needed|required|a problem))",
    re.IGNORECASE,
)
_IN_PART_BEFORE = re.compile(
    r"\b(?:limited|partial(?:ly)?|partly|some|most|restricted|poor|difficult)\b(?:\W+\w+){0,3}\W*$",
    re.IGNORECASE,
)
_IN_PART_AFTER = re.compile(
    r"^\W*(?:is |are )?(?:(?:un|not )known|unsure|n/?a\b|not applicable|tbc|to be confirmed|unclear"
    r"|(?:please |to be )?(?:ask|call|contact|check|ring|enquire)\b)"
    r"|^\W*(?:to|on|in) (?:the )?(?:ground|first|lower|upper|main|part)\b"
    r"|^\W*(?:(?:is|are) )?(?:only |very |quite )?(?:limited|partial|restricted|poor|difficult)"
    r"|\b(?:on|upon|by)(?: prior)? (?:request|arrangement|appointment)\b"
    r"|^.{0,30}\b(?:some|parts?|most) (?:of|areas?|rooms?|floors?)\b",
    re.IGNORECASE,
)


def has(need: AccessNeed, notes: Iterable[str]) -> Answer:
    """What the access notes of a listing say to one need."""
    text = _NOT_A_LACK.sub("level access", ". ".join(notes))
    clauses = _CLAUSES.split(_ANSWERED_NO.sub(_DENIED, text))
    if need in (AccessNeed.WHEELCHAIR, AccessNeed.STEP_FREE):
        clauses = [clause for clause in clauses if not _TOILET.search(clause)]
    said = {answer for clause in clauses for answer in _said(need, clause)}
    return said.pop() if len(said) == 1 else Answer.UNKNOWN


def _said(need: AccessNeed, clause: str) -> Iterator[Answer]:
    """Every answer that one clause gives; "on request" and "partial" are unknown."""
    if _LACKS[need].search(clause):
        yield Answer.NO
        # What is lacking is taken out before looking for what is there: "no wheelchair access".
        clause = _LACKS[need].sub(" ", clause)
    for found in _HAS[need].finditer(clause):
        before, after = clause[: found.start()], clause[found.end() :]
        if _DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after):
            yield Answer.NO
        elif _IN_PART_BEFORE.search(before) or _IN_PART_AFTER.search(after):
            yield Answer.UNKNOWN
        else:
            yield Answer.YES
