# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Whether a plan is becoming part of everyday life: the four constructs of domain.md 7.3.

After normalisation process theory: does it make sense (coherence), is anyone in it with the
person (participation), does it fit their week (action), and is it worth it (monitoring)? The
lowest picks the next move.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.network.model import Code
from bot.support.barriers import Barrier, but_in


class Construct(Code):
    """The four, in the order in which each builds on the one before."""

    COHERENCE = "coherence"
    PARTICIPATION = "participation"
    ACTION = "action"
    MONITORING = "monitoring"


class Said(Code):
    """What may be said to a question about one of them."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_SURE = "not_sure"


class Move(Code):
    """What may come next for a plan."""

    GO_ON = "go_on"
    FINISH = "finish"
    WHEN = "when"
    SMALLER = "smaller"
    OTHER = "other"
    PAUSE = "pause"
    DROP = "drop"


CHECKED = (Construct.COHERENCE, Construct.PARTICIPATION, Construct.ACTION)
"""What is asked about where the barrier does not tell; monitoring is told by the answers."""

_OF_BARRIER = {
    Barrier.NOT_AS_DESCRIBED: Construct.COHERENCE,
    Barrier.NOT_WANTED: Construct.COHERENCE,
    Barrier.NERVES: Construct.PARTICIPATION,
    Barrier.NOBODY: Construct.PARTICIPATION,
}
"""All others, ``OTHER`` aside, are about fitting it into life: action."""

_RANK = {Said.NO: 0, Said.PARTLY: 1, Said.NOT_SURE: 1, Said.YES: 2}

MOVES: Mapping[Construct | None, tuple[Move, ...]] = {
    None: (Move.GO_ON, Move.FINISH, Move.PAUSE),
    Construct.COHERENCE: (Move.OTHER, Move.SMALLER, Move.PAUSE, Move.DROP),
    Construct.PARTICIPATION: (Move.GO_ON, Move.OTHER, Move.PAUSE, Move.DROP),
    Construct.ACTION: (Move.WHEN, Move.SMALLER, Move.OTHER, Move.PAUSE, Move.DROP),
    Construct.MONITORING: (Move.SMALLER, Move.OTHER, Move.PAUSE, Move.DROP),
}
"""What is offered, by the construct that is lowest; for participation, people come first."""

DECISIONS = {
    Move.GO_ON: "go_on",
    Move.FINISH: "finish",
    Move.WHEN: "change",
    Move.SMALLER: "change",
    Move.OTHER: "drop",
    Move.PAUSE: "pause",
    Move.DROP: "drop",
}
"""What becomes of the plan, as ``FollowUp.decision`` keeps it."""

ENDS = {"finish": "finished", "pause": "paused", "drop": "dropped"}
"""The state of a plan that a decision ends."""


def of_barrier(barrier: Barrier) -> Construct | None:
    """The construct that a barrier is about; ``None`` for one that does not tell."""
    return None if barrier is Barrier.OTHER else _OF_BARRIER.get(barrier, Construct.ACTION)


def evidence(
    worth: Said | None, barrier: Barrier | None, checks: Mapping[Construct, Said]
) -> dict[Construct, Said]:
    """What is known of each construct; a barrier says no to its own."""
    known = dict(checks)
    if worth is not None:
        known[Construct.MONITORING] = worth
    if barrier is not None and (about := of_barrier(barrier)) is not None:
        known[about] = Said.NO
    return known


def lowest(known: Mapping[Construct, Said]) -> Construct | None:
    """The lowest; of equal ones the earliest. ``None`` where nothing is below a yes."""
    below = [c for c in Construct if c in known and known[c] is not Said.YES]
    return min(below, key=lambda c: _RANK[known[c]], default=None)


_PARTLY = re.compile(
    r"\b(?:partly|in part|sort of|kind of|kinda|a bit|a little|half|once or twice|only once"
    r"|tried to|nearly|almost|so so|so-so|not much|up to a point|in a way|some of it|mixed"
    r"|so and so|bit of both|yes and no)\b",
    re.IGNORECASE,
)
_NOT_SURE = re.compile(
    r"\b(?:not sure|don'?t know|dunno|hard to say|can'?t say|unsure|maybe|perhaps"
    r"|too (?:soon|early))\b",
    re.IGNORECASE,
)
_GOOD = re.compile(
    r"\b(?:loved|lovely|great|enjoy\w*|brilliant|wonderful|fantastic|really good|very good|helped"
    r"|helpful|worth it|pleased|glad|fun|friendly|welcoming|good|nice)\b",
    re.IGNORECASE,
)
_BAD = re.compile(
    r"\b(?:awful|terrible|hated|horrible|rubbish|waste|boring|disappoint\w*|pointless|dreadful"
    r"|didn'?t (?:like|enjoy|help)|not (?:worth|for me|good|great|my thing|helpful)|no good"
    r"|wasn'?t (?:worth|for me|good|great|my thing|helpful)|won'?t (?:go|do it) again)\b",
    re.IGNORECASE,
)


_WENT = r"went(?! (?:to (?:bed|hospital|a\s?&\s?e|sleep)|into hospital|wrong|badly|downhill|blank|home|off)\b)"
_DID = re.compile(
    r"\b(?:i|we) (?:(?:really|just|have|finally) )*"
    r"(?:did (?:go|try|do|get|make|manage)|" + _WENT + r"|tried it|managed|made it)\b"
    # A short answer leaves out who: "aye, been twice", "went last week", "did it".
    r"|^\W*(?:(?:oh|aye|yes|yeah|yep|yea|well|actually|yup|of course)\W+)*(?:(?:i|we)(?:'?ve| have) )?"
    r"(?:(?:every|each|most) (?:week|day|time|month|\w+day)s?(?= since\b)|been (?:going|once|twice|there|to it|a few|a couple|\w+ times|every|and|now)|"
    + _WENT
    + r"|got there"
    r"|did it|done it|tried it|managed (?:it|to))\b",
    re.IGNORECASE,
)
_DID_NOT = re.compile(
    r"\b(?:didn'?t|did not|never|haven'?t|have not|couldn'?t|could not|nearly|almost)\b",
    re.IGNORECASE,
)


_PARTS = re.compile(r"[.;!?]|,|\b(?:but|so|because|cos|though|then)\b", re.IGNORECASE)

_PLANNED = re.compile(
    r"\b(?:i'?m|i am|we'?re|we are) (?:going|starting|meant to|due|booked|off)\b(?! (?:every|each|most|now|well|great|fine|along|regular))"
    r"|\b(?:going to|gonna|will|i'?ll) (?:give it|try|start|go|have a go)\b|\b(?:for the )?first time (?:tomorrow|next|on|this)\b"
    r"|\bstart(?:s|ing)? (?:after|in|on|next|tomorrow)\b|\bin the (?:new year|spring|summer|autumn|winter)\b"
    r"|\bnot (?:been|gone|started|tried)\b|\b(?:haven'?t|have not|ain'?t) (?:been|gone|started|tried|got|had)\b",
    re.IGNORECASE,
)
"""A "yes" or "right" beside these is no yes to having done it."""


_TO_COME = re.compile(
    r"\bnot (?:yet )?(?:till?|until|before)\b|\bit(?:'?s| is| isn'?t)(?: not)? (?:till?|until|on|next|tomorrow|this)\b"
    r"|\b(?:moved|changed|postponed|rescheduled|put (?:it )?(?:off|back)|put (?:it )?off) (?:it )?(?:to|till?|until)\b",
    re.IGNORECASE,
)


def is_to_come(text: str) -> bool:
    """Whether the day of the plan is said to be still to come: "not till the 9th"."""
    plain = text.replace("’", "'")
    return bool(_TO_COME.search(plain)) and tried_in(plain) is None


# Each ends at a word's end: "right ok" read in two ways would take ages, said often enough.
_HEARD = re.compile(
    r"\W*(?:(?:ok|okay|okey[ -]?doke\w*|k|right|right you are|right(?:y|i?e)?[ -]?(?:o|oh|ho)"
    r"|all ?right|fine|fair enough|very good|very well|i see|got it|got you)\b"
    r"(?:[ ,]+(?:then|thanks|thank you|ta|cheers|love|dear|pet|duck|hen|mate))*\W*)+",
    re.IGNORECASE,
)


def only_heard(text: str) -> bool:
    """Whether "ok" or "right you are" is all that is said: no word on whether something was tried."""
    return _HEARD.fullmatch(text) is not None


def tried_in(text: str) -> Said | None:
    """ "I did go", "we went" say yes by their grammar; ``None`` for all other words."""
    parts = _PARTS.split(text.replace("’", "'"))
    done = any(_DID.search(part) and not _DID_NOT.search(part) for part in parts)
    return Said.YES if done else None


def is_planned(text: str) -> bool:
    """Whether the words tell of what is still to be done: "I'm going for the first time tomorrow"."""
    plain = text.replace("’", "'")
    return bool(_PLANNED.search(plain)) and tried_in(plain) is None


def partly_in(text: str) -> Said | None:
    """ "Sort of" and "not sure"; ``None`` for words that say neither."""
    plain = text.replace("’", "'")
    if _PARTLY.search(plain):
        return Said.PARTLY
    return Said.NOT_SURE if _NOT_SURE.search(plain) else None


def worth_in(text: str) -> Said | None:
    """Whether it was worth it, by how it is told; ``None`` where that is not told."""
    plain = text.replace("’", "'")
    if (between := partly_in(plain)) is not None:
        return between
    if _BAD.search(plain):
        return Said.NO
    return Said.YES if _GOOD.search(plain) else None


_OTHER_TIME = r"(?! (?:(?:it|this|that) )?(?:(?:on|at) )?(?:later|next|on hold|(?:another|some other|a different) (?:time|day)))"
_MOVES_IN: tuple[tuple[Move, str, Move | None], ...] = (
    # The order decides where words of several are said: to go on comes first, as it loses nothing.
    (
        Move.GO_ON,
        r"\b(?:keep (?:going|at it|it up|on|it(?! (?:for|small|short))|it for now|\w+ing)|carry(?:ing)? on"
        r"|go(?:ing)? on(?! (?:a|the|my|another|some|(?:mon|tues|wednes|thurs|fri|satur|sun)\w*)\b)"
        r"|go(?:ing)? (?:again|back)|try (?:it )?again|do(?:ing)? it again|stick(?:ing)? (?:with|at)"
        r"|continu(?:e|ing)|one more (?:go|try)|same again"
        r"|(?:leave|keep) (?:it|things|that|everything) (?:(?:just )?(?:as|like|how) (?:it|they|that)|alone|the same))\b"
        + _OTHER_TIME,
        Move.DROP,
    ),
    (
        Move.GO_ON,
        r"(?:n't|\b(?:not|never|far from|nowhere near))(?: (?:quite|yet|really|all))? finished\b",
        None,
    ),
    (
        Move.FINISH,
        r"\b(?:part of my (?:week|life|routine)|(?:a )?habit now|every week now|no need to ask"
        r"|all sorted)\b",
        None,
    ),
    (
        Move.FINISH,
        r"^\W*finished\b|\b(?:(?:i'?ve|i have|it'?s|it has|it is|i'?m|i am|we'?ve|all|now) finished"
        r"|finished (?:with|it|now)|done with (?:it|that))\b",
        Move.GO_ON,
    ),
    (
        Move.DROP,
        r"\b(?:drop(?:ping)?(?!(?: |-)?in\b| by\b| off\b| round\b)|let(?:ting)? (?:it|that) go"
        r"|giv(?:e|ing)(?: (?!me|him|us)\w+)? up|forget (?:it|about it)|scrap(?:ping)?|quit(?:ting)?"
        r"|take it off|cross it off|pack(?:ing)? it in|call(?:ing)? it a day|stopping|(?<=to )stop"
        r"|(?:let's|i'd rather|i'?ll|i will|i should|never|won't|can't|don't) stop"
        r"|stop (?:it|going|doing|now|this|that|altogether))\b(?! (?:there|here|outside)\b)",
        Move.GO_ON,
    ),
    (
        Move.DROP,
        r"\b(?:no point|not (?:going|doing it) again|won'?t bother)\b",
        None,
    ),
    (
        Move.PAUSE,
        r"\b(?:leave it|pause|have a break|take a break|on hold)\b",
        Move.GO_ON,
    ),
    (
        Move.PAUSE,
        r"\b(?:not now|later|another time|not (?:just )?yet|for now|rest)\b",
        None,
    ),
    (
        Move.OTHER,
        r"\b(?:something (?:else|different)|somewhere else|another (?:one|group|place|club)"
        r"|different (?:one|group|place)|others?|look again|what else|other ideas?)\b",
        None,
    ),
    (Move.SMALLER, r"\b(?:smaller|less|shorter|start small|bit at a time|step at a time)\b", None),
    (
        Move.WHEN,
        r"\b(?:(?:another|different|other) (?:day|time)|change the (?:day|time)|next week"
        r"|reschedule|earlier|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
        None,
    ),
    (Move.GO_ON, r"\bon my own\b", None),
)
"""A move, the words for it, and what they come to where they are denied ("I won't give it up")."""

_MOVE_PATTERNS = [
    (move, re.compile(words, re.IGNORECASE), denied) for move, words, denied in _MOVES_IN
]
_DENIED = re.compile(
    # A word that denies, and after it nothing that could be what is denied instead.
    r"(?:n't|\b(?:not|never|cannot|cant|dont|wont|wouldnt|nothing|without"
    r"|(?:hate|loath|shame|pity|mistake|silly|daft|be sad|too (?:good|soon|early))(?= to\b)|far from|rather than|instead of"
    r"|no (?:point|need|way|chance|wish|reason|intention|question|plans?|desire|sense)))"
    r"(?:\s+(?:want(?:ing)?|wish|need|have|got|going|gonna|think(?:ing)?|intend|mean|ready|like|feel|see|make"
    r"|quite|really|just|yet|ever|even|all|be|being|been|to|i|i'd|i'll|i'm|me|my|we|should|could|would|will"
    r"|about|in|of|for|any|the|point|reason|sense|planning|plan|now))*\s+$",
    re.IGNORECASE,
)
_MOVE_OF_INTENT = {
    "pause": Move.PAUSE,
    "resume": Move.GO_ON,
    "reject_option": Move.DROP,
    "different_options": Move.OTHER,
    "find_support": Move.OTHER,
    "nearer": Move.OTHER,
    "cheaper": Move.OTHER,
}


def move_in(text: str, intent: str = "") -> Move | None:
    """What the words want next for the plan; the classifier is asked where they do not say.

    What follows a "but" counts before the rest, and words that are denied ("no point stopping")
    count for their opposite, or for nothing.
    """
    plain = text.replace("’", "'")
    found = _move_of(but_in(plain)) or _move_of(plain)
    return found or _MOVE_OF_INTENT.get(intent)


def _move_of(plain: str) -> Move | None:
    for move, pattern, denied in _MOVE_PATTERNS:
        for found in pattern.finditer(plain):
            meant = denied if _DENIED.search(plain[: found.start()]) else move
            if meant is not None:
                return meant
    return None
