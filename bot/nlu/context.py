# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Short answers read in the light of the question asked: "twice a week", "both", "nah".

Each function takes what the patient wrote and gives a code, or ``None`` where the words do
not answer the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.network.model import Contact, Distance, Status, Work
from bot.nlu import attributes
from bot.nlu.lexicon import is_title, relationship_of
from bot.nlu.words import mend, straight, tokenise

_YES = re.compile(
    r"^(?:(?:oh|well|um|er|erm|aww?|hmm) )*(?:y|ye|yes+|yeah+|yea|yeh|yep|yup|yus|ya|aye|ay|ok|okay|okey|k|sure|fine|right|correct|exactly|definitely|absolutely|indeed|spot on|that's (?:right|it|correct|me|fine|ok)|thats (?:right|it|correct|fine|ok)|"
    r"go on(?: then)?|go for it|go ahead|why not|of course|course|please do|yes please|i do|i am|i would|i have|it is|he does|she does|they do|he is|she is|they are|suppose so|i suppose(?: so)?|guess so|i guess(?: so)?|i think so|think so|"
    r"sounds good|sounds (?:ok|fine|right)|alright(?: then)?|all right(?: then)?|great|perfect|lovely|grand|deffo|defo|yh|yess|true|agreed|i agree|i'd like that|id like that|that would be (?:good|great|nice|lovely)|👍|✅|mm+h+m+|uh huh|haan|tak|si|no bother|no problem|happy to|count me in|too right|you bet|certainly|by all means|very much(?: so)?|(?:might|may) as well|(?:it )?(?:wouldn't|wouldnt|can't|cant|couldn't|couldnt) hurt|why aye|wouldn't say no|wouldnt say no|near enough|bang on|the (?:very )?same|ji\b|you'd better|if you (?:like|want|would|don't mind|dont mind)|if (?:it'?s|it is|it isn't|it isnt) no (?:trouble|bother)|i'd (?:love|like) (?:that|it)|that'd be|(?:mm+|uh|ah)[ -]?hu?m+|who else would|don't see why not|dont see why not|no reason not|ta,? (?:yes|yeah|go on)|please|be (?:great|good|lovely|grand|nice))(?!\w)",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^(?:(?:oh|well|um|er|erm|aww?|hmm) )*(?:n|no+|nah+|nope|naw|nae|nay|na|not (?:really|at all|now|today|yet|for me|right|quite|that i know|particularly|especially|sure i want)|no thanks?(?: you)?|no ta|no way|never(?= *(?:$|[,.!;]|again|does|did|has|have|heard|met))|nowt|i don't(?! know| mind| care)|i dont(?! know| mind| care)|don't think so|dont think so|i don't think so|i dont think so|wrong|incorrect|that's (?:wrong|not right|not it)|thats (?:wrong|not right|not it)|it isn't|it isnt|isn't|he doesn't|she doesn't|doesn't|doesnt|i'd rather not|id rather not|rather not|no one|nobody|naebody|nae ?one|nobdy|none|nothing|neither|i'm (?:fine|ok|alright)|im (?:fine|ok|alright)|i'm good|im good|👎|nay|nuh uh|nie|nahi|pass on that|count me out|hardly|no chance|afraid not|disagree|false|leave it|don't bother|dont bother|no need|not likely|not on your (?:life|nelly)|not in a|i'll pass|ill pass|get away|not her|not him|not them|not that one|wrong (?:one|person))(?!\w)",
    re.IGNORECASE,
)
_NO_WINS = re.compile(
    r"^(?:no problem|no bother|no worries|(?:(?:no|oh)[ ,.]+)*(?:you're|youre|your|you are|that's|thats) right)\b",
    re.IGNORECASE,
)
_SECOND_THOUGHT = re.compile(
    r"[\s,.;-]+(?:(?:oh )?wait|hang on|hold on|actually|i mean|oh)\b[\s,.;-]*", re.IGNORECASE
)
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
    """Whether the words agree; ``None`` where they do neither.

    Of somebody who thinks twice ("no wait, yes") the last word counts.
    """
    for thought in reversed(_SECOND_THOUGHT.split(straight(text))):
        said = _agrees(thought.strip(" .,!?"))
        if said is not None:
            return said
    return None


_ENOUGH = re.compile(
    r"(?:(?:no|nah|naw|aye|yes|yeah|well|oh|ok|okay|right|i think|i reckon)[ ,.]+)*"
    r"that(?:'s|s| is|'ll be|ll be) (?:(?:about|just|probably|really|me|yer|your|the|all of) )*"
    r"(?:it|all|them|us|everyone|everybody|enough|lot|done|full set|whole lot)"
    r"(?:[ ,]+(?:aye|love|pet|duck|really|now|for now|i think|thanks|thank you|ta|then|all))*",
    re.IGNORECASE,
)


