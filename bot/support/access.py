"""Whether a place has what the person needs, read from the record's own words on access.

Three answers, never two: a record that says nothing is unknown, and unknown is not yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.network.model import Code
from bot.support.preferences import AccessNeed


class Answer(Code):
    """Yes, no, or not known (also where a record says both)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_LEVEL = (
    r"step.?free|level (?:access|entrance|entry|throughout)|\bramps?\b|no steps|without steps"
    r"|ground.floor (?:room|studio) is step"
    r"|wheelchair (?:access|friendly|accessible|users? welcome)"
    r"|accessible (?:to|for|by) wheelchairs?|fully accessible|lift (?:to|from)|flat access"
)
_NOT_LEVEL = (
    r"no (?:level|step.?free|wheelchair|disabled)(?: access)?|not (?:\w+ )?(?:wheelchair|accessible"
    r"|step.?free)|(?:one|two|three|four|five|six|several|some|steep|\d+) steps?\b|stairs only"
    r"|only (?:by|up) (?:the )?stairs|upstairs with no lift|no lift|no ramp|cobbles|flight of"
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
        r"toilets? (?:is|are) not accessible|no (?:accessible |disabled )?toilets?|no grab rails",
        re.IGNORECASE,
    ),
    AccessNeed.HEARING: re.compile(
        r"no (?:hearing|induction) loop|loop (?:is )?not working", re.IGNORECASE
    ),
    AccessNeed.SIGHT: re.compile(r"no (?:guide |assistance )?dogs", re.IGNORECASE),
}
# "Two steps and a ramp" is unknown to someone on wheels, but "no steps" is not a lack.
_NOT_A_LACK = re.compile(r"\bno steps|without steps|there are no stairs", re.IGNORECASE)
# "Toilet is not accessible to wheelchairs" is about the toilet, not the way in.
_TOILET = re.compile(r"\btoilets?\b", re.IGNORECASE)


def has(need: AccessNeed, notes: Iterable[str]) -> Answer:
    """What the access notes of a listing say to one need."""
    text = _NOT_A_LACK.sub("level access", " ".join(notes))
    if need in (AccessNeed.WHEELCHAIR, AccessNeed.STEP_FREE):
        clauses = [c for c in re.split(r"[.;,]|\band\b", text) if not _TOILET.search(c)]
        text = ". ".join(clauses)
    lacks = _LACKS[need].search(text) is not None
    # What is lacking is taken out before looking for what is there: "no wheelchair access".
    offers = _HAS[need].search(_LACKS[need].sub(" ", text)) is not None
    if offers and not lacks:
        return Answer.YES
    if lacks and not offers:
        return Answer.NO
    return Answer.UNKNOWN
