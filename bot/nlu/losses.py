"""Whether a text tells of a death, which a living person must never be marked with by mistake.

The trained reader takes nearly any bad news for a death ("Bob fell down the stairs" with a
probability of 0.98, as sure as of real ones), so that no bar tells them apart: a word of death is
needed, and none that is denied, feared or supposed.
"""

from __future__ import annotations

import re

from bot.network.model import Relationship
from bot.nlu.lexicon import names, relationship_in, word_names
from bot.nlu.words import straight

_THEM = r"(?:him|her|them|his|their)"
_SURELY = re.compile(
    # Words that mean nothing else.
    r"\b(?:died|dead(?! (?:slow|good|nice|easy|end|keen|cheap|proud|chuffed|funny|kind|busy|tired))"
    r"|deid|deceased|departed|widow(?:ed|er)?|bereaved|buried|bury(?:ing)?|cremated|funeral|expired"
    r"|killed|murdered|drowned|hanged|outlived|stillborn|obituary|r\.?i\.?p|ghost|ashes|grave\w*"
    r"|cemetery|churchyard|god rest|in heaven|kicked the bucket|snuffed it|croaked|rainbow bridge"
    r"|six f(?:oo|ee)t under|in the ground|a better place|sat shiva|slept in the lord"
    r"|rest(?:ing)? in peace|(?:was|were) alive|slipp(?:ed|it) awa(?:y)?|taken from (?:us|me)"
    r"|left (?:us|this world)|called home|(?:with|joined|to be with) the (?:lord|angels)"
    rf"|rest {_THEM} souls?|lost {_THEM} (?:\w+ )?(?:fight|battle|life|lives)"
    rf"|t(?:ook|aken) {_THEM} own li(?:fe|ves)|popped {_THEM} clogs|went in {_THEM} sleep"
    r"|no longer (?:with|alive|here|living)|laid (?:\w+ ){1,3}to rest|s(?:ay|aid) goodbye to"
    r"|(?:not|n't|nt) (?:here|around) (?:any ?more|now|any longer)"
    r"|(?:not|n't|nt) with us(?! (?:today|tonight|this|on|at|for|yet))"
    r"|put to sleep|(?:had to be|been|was|were|had (?:him|her|them|it)|,) put down|put down at"
    r"|brown bread|a gonn?er|off (?:his|her) perch|went in the night|slipped off in|pass away"
    r"|(?:he|she|they|'s|is|wis) deed|(?<=\w )no more(?=\W*$|[.,;]| (?:love|now|he|she|we|my))"
    r"|(?:cancer|lord|god|pneumonia|covid|stroke|illness|drink|war) (?:that )?took \w+"
    r"|go(?:ne|es)?(?: home)? to (?:glory|god|the lord|heaven|cat heaven|be with)"
    r"|(?:gone|went|away) to (?:his|her) (?:rest|reward)"
    r"|went (?:back )?to (?:glory|god|allah|the lord|heaven)"
    r"|(?:till|until|before|since) (?:he|she|they|(?:my|our|me|mi|the) \w+) went(?=\W*$|[.,;])"
    r"|did ?(?:n't|nt|not) make it(?=\W*$|[.,;])"
    r"|(?:my|our|me|mi|ma|the|his|her) late (?!n)\w+)\b",
    re.IGNORECASE,
)
_PASSED = re.compile(
    # "She passed me the tablets" and "passed his test" are none.
    r"\bpas+ed\b(?! (?:me|us|him|her|them|his|their|the|a|an|it|by|out|down|round|through"
    r"|over (?:the|a|my|to)|each|exam|test)\b)|\bpast (?:away|on)\b",
    re.IGNORECASE,
)
_GONE = re.compile(
    # "Gone into a home" and "gone shopping" are none, and "the rest are gone" is of nobody named.
    r"(?<!rest are )(?<!rest is )(?<!others are )(?<!others have )(?<!rest have )(?<!rest has )"
    r"(?<!else has )(?<!else is )(?<!else's )(?<!everyone's )(?<!everybody's )(?<!all )"
    r"\bgone\b(?! (?:in|into|to|back|home|off|out|on|for|and|away|up|down|round|over|through|wrong"
    r"|bad|quiet|missing|mad|well|again|from|with|without|along|early|late|\w+ing)\b)",
    re.IGNORECASE,
)
_DIE = re.compile(
    r"(?<!to )(?<!will )(?<!would )(?<!could )(?<!might )(?<!can )(?<!may )(?<!'ll )(?<!\bi )"
    r"(?<!gonna )(?<!not )(?<!n't )(?<!'d )\bdie\b(?! for)",
    re.IGNORECASE,
)
_LOST = re.compile(r"\blost ((?:[\w'-]+ ){0,4}[\w'-]+)", re.IGNORECASE)
_THEN = frozenset(
    {"in", "on", "at", "last", "this", "just", "to", "too", "when", "before", "after", "two"}
    | {"three", "a", "about"}
)
_BEFORE_WHOM = frozenset(
    {"my", "our", "me", "mi", "ma", "the", "his", "her", "their", "dear", "dearest", "best", "old"}
    | {"poor", "only", "own", "both", "late", "first"}
)
_DENIED = re.compile(
    r"(?:n't|\b(?:not|never|(?:is|are|was|were|has|have|had|do|does|did|wo|would|could|ai)nt))"
    r"(?: \w+)?\s*$"
)
_SUPPOSED = re.compile(
    r"\b(?:if(?! you (?:know|remember|see))|unless|nearly|almost|what if|suppos\w+"
    r"|in case|imagine|thought(?! i)|worr\w+|scared|afraid|frightened|dread\w*|fear\w*"
    r"|wish(?:es|ed)?|might(?: \w+)? have|could(?: \w+)? have)\b"
)
_CLAUSE = re.compile(r"[.;!?\n]|\bbut\b")


def tells_of_death(text: str) -> bool:
    """Whether a text has a word of somebody's death that it neither denies nor supposes."""
    for clause in _CLAUSE.split(straight(text)):
        for start in _deaths(clause):
            before = clause[:start].casefold()
            if not _DENIED.search(before) and not _SUPPOSED.search(before):
                return True
    return False


def _deaths(clause: str) -> list[int]:
    """Where the words of death of a clause begin."""
    found = [m.start() for words in (_SURELY, _PASSED, _GONE, _DIE) for m in words.finditer(clause)]
    return found + [m.start() for m in _LOST.finditer(clause) if _is_somebody(m[1])]


def _is_somebody(words: str) -> bool:
    """Whether what was lost is somebody: "my best friend", "harold", but not "her dog"."""
    said = words.split()
    low = [word.casefold() for word in said]
    if low[0] in ("him", "her", "them") and (len(low) == 1 or low[1] in _THEN):
        return True
    at = next((at for at, word in enumerate(low) if word not in _BEFORE_WHOM), None)
    if at is None or low[at].endswith(("'s", "'")):
        return False
    who = relationship_in(low[at])
    if who is Relationship.PET:
        return not {"my", "our", "me"}.isdisjoint(low[:at])
    titled = low[at] in ("mr", "mrs", "miss", "dr")
    return who is not None or said[at].istitle() or titled or low[at] in names() - word_names()
