"""A yes with a condition is no consent to more than it says.

"OK but don't save anything" and "yes as long as nobody reads it" ask for what the service cannot
do, so nothing is agreed yet (UK GDPR, article 4(11): a clear, specific and informed yes). "Yes but
leave my family out of it" agrees to all but the map.
"""

from __future__ import annotations

import re
from enum import Enum

from bot.nlu.words import straight


class Condition(Enum):
    """What a yes leaves out."""

    THE_MAP = "the map of the people around them"
    THE_RECORD = "that it is kept, or that staff can read it"


_IF = (
    r"\b(?:but|as long as|so long as|only if|only|unless|except|provided|providing|without|sooner"
    r"|if (?:you|no|it|nobody|they))\b"
)
_NOT = (
    r"(?:\bno|\bnot|n'?t|\bdont|\bnever|\bnobody|\bnowt|\bnothing|\bnone|\bwithout|\bleave"
    r"|\bout of)\b"
)
_KEEPING = (
    r"\b(?:keep\w*|kept|sav\w+|stor\w+|record\w*|writ\w+ (?:\w+ )?down|remember|staff|read\w*"
    r"|(?:see|sees|seeing|seen) (?:it|this|what|my|me|them|any\w*)|shar\w+|pass\w* on"
    r"|(?:tell|told|telling) (?:any\w*|my|staff|them|the))\b"
)
_BETWEEN_US = r"\b(?:private|confidential|secret|between us)\b"
_PEOPLE = (
    r"\b(?:family|map|wife|husband|partner|kids|children|sons?|daughters?|friends?|mates?|folks?"
    r"|relatives|my people|other people)\b"
)


def condition_in(text: str) -> Condition | None:
    """What a yes to keeping things leaves out; ``None`` where it is a plain one."""
    low = straight(text).lower()
    found = re.search(_IF, low)
    rest = low[found.start() :] if found else ""
    if re.search(_BETWEEN_US, rest):
        return Condition.THE_RECORD
    if not re.search(_NOT, rest):
        return None
    if re.search(_PEOPLE, rest):
        return Condition.THE_MAP
    return Condition.THE_RECORD if re.search(_KEEPING, rest) else None
