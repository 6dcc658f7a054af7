# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Short answers read in the light of the question asked: "twice a week", "both", "nah".

Each function takes what the patient wrote and gives a code, or ``None`` where the words do
not answer the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from bot.needs.areas import Size
from bot.network.model import Contact, Distance, Work
from bot.nlu import attributes
from bot.nlu.lexicon import relationship_of
from bot.nlu.words import mend, straight, tokenise

_YES = re.compile(
    r"^(?:(?:oh|well|um|er|erm|aww?|hmm) )*(?:y|ye|yes+|yeah+|yea|yeh|yep|yup|yus|ya|aye|ay|ok|okay|okey|k|sure|fine|right|correct|exactly|definitely|absolutely|indeed|spot on|that's (?:right|it|correct|me|fine|ok)|thats (?:right|it|correct|fine|ok)|"
    r"go on(?: then)?|go for it|go ahead|why not|of course|course|please do|yes please|i do|i am|i would|i have|it is|he does|she does|they do|he is|she is|they are|suppose so|i suppose(?: so)?|guess so|i guess(?: so)?|i think so|think so|"
    r"sounds good|sounds (?:ok|fine|right)|alright(?: then)?|all right(?: then)?|great|perfect|lovely|grand|deffo|defo|yh|yess|true|agreed|i agree|i'd like that|id like that|that would be (?:good|great|nice|lovely)|👍|✅|mm+h+m+|uh huh|haan|tak|si|no bother|no problem|happy to|count me in|too right|you bet|certainly|by all means|very much(?: so)?)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^(?:(?:oh|well|um|er|erm|aww?|hmm) )*(?:n|no+|nah+|nope|naw|nae|nay|na|not (?:really|at all|now|today|yet|for me|right|quite|that i know|particularly|especially|sure i want)|no thanks?(?: you)?|no ta|no way|never|nowt|i don't(?! know| mind| care)|i dont(?! know| mind| care)|don't think so|dont think so|i don't think so|i dont think so|wrong|incorrect|that's (?:wrong|not right|not it)|thats (?:wrong|not right|not it)|it isn't|it isnt|isn't|he doesn't|she doesn't|doesn't|doesnt|i'd rather not|id rather not|rather not|no one|nobody|naebody|nae ?one|nobdy|none|nothing|neither|i'm (?:fine|ok|alright)|im (?:fine|ok|alright)|i'm good|im good|👎|nay|nuh uh|nie|nahi|pass on that|count me out|hardly|no chance|afraid not|disagree|false)\b",
    re.IGNORECASE,
)
_NO_WINS = re.compile(r"^(?:no problem|no bother|no worries)\b", re.IGNORECASE)
_NUMBERS = {
    "none": 0, "zero": 0, "no": 0, "one": 1, "a": 1, "first": 1, "two": 2, "couple": 2, "both": 2,
    "second": 2, "three": 3, "third": 3, "four": 4, "fourth": 4, "five": 5, "fifth": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "last": -1,
}  # fmt: skip


_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip


def yes_or_no(text: str) -> bool | None:
    """Whether the words agree; ``None`` where they do neither."""
    plain = straight(text).strip(" .,!?")
    if _NO_WINS.match(plain):
        return True
    if _NO.match(plain):
        return False
    if _YES.match(plain):
        return True
    return None


def contact_in(text: str) -> Contact | None:
    """How often, from "twice a week", "every day", "not much", "2" (times a week is not said)."""
    plain = straight(text)
    for said in attributes.find(plain):
        if said.attribute == "contact":
            return said.value  # type: ignore[return-value]
    low = plain.lower().strip(" .,!")
    if re.search(
        r"\b(?:daily|everyday|day|constantly|always|living together|loads|all the time)\b", low
    ):
        return Contact.DAILY
    if re.search(
        r"\b(?:week|weekly|weekends?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b", low
    ):
        return Contact.WEEKLY
    if re.search(r"\b(?:month|monthly|fortnight)\b", low):
        return Contact.MONTHLY
    if re.search(
        r"\b(?:less|never|hardly|rarely|not (?:often|much|a lot)|year|yearly|christmas|birthdays?|sometimes)\b",
        low,
    ):
        return Contact.LESS
    return None


def circle_in(text: str) -> int | None:
    """The circle that an answer means: "very" is 1, "middle" 2, "not so much" 3.

    Asked "which circle?", "the middle" is the second of three; "in the middle" of the map,
    said out of the blue, is the first and is read by ``bot.nlu.edits``.
    """
    low = straight(text).lower().strip(" .,!")
    if re.search(
        r"\b(?:not (?:very|that|so|really|too|as|all that|at all)|less|outer\w*|outside|edge|third|3|three|least|far|a bit|slightly|little|hardly|further\w*|last)\b",
        low,
    ):
        return 3
    if re.search(
        r"\b(?:middle|quite|second|2|two|fairly|pretty|medium|in between|between|halfway|somewhat|important-ish|so so|second one|sort of|kind of)\b",
        low,
    ):
        return 2
    if re.search(
        r"\b(?:very|inner\w*|inside|first|1|one|closest|close|nearest|most|top|really|extremely|massively|vital|everything|world|rock|centre|center|important|essential|hugely|without)\b",
        low,
    ):
        return 1
    return None


