"""From a reader's answers to the contract's values: members, edits, difficulties, intents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.language.reader import Found, Reading
from bot.needs.areas import Area, Size
from bot.network.model import LABEL_MAX, Contact, Kind, Relationship, Status, Work, kind_of
from bot.nlu.heads import (
    AREA,
    CIRCLE,
    CONTACT,
    HELP,
    INTENT,
    KIND,
    MEMBER,
    NOTHING,
    OPERATION,
    RELATIONSHIP,
    STATUS,
    STRAIN,
    TARGET,
    UNDO,
    VALUE,
    YES,
)
from bot.nlu.lexicon import relationship_in, relationship_of
from bot.nlu.meaning import (
    NAMES_NOBODY_NEW,
    DifficultyMention,
    EditMention,
    Meaning,
    MemberMention,
)

HALF = 0.5
_HELP_BAR, _AREA_BAR, _SIZE_BAR = 0.45, 0.4, 0.4
_LISTED = re.compile(
    r"(?:\band|&|,|\bplus)\s+(?:my|our|me|the)\s+((?:[^\W\d_]+(?: |\b(?!['’-]))){1,3})",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+(?:-\w+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_JOINS_A_GROUP = frozenset({"", "the", "at the", "of the", "from the", "at", "of", "from"})
_GROUPS = frozenset({Relationship.GROUP.value, Relationship.ONLINE_COMMUNITY.value})


def intents_in(reading: Reading) -> list[tuple[str, float]]:
    """Every intent with its probability, the likeliest first."""
    return sorted(reading.chances[INTENT].items(), key=lambda pair: -pair[1])


def meaning_in(reading: Reading) -> Meaning:
    """Members, edits and difficulties.

    Somebody who is only the target of an edit ("take Bob off") is no new member.
    """
    targets = _without_breaks(_found(reading, TARGET), reading.text)
    edits = _edits(reading, targets)
    targets = [f for f in targets if set(_operations(f)) & NAMES_NOBODY_NEW]
    members, seen = [], set()
    for found, last in _whole(_found(reading, MEMBER), reading.text):
        if any(_touch(found, target) for target in targets):
            continue
        member = mention_of(reading.text, found, last)
        again = (member.name.casefold(), member.relationship)
        if member.name and again not in seen:
            seen.add(again)
            members.append(member)
    if members and not edits:
        members += _listed_too(reading, members)
    return Meaning(tuple(members), edits, _difficulties(reading))


def doubtful_members(reading: Reading) -> list[str]:
    """What the text calls those who may be members, but likelier are none."""
    return [_said(reading.text, f) for f in reading.spans if f.head == MEMBER and not f.sure]


def _found(reading: Reading, head: str, *, needed: bool = False) -> list[Found]:
    """The stretches of a head; where something is needed and none is likely, the less likely."""
    every = [f for f in reading.spans if f.head == head]
    sure = [f for f in every if f.sure]
    return sure or (every if needed else [])


def _without_breaks(found: list[Found], text: str) -> list[Found]:
    """The same with what stands side by side as one: "Mei" and "Ling" are one person."""
    whole: list[Found] = []
    for each in found:
        if (
            whole
            and not text[whole[-1].end : each.start].strip(" -.")
            and each.sure == whole[-1].sure
        ):
            whole[-1] = replace(whole[-1], end=each.end)
        else:
            whole.append(each)
    return whole


def _whole(found: list[Found], text: str) -> Iterator[tuple[Found, Found]]:
    """The first and last stretch of each member: "lads at" and "allotment" are one group; of
    "budgie Joey" the name alone is kept."""
    while found:
        first = last = found.pop(0)
        while found and _same_kind(last, found[0]):
            between = text[last.end : found[0].start].strip().lower()
            if between in _JOINS_A_GROUP and _best(last.chances[RELATIONSHIP]) in _GROUPS:
                last = found.pop(0)
            elif not between and relationship_of(text[first.start : last.end]):
                first = last = found.pop(0)
            else:
                break
        yield first, last


def _listed_too(reading: Reading, members: list[MemberMention]) -> list[MemberMention]:
    """Those whom a list goes on with by a word for them alone: "my wife Amina and my mum".

    The reader takes such a word for the description of a name near it.
    """
    taken = [(f.start, f.end) for f in reading.spans if f.sure]
    known = {m.relationship for m in members}
    more = []
    for match in _LISTED.finditer(reading.text):
        words = match[1].split()
        for length in range(min(len(words), 3), 0, -1):
            said = " ".join(words[:length])
            relationship = relationship_in(said)
            if relationship is None:
                continue
            start = match.start(1)
            end = start + len(said)
            beside = any(a <= end + 1 and start <= b for a, b in taken)
            if not beside and relationship not in known:
                more.append(MemberMention(said, relationship, kind_of(relationship)))
            break
    return more


def _same_kind(one: Found, other: Found) -> bool:
    return _best(one.chances[RELATIONSHIP]) == _best(other.chances[RELATIONSHIP])


def _touch(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end


def _best(chances: Mapping[str, float]) -> str | None:
    best = max(chances, key=lambda label: chances[label])
    return None if best == NOTHING else best


def _said(text: str, found: Found, last: Found | None = None) -> str:
    start, end = _phrase(text, found.start, (last or found).end)
    return _POSSESSIVE.sub("", text[start:end].strip(" .,'’")).strip()


def _phrase(text: str, start: int, end: int) -> tuple[int, int]:
    """A part of a word ("-in") or of a known phrase ("district") grown to the whole of it."""
    for word in _WORD.finditer(text):
        if word.start() < start < word.end():
            start = word.start()
        if word.start() < end < word.end():
            end = word.end()
    if relationship_in(text[start:end]):
        return start, end
    for before, after in ((0, 1), (1, 0), (0, 2), (2, 0), (1, 1)):
        left = re.search(rf"(?:\w+ ){{{before}}}$", text[:start])
        right = re.match(rf"(?: \w+){{{after}}}", text[end:])
        if left and right and relationship_in(text[left.start() : end + right.end()]):
            return left.start(), end + right.end()
    return start, end


def _works(found: Found) -> tuple[Work, ...]:
    return tuple(w for w in Work if found.chances[HELP][w.value] >= _HELP_BAR)


def mention_of(text: str, found: Found, last: Found) -> MemberMention:
    """What is said of somebody whom a text names from the ``found`` to the ``last`` stretch."""
    said = _best(found.chances[RELATIONSHIP])
    relationship = Relationship(said) if said else None
    kind = kind_of(relationship)
    if kind is Kind.PERSON and relationship in (None, Relationship.OTHER):
        kind = Kind(_best(found.chances[KIND]))
    contact = _best(found.chances[CONTACT])
    circle = _best(found.chances[CIRCLE])
    return MemberMention(
        name=_said(text, found, last)[:LABEL_MAX].strip(),
        relationship=relationship,
        kind=kind,
        circle=int(circle) if circle else None,
        contact=Contact(contact) if contact else None,
        help=_works(found),
        status=Status(_best(found.chances[STATUS])),
        strain=found.chances[STRAIN][YES] >= HALF and not _only_ill(text),
    )


_ILLNESS = re.compile(
    r"\b(?:bipolar|depress\w*|anxi\w*|schizo\w*|dementia|alzheimer\w*|autis\w*|adhd|ocd|ptsd"
    r"|psychosis|learning disab\w*|nerves|cancer|diabet\w*|strokes?|epilep\w*|parkinson\w*|copd"
    r"|ill|poorly|disabled|unwell)\b",
    re.IGNORECASE,
)
_HARSH = re.compile(
    r"\b(?:shout\w*|yell\w*|hit\w*|thr(?:ow|ew)\w*|drink\w*|drunk|money|rows?|argu\w*|nast\w+"
    r"|scar\w+|fright\w+|moan\w*|nag\w*|control\w*|angry|temper|violen\w*|hard|harder|difficult"
    r"|stress\w*|worr\w+|exhaust\w*|drain\w*|burden|strain|wear\w*|upset\w*|never|nothing|useless"
    r"|no help|lazy|blam\w*|critic\w*|rude|horrible|cruel|bull\w+|steal\w*|stole|lie[sd]?|cope)\b",
    re.IGNORECASE,
)


def _only_ill(text: str) -> bool:
    """Whether somebody's illness is all that could make things harder: "our Kev who's bipolar".

    It would be kept in private, and they would never be leaned on again, for being ill.
    """
    return _ILLNESS.search(text) is not None and _HARSH.search(text) is None


def _operations(found: Found) -> list[str]:
    chances = found.chances[OPERATION]
    likely = [o for o in chances if chances[o] >= HALF]
    # Somebody was found whom a change is about, so there is one.
    return likely or [max(chances, key=lambda o: chances[o])]


def _edits(reading: Reading, targets: list[Found]) -> tuple[EditMention, ...]:
    text = reading.text
    if reading.chances[UNDO][YES] >= HALF:
        return (EditMention("undo"),)
    # Who is renamed or joined is so to something: a less likely value is better than none.
    likely = _without_breaks(_found(reading, VALUE, needed=True), text)
    values = [v for v in likely if not any(_touch(v, t) for t in targets)]
    edits: list[EditMention] = []
    if not targets:
        # "Kath with a K": whose name it is shows in how like it is to one on the map.
        names = [_said(text, v) for v in values if v.sure]
        return tuple(EditMention("rename", name, name) for name in names if name)
    for found in targets:
        name = _said(text, found)
        for operation in _operations(found):
            value: str | None = ""
            if operation in ("rename", "merge"):
                other = _nearest(found, values)
                value = _said(text, other) if other else None
                if value and operation == "rename":
                    value = _with_title(name, value, text)
            elif operation == "set_help":
                value = ",".join(w.value for w in _works(found)) or None
            elif operation in ("add", "set_relationship"):
                value = _best(found.chances[RELATIONSHIP]) or ("" if operation == "add" else None)
            elif operation.startswith("set_"):
                value = _best(found.chances[operation.removeprefix("set_")])
            if value is not None and name:
                edits.append(EditMention(operation, name, value))  # type: ignore[arg-type]
    return tuple(edits)


def _with_title(name: str, value: str, text: str) -> str:
    """A new name with the title of the old one, where the text gives it that: "Nurse Bevan"."""
    title, _, rest = name.partition(" ")
    titled = re.search(rf"\b{re.escape(title)} {re.escape(value)}\b", text, re.IGNORECASE)
    return titled[0] if rest and titled else value


def _nearest(found: Found, values: list[Found]) -> Found | None:
    """The value that follows a target soonest, or else that stands nearest before it."""
    after = [v for v in values if v.start >= found.end]
    if after:
        return min(after, key=lambda v: v.start)
    before = [v for v in values if v.end <= found.start]
    return max(before, key=lambda v: v.end, default=None)


def _difficulties(reading: Reading) -> tuple[DifficultyMention, ...]:
    found = []
    for area in Area:
        if reading.chances[AREA][area.value] >= _AREA_BAR:
            sizes = {s: reading.chances[s.value][area.value] for s in Size}
            size = max(sizes, key=lambda s: sizes[s])
            found.append(DifficultyMention(area, size if sizes[size] >= _SIZE_BAR else None))
    return tuple(found)