_ENDED = re.compile(
    r"(?:(?:no|nah|naw|ok|okay|right|aye|yes)[ ,.]+)*(?:(?:just|jist|only) (?:them|those|these|us|him|her|that)"
    r"|bas|(?:bas[ ,]+)?(?:i'm |im |all )?(?:finish|finished|done)|i said no(?:body| one| more)?"
    r"|that(?:'s|s| is) all (?:my |the |of )*(?:family|friends?|neighbours?|people))"
    r"(?:[ ,]+(?:now|thanks|thank you|ta|love|then))*",
    re.IGNORECASE,
)


def is_enough(text: str) -> bool:
    """Whether an answer to "anyone else?" says that there is nobody: "that's about it, aye"."""
    plain = straight(text).strip(" .,!")
    return bool(_ENOUGH.fullmatch(plain) or _ENDED.fullmatch(plain))


def _agrees(plain: str) -> bool | None:
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
        r"\b(?:daily|everyday|day|constantly|always|living together|loads|all the time|never (?:off|away|out of))\b",
        low,
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
        # "Hardly ever" tells how often, and nothing of help.
        denied = yes_or_no(plain) is False and contact_in(plain) is None
        return frozenset() if denied else None
    return frozenset(found)  # type: ignore[arg-type]


ABROAD = r"(?:poland|pakistan|india|spain|australia|america|canada|ireland|jamaica|romania|nigeria|somalia|bangladesh|germany|france|italy|portugal|greece|cyprus|turkey|the (?:us|usa|states|philippines)|new zealand|south africa|hong kong|china|ghana|kenya|zimbabwe|uganda|ethiopia|eritrea|sudan|egypt|iran|iraq|syria|afghanistan|sri lanka|nepal|lithuania|latvia|bulgaria|hungary|ukraine|dubai|lagos|krakow|warsaw|barbados|trinidad|guyana|brazil)"
"""Places, as a pattern, where somebody is far away whatever else is said."""


def distance_in(text: str) -> Distance | None:
    """How near somebody lives."""
    low = straight(text).lower()
    rules = (
        (Distance.SAME_HOME, r"(?:with (?:me|us)|same (?:house|home|flat)|here|together|at home|in the house|lives? in(?=\W*$)|own room)"),
        (Distance.ONLINE, r"(?:online|internet|facebook|whatsapp|video calls?|never met|on the (?:computer|phone))"),
        (Distance.FAR, r"(?:far|abroad|miles away|hours? away|other (?:side|end)|overseas|another country|(?:back )?in " + ABROAD + r"|long way|plane|hundreds of miles|(?:two|three|four|five|\d+) hours)"),
        (Distance.NEAR, r"(?:near\w*|next door|round the corner|close\w*|street|walk\w*|local\w*|few doors|down the road|up the road|across the (?:road|street)|over the road|same (?:street|road|village|estate|town|building|block)|upstairs|downstairs|opposite|minutes? walk|(?:two|three|four|five|ten|couple of|few|[1-9]|10) min(?:ute)?s?(?! (?:drive|by car|in the car|on the (?:bus|train))))"),
        (Distance.DRIVE, r"(?:drive|bus|train|car|half an hour|an hour|miles|next town|other side of town|minutes)"),
    )  # fmt: skip
    for distance, pattern in rules:
        if re.search(rf"\b{pattern}\b", low):
            return distance
    return None


