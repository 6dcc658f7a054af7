"""How sure somebody is that they will do a plan, from 0 to 10, read from their words."""

from __future__ import annotations

import re

SURE_ENOUGH = 7
"""Below this it is worth asking what would make the plan more likely."""

MOST = 10

_NUMBERS = {
    **dict.fromkeys(("nought", "zero", "nil"), 0),
    **{w: n for n, w in enumerate("one two three four five six seven eight nine ten".split(), 1)},  # noqa: SIM905
    **dict.fromkeys(("half", "halfway"), 5),
}
_SCALE = re.compile(
    r"\b(?:0|zero|nought|1|one) ?(?:to|-) ?(?:10|ten)\b|(?:\bout of|/|\bover) ?(?:10|ten)\b"
)
"""The scale itself, which is said beside the number: "7 out of 10"."""

_FOUND = re.compile(
    rf"(?<![\w.])(?<!no )(?<!that )(?<!this )(?P<number>\d{{1,3}}|{'|'.join(_NUMBERS)})(?!\w)"
    r"(?P<percent> ?%| ?per ?cent\b)?"
)
_HUNDRED = re.compile(r"\b(?:a|one) hundred\b")
_SHORT = 6
_OF_IT = re.compile(r"\b(?:sure|certain|confident|say|reckon|think|guess|probably|likely)\b")
"""In a longer text a number may be of something else: "my 3 kids are coming that week"."""

_FIRM = re.compile(
    r"\b(?:sure|certain|confident|definitely|certainly|of course)\b"
    # The answer to "how sure?" leaves the word out.
    r"|^\W*(?:fairly|very|quite|pretty|totally|completely|absolutely|extremely)\W*$"
)
_SHAKY = re.compile(
    r"(?:\b(?:not|hardly)|n't)(?: (?:at all|very|that|too|so|really|all that))*"
    r" (?:sure|certain|confident|likely)\b"
    r"|\b(?:doubt\w*|unlikely|unsure|maybe|perhaps|iffy|so[ -]so|middling|half and half)\b"
    r"|\b(?:50|fifty)(?:[ /-]|[ -]to[ -])?(?:50|fifty)\b"
    r"|^\W*(?:not (?:very|too|really|that)|a bit|a little)\W*$"
)


def sure_in(text: str) -> int | None:
    """The number from 0 to 10 that words name; ``None`` where they name none.

    "7/10", "seven out of ten" and "70%" are 7; of two numbers ("6 or 7") it is the first.
    """
    plain = _HUNDRED.sub("100", _plain(text))
    without = _SCALE.sub(" ", plain)
    found = _FOUND.search(without)
    if found is None:
        return None
    told = without != plain or found["percent"] or _OF_IT.search(plain)
    if len(plain.split()) > _SHORT and not told:
        return None
    said = found["number"]
    number = int(said) if said.isdigit() else _NUMBERS[said]
    if found["percent"]:
        return number // 10 if number <= 100 else None
    return number if number <= MOST else None


def sure_without_number(text: str) -> bool | None:
    """Whether words say sure ("very sure") or not ("I doubt it"); ``None`` for neither."""
    plain = _plain(text)
    if _SHAKY.search(plain):
        return False
    return True if _FIRM.search(plain) else None


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")
