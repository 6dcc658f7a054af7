# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What got in the way of a plan: the codes of domain.md 12.2, and reading them from words.

This is the one home of the words that people use for each. What the words alone do not say may
still be told by the reader's difficulties ("my knee got bad") or by the intent of the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.needs.areas import Area
from bot.network.model import Code


class Barrier(Code):
    """Why a plan was not tried, or was not worth it."""

    NO_CONTACT = "no_contact"
    CLOSED = "closed"
    NOT_AS_DESCRIBED = "not_as_described"
    FULL = "full"
    COST = "cost"
    TRANSPORT = "transport"
    ACCESS = "access"
    TIME = "time"
    HEALTH = "health"
    NERVES = "nerves"
    NOBODY = "nobody"
    NOT_WANTED = "not_wanted"
    CARING = "caring"
    OTHER = "other"


WRONG_DETAILS = frozenset({Barrier.NO_CONTACT, Barrier.CLOSED})
"""What raises a directory correction (domain.md 12.2)."""

OF_A_SERVICE = frozenset(
    {
        Barrier.NO_CONTACT,
        Barrier.CLOSED,
        Barrier.NOT_AS_DESCRIBED,
        Barrier.FULL,
        Barrier.ACCESS,
    }
)
"""What can only be said of a place or a service, and is not offered for an idea of one's own."""

_GONE = (
    # Of the place itself: "they moved the chairs" and "it ended up being fun" are not about that.
    r"(?:it|they|(?:the |that )?(?:group|club|class|choir|place|centre|session)s?)"
    r"(?:(?:'s|'ve| have| has| had)(?: all| just| since| now)? (?:moved|gone|finished|ended)| (?:was|were) (?:gone|finished)|"
    r" (?:moved|finished|ended)(?= (?:to|away|out|last|for good|altogether|in|months?|years?|ages)\b))"
    r"(?=\W*$|[,.;!?]| (?:to|away|out|from|now|altogether|for good|since|last|in|and|but|so|by the time|when|months?|years?|ages)\b)"
)
_WORDS: tuple[tuple[Barrier, str], ...] = (
    # The order decides where words of several are said: what the service did comes first.
    (
        Barrier.CLOSED,
        r"\b(?:closed|shut|boarded up|folded|cancelled|no longer (?:there|on|runs?|running|exists?|open)|(?:not|isn't|isnt|wasn't|wasnt) (?:there|on|running|open)|doesn't exist|doesnt exist|stopped (?:running|doing it)|"
        + _GONE
        + r"|wrong (?:address|number|times?|days?|place|details|phone|postcode)|(?:address|number|details|phone|postcode) (?:is|was|were|are) wrong)\b",
    ),
    (
        Barrier.NO_CONTACT,
        r"\b(?:(?:never|not|no ?one|nobody|didn't|didnt|couldn't|couldnt|can't|cant|don't|dont|won't|wont|wouldn't)\b.{0,18}\b(?:answer(?:s|ed)?|pick(?:s|ed)? up|get through|got through|get hold|got hold|repl(?:y|ied)|ring back|rang back|call(?:ed)? back|got back|get back|contact|reach(?:ed)?(?= (?:them|any\w+|some\w+|her|him|you|the (?:club|group|place|office|people|organi[sz]er))\b|\W*$))|answer ?phone|voice ?mail|no (?:answer|reply)|engaged|rang and rang)\b",
    ),
    (
        Barrier.FULL,
        r"\b(?:full(?! time)|waiting list|wait list|no (?:places?|spaces?|room)|booked up|all booked|over ?subscribed)\b",
    ),
    (
        Barrier.NOT_AS_DESCRIBED,
        r"\b(?:(?:not|wasn't|wasnt|isn't|isnt|nothing like) (?:what|as|like|it said|how)|different (?:to|from|than)|(?:not what|than) i (?:thought|expected)|misleading|too (?:loud|noisy|crowded|young|childish|advanced|hard for me)|for (?:younger|older) people)\b",
    ),
    (
        Barrier.ACCESS,
        r"\b(?:stairs?|steps|wheel ?chair|ramp|toilets?|loos?|hearing loop|couldn't get in|couldnt get in|can't get in|cant get in|(?:lift|elevator) (?:was|is|wasn't|isn't|had) (?:broken|out|not|working|packed)|too narrow|nowhere to sit)\b",
    ),
    (
        Barrier.CARING,
        r"\b(?:look(?:ing|ed)? after|car(?:e|ing) (?:for|of)|(?:couldn't|couldnt|can't|cant|not) leave (?:him|her|them|my|our)|baby ?sit\w*|(?:wife|husband|partner|mum|mam|dad|mother|father|son|daughter|grand\w+|kids|children) (?:needs?|needed|was|is|were|has been|got|took) (?:me|ill|poorly|sick|unwell|bad))\b",
    ),
    (
        Barrier.COST,
        r"£|\b(?:costs?|dear|expensive|pric(?:e|ey|es)|afford|money|skint|fees?|to pay|charg(?:e|ed|es))\b",
    ),
    (
        Barrier.TRANSPORT,
        r"\b(?:bus(?:es)?|lift|taxis?|transport|train|drive|driving|the car|my car|no car|parking|too far|far away|(?:get|getting|got) there|way of getting|travel)\b",
    ),
    (
        Barrier.NOBODY,
        r"\b(?:(?:no ?one|nobody|somebody|someone|anyone|anybody) (?:to (?:go|come|take)|who|that|would|could|wanted)|on my own|by myself|alone|without (?:him|her|them|someone))\b",
    ),
    (
        Barrier.NERVES,
        r"\b(?:nerv(?:es|ous|y)|lost (?:my|me|the) nerve|anxi\w+|scared|afraid|fright\w+|confiden\w+|shy|worr\w+|panic\w*|bottle(?:d)?(?: it)?|over ?whelm\w*|daunt\w*|courage|embarrass\w*|couldn't face|couldnt face|can't face|cant face|new people|awkward)\b",
    ),
    (
        Barrier.HEALTH,
        r"\b(?:ill|illness|unwell|poorly|(?:am|i'm|was|been|feeling|felt) (?:right |proper |too |that )?badly|sick|hospital|pain\w*|hurt\w*|aches?|sore|knees?|hips?|my (?:back|chest|legs?|feet|heart)|breath\w*|tired\w*|exhaust\w*|fatigue|worn out|flare\w*|dizzy|a cold|flu|covid|infection|(?:not|wasn't|wasnt) (?:up to it|well|well enough)|bad (?:day|days|week|spell|turn|patch)|got worse|my health|fell|a fall|operation)\b",
    ),
    (
        Barrier.NOT_WANTED,
        r"\b(?:no longer want|(?:don't|dont|didn't|didnt) (?:really )?(?:want|fancy|need|like|feel like)|changed my mind|(?:went|gone) off (?:it|the idea)|not (?:for me|interested|bothered|keen|my (?:thing|cup of tea|sort of thing))|lost interest|(?:can't|cant|couldn't|couldnt) be bothered|boring|bored)\b",
    ),
    (
        Barrier.TIME,
        r"\b(?:times?|busy|too much on|clash\w*|appointments?|at work|working|(?:got|get) (?:round|around) to|forgot\w*|slipped my mind|hectic|(?:wrong|bad) day|(?:day|evening|morning)s? (?:doesn't|doesnt|didn't|didnt) suit|too (?:early|late))\b",
    ),
)
_PATTERNS = [(barrier, re.compile(words, re.IGNORECASE)) for barrier, words in _WORDS]