def help_in(text: str, asked: Sequence[Work] = ()) -> frozenset[Work] | None:
    """The kinds of help an answer names; "both" and "all" mean all that were asked about.

    An empty set means that the answer says none.
    """
    plain = straight(text)
    low = plain.lower()
    found = {s.value for s in attributes.find(plain) if s.attribute == "help"}
    if re.search(
        r"\b(?:illness|health|medical|condition|medicines?|tablets?|appointments?)\b", low
    ):
        found.add(Work.ILLNESS)
    if re.search(
        r"\b(?:everyday|every day (?:things|stuff|jobs)|practical|jobs|house|chores|errands|shopping|day to day)\b",
        low,
    ):
        found.add(Work.EVERYDAY)
    if re.search(
        r"\b(?:emotional\w*|listen\w*|talk\w*|chat\w*|feelings?|company|cheer\w*|mood|support|comfort\w*|worries)\b",
        low,
    ):
        found.add(Work.EMOTIONAL)
    if not found and re.search(
        r"\b(?:both|all|everything|the lot|all (?:of )?(?:it|them|three)|bit of (?:everything|all)|each)\b",
        low,
    ):
        found.update(asked or tuple(Work))
    if not found:
        return frozenset() if yes_or_no(plain) is False else None
    return frozenset(found)  # type: ignore[arg-type]


def size_in(text: str) -> Size | None:
    """How big a difficulty is: "a bit" is small, "massive" big."""
    low = straight(text).lower()
    if re.search(
        r"\b(?:a bit|bit|small|little|slight\w*|minor|mild\w*|sometimes|some|now and (?:then|again)|not (?:too|that|so|very) (?:bad|big|much)|manageable|on and off|tiny|1|wee|not (?:a )?(?:big|huge|massive)|touch|so so|moderate\w*)\b",
        low,
    ):
        return Size.SMALL
    if re.search(
        r"\b(?:big|massive\w*|huge\w*|major|lots?|very|terrible|awful|really|severe\w*|constant\w*|always|all the time|every day|nightmare|bad|badly|worst|unbearable|a lot|loads|2|extreme\w*|enormous|serious\w*|much)\b",
        low,
    ):
        return Size.BIG
    return None


def distance_in(text: str) -> Distance | None:
    """How near somebody lives."""
    low = straight(text).lower()
    rules = (
        (Distance.SAME_HOME, r"(?:with (?:me|us)|same (?:house|home|flat)|here|together|at home|in the house|lives? in|own room)"),
        (Distance.ONLINE, r"(?:online|internet|facebook|whatsapp|video calls?|never met|on the (?:computer|phone))"),
        (Distance.FAR, r"(?:far|abroad|miles away|hours? away|other (?:side|end)|overseas|another country|in (?:poland|pakistan|india|spain|australia|america|canada|ireland|jamaica|romania|nigeria|somalia|bangladesh)|long way|plane|hundreds of miles|(?:two|three|four|five|\d+) hours)"),
        (Distance.NEAR, r"(?:near\w*|next door|round the corner|close\w*|street|walk\w*|local\w*|few doors|down the road|up the road|across the (?:road|street)|over the road|same (?:street|road|village|estate|town|building|block)|upstairs|downstairs|opposite|minutes? walk)"),
        (Distance.DRIVE, r"(?:drive|bus|train|car|half an hour|an hour|miles|next town|other side of town|minutes)"),
    )  # fmt: skip
    for distance, pattern in rules:
        if re.search(rf"\b{pattern}\b", low):
            return distance
    return None


def number_in(text: str) -> int | None:
    """The first number in figures or words; -1 for "the last one"."""
    tens = 0
    for token in tokenise(text):
        digits = re.match(r"\d+", token.low)
        if digits:
            return int(digits.group())
        if tens:
            return tens + max(_NUMBERS.get(token.low, 0), 0) % 10
        if token.low in _TENS:
            tens = _TENS[token.low]
        elif token.low in _NUMBERS and token.low not in {"a", "no"}:
            return _NUMBERS[token.low]
    return tens or None


def names_in(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of the known names that a text means, tolerant of typos, in the order known.

    "everyone", "all of them" and "both" mean all; "none of them" nobody.
    """
    names = list(known)
    low = straight(text).lower()
    if re.search(r"\b(?:none|nobody|no one|neither)\b", low):
        return ()
    everyone = re.search(
        r"\b(?:everyone|everybody|all(?: of (?:them|us))?|both|the lot|they all)\b", low
    )
    excepted = re.split(r"\b(?:except|but not|apart from|bar|not)\b", low, maxsplit=1)
    if everyone:
        out = set(_matched(excepted[1], names)) if len(excepted) > 1 else set()
        return tuple(n for n in names if n not in out)
    return tuple(n for n in names if n in set(_matched(low, names)))


def _matched(low: str, names: list[str]) -> list[str]:
    tokens = [t.low for t in tokenise(low) if t.is_word or t.low == "'s"]
    found: list[str] = []
    lowered = [n.lower() for n in names]
    for width in range(1, 6):
        for at in range(len(tokens) - width + 1):
            words = " ".join(tokens[at : at + width])
            if words in lowered:
                found.append(names[lowered.index(words)])
                continue
            if width == 1 and len(words) >= 4:
                near = [n for n in lowered if OSA.distance(words, n) <= (2 if len(n) > 7 else 1)]
                if len(near) == 1:
                    found.append(names[lowered.index(near[0])])
    firsts = {n.lower().split()[0]: n for n in names if len(n.split()) > 1}
    found += [firsts[t] for t in tokens if t in firsts and len(t) > 2]
    return list(dict.fromkeys(found))


def relationship_in(text: str) -> str | None:
    """The relationship code that an answer such as "she's my cousin" names."""
    low = re.sub(
        r"^(?:he|she|they|it|he's|she's|hes|shes|it's|its|they're|is|are|was|just|well|oh|um|yes|yeah|no|only|that's|thats|an?|like)\b[ ,]*",
        "", straight(text).lower().strip(" .,!"),
    )  # fmt: skip
    for _ in range(4):
        found = relationship_of(" ".join(mend(w) for w in low.split()))
        if found:
            return found.value
        low = re.sub(r"^\S+\s*", "", low)
        if not low:
            break
    return None
