"""What somebody puts right about themselves, wherever they say it: where they live, how old."""

from __future__ import annotations

import re

from bot.nlu.context import age_in
from bot.nlu.words import straight

_CODE = r"[a-z]{1,2}\d[a-z\d]?(?: ?\d[a-z]{2})?"
_PLACE = re.compile(
    rf"\b(?:my )?post ?code(?:'?s| is| should be| was)? (?:actually |really )?({_CODE})\b"
    rf"|\b({_CODE}),? (?:and )?not {_CODE}\b"
    rf"|\b(?:i'?m|i am|we'?re) (?:now )?(?:in|at) ({_CODE})\b"
    r"|\bmoved (?:house )?(?:(?:from [\w' -]{2,30}? )?to|and (?:i'?m|am) (?:now )?in)"
    rf" ({_CODE})\b"
    r"|\bi (?:actually |really )?live in ([\w' -]{2,40}?)"
    r"(?: now| really| actually|,? not\b|\W*$)"
)
_PUTS_RIGHT = re.compile(
    r"\b(?:not|actually|sorry|wait|hang on|meant|mean|wrong|mistake|should be|no)\b"
)


def place_put_right(text: str) -> str | None:
    """The place that a text says the speaker lives in: "sorry, my postcode is HP7, not HP6"."""
    found = _PLACE.search(straight(text).lower())
    return next((g.strip() for g in found.groups() if g), None) if found else None


def age_put_right(text: str) -> int | None:
    """The speaker's age where a text corrects it: "actually I'm 66"."""
    low = straight(text).lower()
    found = re.search(r"\bi(?:'?m| am)\b", low)
    return age_in(low[found.start() :]) if found and _PUTS_RIGHT.search(low) else None


_NO_LONGER_DRIVES = re.compile(
    r"\bi(?:'ve| have|'m| am)?(?: had to| just| now)? (?:can'?t|can ?not|couldn'?t|don'?t|do not"
    r"|no longer|not (?:allowed|able|fit|safe) to|stop|stopped|given up|give up|gave up) (?:be )?"
    r"driv(?:e|ing)\b(?: now| any ?more| any longer|\W*$|[.,;]| since| because| after| so| at all)"
    r"|\b(?:took|taken|lost|handed (?:in|back)|given up|gave up|surrendered|revoked)"
    r" (?:away )?my (?:driving )?licen[cs]e\b"
    r"|\b(?:sold|got rid of|given up|gave up) (?:my|the) car\b"
    r"(?! (?:and|to) (?:get|got|buy|bought))"
)


def no_longer_drives(text: str) -> bool:
    """Whether the speaker says that they drive no more: "they've taken my licence"."""
    return _NO_LONGER_DRIVES.search(straight(text).lower()) is not None