_TEENS = {
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_FIGURES = re.compile(
    rf"\b(?:\d{{1,3}}|{'|'.join(_TEENS)}|(?:{'|'.join(_TENS)})(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?"
    rf"|(?:{'|'.join(word for word in _NUMBERS if word not in ('a', 'no'))}))\b"
)


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


_NO_AGE = re.compile(
    r"^\W*(?:years?|yrs?)?\W*(?:ago|back|since|with|married|wed|later|times?|stone|st\b|grand\w*|great|kids|"
    r"children|of (?:us|them)|months?|weeks?|days?|o'?clock|tablets?|percent|%)"
)
_AGED = re.compile(
    r"(?:\b(?:i'?m|i am|i'll be|ill be|aged?|turned|turning|gone|coming up(?: to)?|over|older than|past|nearly|almost|about|just|only|well)\W+)+$"
    r"|(?:^|[?!:])\W*$"
)
_OLD = re.compile(
    r"^\W*(?:(?:and a (?:half|bit)|years?|yrs?)\W*)*(?:old|young|next|in (?!the)|yo\b|now)"
)


_SPAN = re.compile(r"\b(?:not|had(?: \w+)?|for|been|since|at|in|last|past|these|this|the)\W+$")
_GROWN_UP = 18


def age_in(text: str) -> int | None:
    """The speaker's own age in years, where a text tells it: "75", "I'm 66", "seventy two now".

    Not a number of anything else: "ten years back", "married at 17", "5 great grandkids".
    """
    low = straight(text).lower()
    for found in _FIGURES.finditer(low):
        before, after = low[: found.start()], low[found.end() :]
        if _NO_AGE.match(after):
            continue
        years = _TEENS.get(found[0]) or number_in(found[0])
        if _AGED.search(before) or _OLD.match(after):
            return years
        # Of a child it has to be said in so many words: what follows from it is not taken back.
        if years is not None and years >= _GROWN_UP and not _SPAN.search(before):
            return years
    return None


@dataclass(frozen=True)
class Named:
    """Whom of the known names an answer means and whom it rules out, in the order known.

    Attributes:
        only: it says that there is nobody but those: "nobody, only Jean".
    """

    meant: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    only: bool = False


# Names are looked at as "<0>", "<1>": their places are what negation is told by (NegEx: Chapman
# 2001, with its false triggers, triggers before and after, and words that end a scope).
_NAME = r"<\d+>"
_BEFORE = r"(?:(?:my|our|the|that|even|really|necessarily) (?:\w+ )?)?"
_MARK = rf"{_BEFORE}{_NAME}"
_JOINED = rf"{_MARK}(?:(?: ?,? (?:and|or|nor|plus) | ?[,&] ?){_MARK})*"
# "Not Bob, Jean or Tom" rules out three, "not Bob, Jean" one.
_RULED_OUT = (
    rf"(?:{_MARK}(?: ?, ?{_MARK})* ?,? (?:or|nor) {_MARK}|{_MARK}(?: (?:and|or|nor|&) {_MARK})*)"
)
_FALSE_TRIGGER = re.compile(
    r"\bnot (?:only|just|forgetting|to mention)\b|\bat all\b|\ball (?:the time|day|night|week|right|sorts|over)\b"
    r"|\b(?:and |but |or )?(?:nobody|no one|none|no-one|not anyone) else\b(?! (?:but|except|apart|only|just))"
    r"|(?:n't|\bnot|\bnever|\blost|\bnowhere|\bnothing|\bcannot)\b[^.;!?]*?\bwithout\b"
    r"|(?:n't|\bnot|\bnever|\bcannot) (?:\w+ )?(?:mind|forget|fault|hesitate|lets? me down|let me down|too (?:busy|proud))\b"
    r"|\bdo(?:es|ing)?\b[^.;!?]*?\b(?:the lot|it all)\b|\bdo(?:es|ing)? (?:all|both)\b"
    r"|\b(?:don't|dont) know\b(?! about)|\bno (?:doubt|bother|problem)\b"
)
_EXCEPT = r"(?:except(?:ing)?(?: for)?|apart from|other than|excluding|bar)"
_RULES_OUT = re.compile(
    rf"\b(?:not|never|neither|nor|instead of|rather than|{_EXCEPT}) ({_RULED_OUT})"
)
_BUT = re.compile(rf"\b(?:but|without|minus) ({_JOINED})(?= ?(?:$|[.,;!?)]))")
_EVERYONE = re.compile(
    r"\b(?P<whole>everyone|everybody|the lot|they all|any(?:one|body)(?= (?:but|except|apart|other)))\b|\b(?:all(?: of (?:them|us))?|both)\b"
)
_NOT_EVERYONE = re.compile(r"\bnot (?:everyone|everybody|all|both)\b")
_NOBODY = re.compile(
    rf"\b(?:none|nobody|no one|no-one|neither(?! {_MARK}))\b"
    r"|(?:n't|\bnot|\bnever|\bhardly|\bdont|\bhavent) (?:[^.,;!?]* )?(?:anyone|anybody|any of them)\b"
)
_NO_AT_FIRST = re.compile(r"^\W*(?:no+|nah|nope|not really)\b")
_ONLY = re.compile(
    rf"\b(?:but|only|just|maybe|perhaps|{_EXCEPT})(?: for| maybe| perhaps)? ({_JOINED})"
)
_CLAUSES = re.compile(
    r"[.,;!?\n]|\b(?:but|though|although|while|whereas|because|cos|if|when|unless|so|since)\b"
)
_NEGATED = re.compile(
    r"n't\b|\b(?:not|never|cannot|no longer|hardly|(?:do|does|did|is|are|was|were|would|could|should|ca|wo|has|have|had)nt)\b"
)
_LEFT_OUT = re.compile(
    r"^\W*(?:(?:<[\d+]+>|he|she|they)\W+)?(?:(?:\w+n't|\w+nt|cannot|(?:do|does|is|are|would|could|will|can|has|have) not|not|no|never)\b)"
    r"(?: (?:really|so much|much|now|any ?more|though|yet|today|him|her|them|that one))*\W*$"
)
"""A negation that leaves its verb out: "Bob wouldn't", "Jean, no"; it is about the name."""
_HARD = re.compile(
    r"\b(?:hard\w*|difficult\w*|worse|troubles?|problems?|strain\w*|stress\w*|bother\w*|upsets?|hurts?|harm\w*|nuisance)\b"
)


def names_said(text: str, known: Iterable[str], *, hard: bool = False) -> Named:
    """Whom of the known names an answer means, tolerant of typos, and whom it rules out.

    "Everyone", "all of them" and "both" mean all, but for those excepted; "none of them" nobody.

    Args:
        text: the answer to a question of the kind "who ...?".
        known: the names that may be meant.
        hard: the question asks who makes things harder, so that "Bob never listens" is a yes.
    """
    names = list(known)
    marked, spots = _marked(text, names)
    plain = " ".join(_FALSE_TRIGGER.sub(" ", marked).split())
    meant: set[int] = set()
    denied: set[int] = set()

    nobody = _NOBODY.search(plain) or _NO_AT_FIRST.search(plain)
    only = _ONLY.search(plain, nobody.end()) if nobody else None
    if only is not None:
        return _named(names, spots, _marks(only[1]), set(), only=True)
    if _NOBODY.search(plain):
        return Named()

    def rule_out(found: re.Match[str]) -> str:
        denied.update(_marks(found[1]))
        return ","

    everyone = _EVERYONE.search(_NOT_EVERYONE.sub(" ", plain))
    plain = _RULES_OUT.sub(rule_out, plain)
    if everyone:
        plain = _BUT.sub(rule_out, plain)
    before: set[int] = set()
    for clause in _clauses(plain):
        here = _marks(clause)
        if _LEFT_OUT.match(clause):
            denied |= here or before
        elif here and _NEGATED.search(clause) and (not hard or _HARD.search(clause)):
            denied |= here
        else:
            meant |= here
        before = here or before
    said = _named(names, spots, meant - denied, denied)
    if everyone and (everyone["whole"] or not said.meant):
        return Named(tuple(n for n in names if n not in said.denied), said.denied)
    return said


def _named(
    names: Sequence[str],
    spots: Sequence[str],
    meant: set[int],
    denied: set[int],
    only: bool = False,
) -> Named:
    out = {spots[at] for at in denied}
    these = {spots[at] for at in meant} - out
    return Named(tuple(n for n in names if n in these), tuple(n for n in names if n in out), only)


def _marks(text: str) -> set[int]:
    return {int(at) for group in re.findall(r"<([\d+]+)>", text) for at in group.split("+")}


def _clauses(plain: str) -> Iterator[str]:
    """Clauses of a text whose lists of names count as one: "Bob and Jean" in "... wouldn't"."""

    def one(found: re.Match[str]) -> str:
        return f"<{'+'.join(str(at) for at in sorted(_marks(found[0])))}>"

    for clause in _CLAUSES.split(re.sub(_JOINED, one, plain)):
        # "Jean would and Bob wouldn't": what is left of "and" says something by itself.
        left, *rest = re.split(r"\band\b", clause)
        for part in rest:
            if re.search(r"[a-z']", left) and "<" in part:
                yield left.strip()
                left = part
            else:
                left = f"{left} and {part}"
        yield left.strip()


def names_in(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of the known names that a text means, in the order known; see ``names_said``."""
    return names_said(text, known, hard=True).meant


@dataclass(frozen=True)
class Spot:
    """Where a text has a known name: offsets of its first character and after its last."""

    start: int
    end: int
    name: str


def spots_of(text: str, known: Iterable[str]) -> list[Spot]:
    """Where the known names stand in a text, tolerant of typos; the longest where they overlap."""
    names = list(dict.fromkeys(known))
    low = straight(text).lower()
    if len(low) != len(text):
        # Few letters have a longer small one; without them offsets hold.
        low = straight(text)
    tokens = [t for t in tokenise(low) if t.is_word or t.low == "'s"]
    lowered = [n.lower() for n in names]
    firsts = {n.split()[0]: at for at, n in enumerate(lowered) if len(n.split()) > 1}
    # "Nana Rose" is also "Rose", where no other is.
    split = [(at, n.rpartition(" ")) for at, n in enumerate(lowered)]
    titled = [(name, at) for at, (title, _, name) in split if is_title(title)]
    called = [name for name, _ in titled]
    firsts |= {name: at for name, at in titled if called.count(name) == 1}
    found: list[Spot] = []
    for width in range(1, 6):
        for at in range(len(tokens) - width + 1):
            words = " ".join(t.low for t in tokens[at : at + width])
            near: list[int] = []
            if words in lowered:
                near = [lowered.index(words)]
            elif width == 1 and len(words) >= 4:
                near = [
                    k
                    for k, n in enumerate(lowered)
                    if OSA.distance(words, n) <= (2 if len(n) > 7 else 1)
                ]
            if width == 1 and len(near) != 1 and len(words) > 2 and words in firsts:
                near = [firsts[words]]
            if len(near) == 1:
                found.append(Spot(tokens[at].start, tokens[at + width - 1].end, names[near[0]]))
    found.sort(key=lambda spot: (spot.start, -spot.end))
    kept: list[Spot] = []
    for spot in found:
        if not kept or spot.start >= kept[-1].end:
            kept.append(spot)
    return kept


def _marked(text: str, names: Sequence[str]) -> tuple[str, list[str]]:
    """The text in small letters with each name as "<0>", "<1>", and the names in that order."""
    spots = spots_of(text, names)
    low = straight(text).translate(_ANGLES)
    parts, at = [], 0
    for k, spot in enumerate(spots):
        parts += [low[at : spot.start].lower(), f"<{k}>"]
        at = spot.end
    return "".join([*parts, low[at:].lower()]), [spot.name for spot in spots]


_ANGLES = str.maketrans("<>", "  ")


_TELLS_STRAIN = re.compile(
    r"\b(?:mak(?:es?|ing)|made) (?:my|our) (?:\w+ )?(?:life|lives|days?|home|time|house) (?:an? |so |very |really )*(?:(?:absolute|living|total|complete|real) )?(?:misery|miserable|hell|nightmare|torture|unbearable|impossible)\b"
    r"|\b(?:an? )?(?:\w+ )?(?:strain|burden|drain|nightmare) (?:on|to|for) (?:me|us|live with|be around)\b|\bwears? me (?:out|down)\b|\bwalks? all over me\b",
    re.IGNORECASE,
)
_NEAR = re.compile(r"^(?:'s)?(?: (?!when\b|if\b|helps?\b|n[o']t\b|never\b|and\b)[\w']+){0,3} ?$")
"""What may stand between somebody and what they do: "really", "is such a"."""
_TAKE_OFF = re.compile(
    r"\b(?:take|taking|remove|delete|get rid|cross|scrub|rub|drop|erase|wipe|scratch|off|out of the|from my)\b",
    re.IGNORECASE,
)


def strain_told(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of the known names of whom a text says that they make things harder."""
    plain = straight(text)
    starts = [said.start for said in attributes.find(plain) if said.attribute == "strain"]
    starts += [found.start() for found in _TELLS_STRAIN.finditer(plain)]
    found = {
        spot.name
        for spot in spots_of(plain, known)
        for start in starts
        if start >= spot.end and _NEAR.match(plain[spot.end : start])
    }
    return tuple(name for name in known if name in found)


def tells_lost_touch(text: str) -> bool:
    """Whether a text says that touch was lost; not where it asks to take somebody off."""
    plain = straight(text)
    return _TAKE_OFF.search(plain) is None and any(
        said.value is Status.LOST_TOUCH for said in attributes.find(plain)
    )


def asks_to_take_off(text: str) -> bool:
    """Whether a text asks to take somebody off, in so many words: "not Bob" does not."""
    return _TAKE_OFF.search(straight(text)) is not None


_MOVED = re.compile(
    r"\b(?:moved|moving|emigrated|relocated)\b(?! (?:in|on|it|me|my|the|nearer|closer|him|her|them)\b)"
    r"|\b(?:gone|went|going) to live\b(?! with me\b)",
    re.IGNORECASE,
)


def tells_moved_away(text: str) -> bool:
    """Whether a text says that somebody moved house, and does not ask to take anybody off.

    Who lives elsewhere now may count as much as before: that is for the person to say.
    """
    plain = straight(text)
    return _TAKE_OFF.search(plain) is None and _MOVED.search(plain) is not None


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