_OF_AREA = {
    Area.TRANSPORT: Barrier.TRANSPORT,
    Area.MONEY: Barrier.COST,
    Area.CARING: Barrier.CARING,
    Area.MOOD_WORRY: Barrier.NERVES,
    Area.WORK: Barrier.TIME,
    **dict.fromkeys(
        (
            Area.PAIN,
            Area.TIREDNESS,
            Area.BREATHLESSNESS,
            Area.SLEEP,
            Area.MOVING_ABOUT,
            Area.MEDICINES,
        ),
        Barrier.HEALTH,
    ),
}
_OF_INTENT = {
    "cheaper": Barrier.COST,
    "nearer": Barrier.TRANSPORT,
    "reject_option": Barrier.NOT_WANTED,
}


_CONTRAST = re.compile(
    r"\b(?:but|however|although|though|except|only|unfortunately|sadly)\b", re.IGNORECASE
)


def but_in(text: str) -> str:
    """What follows the last "but" of a text, or all of it where "though" ends it; else empty."""
    found = list(_CONTRAST.finditer(text))
    if not found:
        return ""
    rest = text[found[-1].end() :]
    return rest if re.search(r"\w", rest) else text


_RANG = re.compile(
    r"\b(?:rang|ring(?:ing)?|phon(?:ed|ing)|call(?:ed|ing)|e-?mail\w*)\b", re.IGNORECASE
)


def turned_away(text: str) -> bool:
    """Whether who says that they tried found nothing there: "yes I went, but it was shut".

    A yes alone outweighs words that may be about wrong details; a "but" turns it, and so does a
    door that was shut, or that all they did was to ring.
    """
    contrast = but_in(text)
    if contrast:
        return barrier_in(contrast) in WRONG_DETAILS
    found = barrier_in(text)
    return found is Barrier.CLOSED or (found is Barrier.NO_CONTACT and bool(_RANG.search(text)))


def barrier_in(text: str, areas: Iterable[Area] = (), intent: str = "") -> Barrier | None:
    """What the words say got in the way; ``None`` where they do not say.

    Args:
        text: the person's words.
        areas: difficulties that the reader found in them.
        intent: what the classifier made of them.
    """
    plain = text.replace("’", "'")
    for barrier, pattern in _PATTERNS:
        if pattern.search(plain):
            return barrier
    found = next((_OF_AREA[area] for area in areas if area in _OF_AREA), None)
    return found or _OF_INTENT.get(intent)
