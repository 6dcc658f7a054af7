"""Whether a text tells of a death, which a living person must never be marked with by mistake.

The trained reader takes nearly any bad news for a death ("Bob fell down the stairs" with a
probability of 0.98, as sure as of real ones), so that no bar tells them apart: a word of death is
needed, and none that is denied, feared or supposed.
"""

from __future__ import annotations

import re

from bot.nlu.words import straight

_WHEN = (
    r"(?:away|on|over|peacefully|suddenly|last|this|in|at|from|when|since|before|after|yesterday"
    r"|today|recently|now|a|two|three|four|five|six|ten|years?|months?|weeks?|\d|$|[.,;!?])"
)
_WHO = r"(?:(?:my|our|me|the|his|her|ma|mi|dear|poor|own|late) )*"
_TIES = (
    r"(?:(?:\w+-)?(?:husband|wife|partner|mum|mam|mom|mother|dad|father|nan|nana|gran\w*|grandad"
    r"|son|daughter|brother|sister|twin|baby|child|boy|girl|friend|mate|neighbour|uncle|aunt\w*"
    r"|cousin|nephew|niece|fella|missus|lad|lass|better half|parents?)s?)"
)
_DEATH = re.compile(
    rf"\b(?:died"
    rf"|dead(?! (?:slow|good|nice|easy|end|keen|cheap|proud|chuffed|funny|kind|busy|tired))"
    rf"|deid|deceased|departed|widow(?:ed|er)?|bereaved|buried|cremated"
    rf"|funeral|expired|killed|murdered|drowned|hanged|r\.?i\.?p|rest(?:ing)? in peace"
    rf"|rest (?:his|her|their) souls?|god rest|in heaven|with the (?:lord|angels)"
    rf"|no longer (?:with|alive|here|living)"
    rf"|not (?:with us|here|around) (?:any ?more|now|any longer)|slipped away|taken from (?:us|me)"
    rf"|left (?:us|this world)|lost (?:his|her|their) (?:\w+ )?(?:fight|battle|life|lives)"
    rf"|t(?:ook|aken) (?:his|her|their) own li(?:fe|ves)|popped (?:his|her|their) clogs"
    rf"|kicked the bucket|snuffed it|croaked|stillborn|(?:my|our|me|ma|the|his|her) late (?!n)\w+"
    rf"|pas+(?:ed|t)?(?: had)? {_WHEN}|pas+ed$"
    rf"|lost {_WHO}(?:{_TIES}|[A-Z][a-z]+)\b(?!'s?\b)"
    rf"|(?:we|i) lost (?:our|my|me) (?:dog|cat|pet|budgie|rabbit|horse|parrot)"
    rf"|(?:had to be|been|was|were|had (?:him|her|them|it)) put (?:down|to sleep)"
    rf"|(?:is|'s|are|been|has|have|now|all|both|long) gone(?= (?:now|these|since|this|last|\d|two"
    rf"|three|four|five|six|seven|eight|nine|ten|many|some|years?|months?|too|as well|and i miss)"
    rf"|\W*$|[.,;!?])|(?:we|i) lost (?:him|her|them)\b|ghost|ashes|grave|cemetery)",
)
_DENIED = re.compile(r"(?:n't|\bnot|\bnever|\bnt|[a-z]nt)(?: \w+)?\s*$")
_SUPPOSED = re.compile(
    r"\b(?:if(?! you (?:know|remember|see))|unless|until|till|nearly|almost|what if|suppos\w+"
    r"|in case|imagine|thought(?! i)|worr\w+|scared|afraid|frightened|dread\w*|fear\w*"
    r"|wish(?:es|ed)?|might(?: \w+)? have|could(?: \w+)? have)\b"
)
_CLAUSE = re.compile(r"[.;!?\n]|\bbut\b")


def tells_of_death(text: str) -> bool:
    """Whether a text has a word of somebody's death that it neither denies nor supposes."""
    plain = straight(text)
    for clause in _CLAUSE.split(plain):
        low = clause.casefold()
        for found in _deaths(clause):
            before = low[:found]
            if not _DENIED.search(before) and not _SUPPOSED.search(before):
                return True
    return False


def _deaths(clause: str) -> list[int]:
    """Where the words of death of a clause begin."""
    low = clause.casefold()
    found = [m.start() for m in _DEATH.finditer(low)]
    # "we lost Ken in 2019": a name is told by its large letter, so the clause as it is written.
    return found + [m.start() for m in _DEATH.finditer(clause) if m.start() not in found]
